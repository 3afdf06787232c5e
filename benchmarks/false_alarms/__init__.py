"""What receivers believe to hear in recordings that have no signal in them, in events per hour.

``python -m benchmarks.false_alarms`` plays the recordings of `benchmarks.corpora` to each receiver,
at several speeds, and prints events, hours and exact Poisson intervals by class.
"""
