"""How fast, against whom, and how to see it again: ``python -m benchmarks``."""
