"""Scoring: question sets, measures, runs and reports. Import as ``from eval.x import y`` only.

This folder holds what ``qa eval`` asks, scores and compares; ``check`` judges question sets, ``page`` shows runs.
``scores``, ``bench``, ``trials`` and ``fidelity`` are commands of their own, for those who work on ``qa``.
"""
