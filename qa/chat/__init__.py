"""A conversation in the terminal: typed, answered, judged, kept and taken up again.

``talking`` puts one together: lines come from ``prompt`` or a pipe, ``converse`` hands them to ``chat``, which
remembers in ``conversation`` what was said; ``conversations`` keeps it.
"""
