"""The parts of ``examples/month.py``: its tariffs, its made-up call records, its other switches."""
