"""Confidence that was learned from gold: how likely each proposed answer is right, and what to do with it."""
