"""Rounds of trials: converge, verify, and what a run has learnt on disk."""
