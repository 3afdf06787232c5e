"""Trains and judges the activity detector of the ears on real recordings.

``python -m benchmarks.speech train`` writes the network's numbers; ``python -m benchmarks.speech
judge`` plays recordings that were kept for judging to the detector and to webrtcvad.
"""
