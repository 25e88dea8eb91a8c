"""Answers as text for a terminal, a pipe or a screen reader.

``render`` lays an answer out for the ``look`` that the place has; ``lines`` breaks it, ``columns`` measures it, ``ink``
marks it.
"""
