"""A picture of a real conversation, for the README: the tool is run at a terminal, and what it shows is drawn."""
