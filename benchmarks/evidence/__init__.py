"""Trains and judges the weights of evidence: the trees that weigh how a leg has changed.

``python -m benchmarks.evidence train`` simulates calls, takes down the numbers of every change that
the engine tells (`securecall.fraud.cues`), grows trees on them and writes the two files of the
package. ``python -m benchmarks.evidence check --split sealed`` holds the trees of the package
against calls whose talkers and sounds were kept from training, and trains nothing.
"""
