"""What is wrong with this installation, this index and this terminal, and what to do about it. Writes nothing.

Each module checks one thing and returns records; ``examine`` puts them in order and survives whatever is broken,
``report`` makes text or JSON of them. Nothing here imports an engine: what is broken could not be told otherwise.
"""
