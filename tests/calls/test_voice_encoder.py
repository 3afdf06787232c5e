"""The encoder against the formulas that it comes from, worked out number by number."""

from __future__ import annotations

from math import cos, exp, log, pi, sqrt, tanh

import numpy as np
import pytest
from tests.calls.old_torch import random_weights
from tests.fraud.talk import talk

from securecall.calls import voice_encoder
from securecall.calls.voice_encoder import EMBEDDING_SIZE, VoiceEncoder
from securecall.errors import InputError

ENCODER = VoiceEncoder(random_weights())


def test_a_voice_is_256_numbers_of_length_one() -> None:
    found = ENCODER.encode(talk(3.0))
    assert found.shape == (EMBEDDING_SIZE,)
    assert float(np.linalg.norm(found)) == pytest.approx(1.0, abs=1e-5)
    assert (found >= 0).all()  # behind a rectifier
    np.testing.assert_array_equal(found, ENCODER.encode(talk(3.0)))


def test_a_soft_voice_is_raised_and_a_loud_one_is_not_lowered() -> None:
    speech = talk(2.0, level_dbm0=-50.0, noise_dbm0=-90.0)
    louder = (speech.astype(np.int32) * 3).astype(np.int16)
    assert ENCODER.encode(speech) @ ENCODER.encode(louder) > 0.9999


def sigmoid(value: float) -> float:
    return 1 / (1 + exp(-value))


def test_the_layers_are_those_of_the_books() -> None:
    # i, f, g and o in this order, as PyTorch's page of nn.LSTM has them; three small layers.
    random = np.random.default_rng(7)
    frames = random.normal(0, 1, (2, 4, 40)).astype(np.float32)
    weights = random_weights(3)
    found = VoiceEncoder(weights)._last_states(frames)
    for row in range(2):
        inputs = [list(map(float, frame)) for frame in frames[row]]
        for layer in range(3):
            into, over = (weights[f"lstm.weight_{kind}_l{layer}"] for kind in ("ih", "hh"))
            bias = weights[f"lstm.bias_ih_l{layer}"] + weights[f"lstm.bias_hh_l{layer}"]
            state, cell, outputs = np.zeros(256), np.zeros(256), []
            for frame in inputs:
                gates = into @ np.array(frame) + over @ state + bias
                for unit in range(256):
                    i, f, g, o = (float(gates[unit + 256 * part]) for part in range(4))
                    cell[unit] = sigmoid(f) * cell[unit] + sigmoid(i) * tanh(g)
                    gates[unit] = sigmoid(o) * tanh(cell[unit])
                state = gates[:256].copy()
                outputs.append(list(state))
            inputs = outputs
        np.testing.assert_allclose(found[row], inputs[-1], atol=1e-5)


def test_the_mel_spectrogram_is_that_of_its_formulas() -> None:
    # One frame in the middle of a second of noise, by a plain Fourier sum and plain triangles.
    random = np.random.default_rng(2)
    samples = random.normal(0, 0.1, 16_000).astype(np.float32)
    row = voice_encoder._mel_spectrogram(samples)[50]
    piece = samples[50 * 160 - 200 : 50 * 160 + 200].astype(float)
    window = [0.5 - 0.5 * cos(2 * pi * n / 400) for n in range(400)]
    turns = np.exp(-2j * pi * np.outer(np.arange(201), np.arange(400)) / 400)
    power = np.abs(turns @ (piece * window)) ** 2

    def hertz(mel: float) -> float:
        return mel * 200 / 3 if mel < 15 else 1000 * exp((mel - 15) * log(6.4) / 27)

    top = 15 + 27 * log(8000 / 1000) / log(6.4)
    edges = [hertz(top * step / 41) for step in range(42)]
    for band in range(40):
        low, middle, high = edges[band : band + 3]
        wanted = 0.0
        for step in range(201):
            rising, falling = (
                (40 * step - low) / (middle - low),
                (high - 40 * step) / (high - middle),
            )
            wanted += float(power[step]) * max(0.0, min(rising, falling)) * 2 / (high - low)
        assert float(row[band]) == pytest.approx(wanted, rel=1e-3, abs=1e-8)


def test_twice_the_rate_keeps_what_telephones_carry() -> None:
    time = np.arange(8_000) / 8_000
    for hertz in (300, 1_000, 3_000):
        wide = voice_encoder._doubled(np.sin(2 * pi * hertz * time).astype(np.float32))
        inner = wide[200:-200]
        spectrum = np.abs(np.fft.rfft(inner * np.hanning(len(inner))))
        assert int(np.argmax(spectrum)) == pytest.approx(hertz * len(inner) / 16_000, abs=1)
        assert float(np.sqrt(np.mean(inner**2))) == pytest.approx(1 / sqrt(2), rel=0.01)


@pytest.mark.parametrize(
    ("samples", "words"),
    [(np.zeros(32_000, np.int16), "silent"), (talk(1.0), "1600 ms or more")],
)
def test_what_cannot_be_a_voice_is_refused(samples: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        ENCODER.encode(samples)
