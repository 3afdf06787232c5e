"""A small network and its training: numpy, one seed, nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HIDDEN = 8
ROWS = 1024
RATE = 3e-3
DECAY = 1e-4
#: Noise on the inputs, in their standard deviations: packs are few, and are not to be learnt.
JITTER = 0.4


@dataclass(slots=True)
class Network:
    """Two layers: larger(inputs @ first + bias, 0) @ second + last is the log odds of speech."""

    first: np.ndarray
    bias: np.ndarray
    second: np.ndarray
    last: float

    def answer(self, inputs: np.ndarray) -> np.ndarray:
        """Return log odds, shape (rows,)."""
        return np.maximum(inputs @ self.first + self.bias, 0) @ self.second + self.last


def train(
    inputs: np.ndarray, spoken: np.ndarray, weights: np.ndarray, *, epochs: int, seed: int = 0
) -> Network:
    """Fit by Adam with a cosine rate; shift and scale of the inputs end up within the numbers.

    Source
    ------
    Kingma and Ba, Adam: a method for stochastic optimization, ICLR 2015.
    """
    random = np.random.default_rng(seed)
    mean, spread = inputs.mean(0), inputs.std(0) + 1e-3
    rows, width = inputs.shape
    values = [
        random.normal(0, width**-0.5, (width, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        random.normal(0, HIDDEN**-0.5, HIDDEN).astype(np.float32),
        np.zeros(1, np.float32),
    ]
    first = [np.zeros_like(value) for value in values]
    second = [np.zeros_like(value) for value in values]
    step, steps = 0, epochs * (rows // ROWS)
    for _ in range(epochs):
        order = random.permutation(rows)
        for begin in range(0, rows - ROWS + 1, ROWS):
            chosen = order[begin : begin + ROWS]
            x = (inputs[chosen] - mean) / spread
            x += random.standard_normal(x.shape, dtype=np.float32) * JITTER
            hidden = np.maximum(x @ values[0] + values[1], 0)
            odds = hidden @ values[2] + values[3]
            error = (1 / (1 + np.exp(-odds)) - spoken[chosen]) * weights[chosen] / ROWS
            back = np.outer(error, values[2]) * (hidden > 0)
            slopes = [
                x.T @ back + DECAY * values[0],
                back.sum(0),
                hidden.T @ error,
                np.array([error.sum()]),
            ]
            step += 1
            rate = RATE * min(1, step / 200) * 0.5 * (1 + np.cos(np.pi * step / steps))
            for k, slope in enumerate(slopes):
                first[k] = 0.9 * first[k] + 0.1 * slope
                second[k] = 0.999 * second[k] + 0.001 * slope**2
                size = np.sqrt(second[k] / (1 - 0.999**step)) + 1e-8
                values[k] -= (rate * (first[k] / (1 - 0.9**step)) / size).astype(np.float32)
    scaled = values[0] / spread[:, None]
    return Network(scaled, values[1] - mean @ scaled, values[2], float(values[3][0]))
