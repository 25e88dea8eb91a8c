"""How long ``qa`` takes, and the plain script beside it, over more and more articles."""
