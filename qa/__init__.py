"""Asking: from a question to literal, cited pieces of the indexed articles."""
