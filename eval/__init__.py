"""Scoring: question sets, measures, runs and reports. Import as ``from eval.x import y`` only."""
