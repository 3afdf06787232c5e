"""Trains and judges the weights of evidence: a network that remembers, and trees that say why.

``python -m benchmarks.evidence train`` simulates calls, takes down the numbers of every change that
the engine tells (`securecall.fraud.cues`), grows trees on them and writes their file of the
package. ``python -m benchmarks.evidence network`` trains on the same rows, a call at a time, the
network that decides what is told, and writes its file and its operating points. ``python -m
benchmarks.evidence check --split sealed`` holds the trees of the package against calls whose
talkers and sounds were kept from training, and trains nothing.
"""
