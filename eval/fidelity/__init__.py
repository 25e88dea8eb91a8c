"""How well our vectors and words agree with the programs they should agree with."""
