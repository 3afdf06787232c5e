"""Slow, readable judges: plain fractions and loops that import nothing of what they judge."""
