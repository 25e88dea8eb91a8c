"""The reader: a small network that reads a question with a passage and points at the words that answer it.

``form`` says how it is asked, ``weights`` what it is, ``export`` makes it ready in a process of its own, ``model`` runs
it. Its weights, ``reader.safetensors``, travel with this package; CARD.md says what they were trained on.
"""
