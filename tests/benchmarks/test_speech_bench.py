"""The bench that trains the detector of speech measures what the engine measures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from benchmarks.speech.__main__ import write_network
from benchmarks.speech.judging import DETECTORS, judge
from benchmarks.speech.line_sounds import line_sound
from benchmarks.speech.measures import INPUTS, measures
from benchmarks.speech.network import HIDDEN, Network, train
from benchmarks.speech.recordings import KINDS, Call
from tests.fraud.talk import noise, sines, talk

from securecall.fraud import Activity, SpeechDetector
from securecall.fraud import speech as face

SILENCE, SPEECH, OTHER, _ = Activity


def of_the_package() -> tuple[Network, float, float]:
    numbers = np.frombuffer(face.packed_network(), np.float32)
    first = numbers[: INPUTS * HIDDEN].reshape(INPUTS, HIDDEN)
    bias, second = numbers[INPUTS * HIDDEN :][: 2 * HIDDEN].reshape(2, HIDDEN)
    last, on, off = numbers[-3:].tolist()
    return Network(first, bias, second, last), on, off


def decided(samples: np.ndarray) -> list[Activity]:
    """Decide as the engine does, from the bench's measures, in numpy."""
    network, on, off = of_the_package()
    inputs, measured, above = measures(samples)
    odds = np.clip(network.answer(inputs), -8, 8)
    found, answer, speaks = [], 0.0, False
    for frame in range(len(above)):
        if measured[frame]:
            answer += (odds[frame] - answer) * 0.25
            speaks = answer > (off if speaks else on)
        found.append((SPEECH if speaks else OTHER) if above[frame] else SILENCE)
    return found


@pytest.mark.parametrize("seed", range(1, 5))
def test_the_engine_decides_what_the_bench_trained(seed: int) -> None:
    random = np.random.default_rng(seed)
    parts = [talk(4.0, seed=seed), line_sound(random), talk(3.0, seed=seed + 9), line_sound(random)]
    samples = np.concatenate(parts)
    found = SpeechDetector().feed(samples.tobytes())
    expected = decided(samples)
    # The engine adds up the same numbers in another order: a last bit may fall over a threshold.
    same = sum(a == b for a, b in zip(found, expected, strict=True))
    assert same >= 0.995 * len(found)
    assert SPEECH in found


def test_training_tells_what_can_be_told_and_survives_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(1)
    inputs = random.normal(5, 3, (20_000, INPUTS)).astype(np.float32)
    spoken = (inputs[:, 3] > inputs[:, 4]).astype(np.float32)
    network = train(inputs, spoken, np.ones(20_000, np.float32), epochs=40)
    right = (network.answer(inputs) > 0) == (spoken > 0.5)
    assert right.mean() > 0.9
    path = tmp_path / "network.csv"
    write_network(network, path, ["made by a test"])
    monkeypatch.setattr(face, "packaged", lambda _: path.read_text(encoding="utf-8"))
    face.packed_network.cache_clear()
    read, _, _ = of_the_package()
    face.packed_network.cache_clear()
    assert np.array_equal(read.first, network.first.astype(np.float32))
    assert read.last == pytest.approx(network.last)


def test_judging_counts_frames_by_class() -> None:
    calls = [
        Call(talk(6.0), np.full(300, KINDS.index("speech"), np.int8), "talk"),
        Call(
            np.rint(sines(4.0, -15, 440) + noise(4.0, -60)).astype(np.int16),
            np.full(200, KINDS.index("music"), np.int8),
            "tone",
        ),
        Call(np.zeros(16_000, np.int16), np.full(100, -1, np.int8), "nothing"),
    ]
    found = judge(calls, DETECTORS)
    assert found["securecall"]["speech"] > 0.55  # a third of it is pauses, which are called so
    assert found["securecall"]["music"] < 0.1
    assert found["webrtcvad 3"]["music"] > 0.5
    assert found["securecall"]["pause"] == 0.0
    assert found["hours"]["speech"] == pytest.approx(300 / 180_000, abs=1e-3)


@pytest.mark.parametrize("seed", range(8))
def test_sounds_of_the_line_are_samples(seed: int) -> None:
    samples = line_sound(np.random.default_rng(seed))
    assert samples.dtype == np.int16
    assert len(samples) > 400
    assert np.abs(samples).max() == 8000
