"""Codecs: exact where there are tables, in step and of the known quality elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from securecall.errors import BuildError, InputError
from securecall.fraud.bench import codec
from securecall.fraud.bench.codec import CODECS, coded, missing
from securecall.fraud.bench.sound import narrow
from securecall.fraud.bench.voices import spoken
from securecall.fraud.conform.companding import round_trip

SPEECH = narrow(spoken(7)[: 8000 * 4])


def snr_db(sent: np.ndarray, heard: np.ndarray) -> float:
    error = heard.astype(float) - sent.astype(float)
    return float(10 * np.log10(np.mean(sent.astype(float) ** 2) / np.mean(error**2)))


@pytest.mark.parametrize("law", ["mulaw", "alaw"])
def test_g711_is_the_recommendation_for_every_sample(law: str) -> None:
    every = np.arange(-32768, 32768).astype(np.int16)
    assert np.array_equal(coded(every, law), round_trip(law, every))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    # G.711 has some 38 dB, G.726-32 some 25 and more, GSM under 15: it is a coder of speech.
    ("name", "low", "high"),
    [
        ("mulaw", 34, 40),
        ("alaw", 33, 42),
        ("g726", 18, 40),
        ("gsm", 2, 20),
        ("opus", 6, 40),
        ("amr122", 5, 15),
        ("amr", 4, 14),
        ("amr475", 2, 12),
        ("g722", 30, 60),
        ("g723", 4, 25),
    ],
)
def test_what_is_left_has_the_codecs_quality_and_is_in_step(
    name: str, low: float, high: float
) -> None:
    assert name not in missing()
    heard = coded(SPEECH, name)
    assert len(heard) == len(SPEECH)
    assert low <= snr_db(SPEECH, heard) <= high
    late = max(
        range(-200, 201),
        key=lambda lag: float(
            SPEECH[4000:20_000].astype(float) @ heard[4000 + lag : 20_000 + lag].astype(float)
        ),
    )
    assert late == 0


def test_a_length_that_is_no_whole_block_is_kept() -> None:
    assert len(coded(SPEECH[:1001], "gsm")) == 1001
    assert len(coded(SPEECH[:0], "gsm")) == 0
    for name in CODECS:
        for count in (1, 159, 161, 1001):
            assert len(coded(SPEECH[:count], name)) == count


@pytest.mark.parametrize("name", [name for name in CODECS if name not in ("mulaw", "alaw")])
def test_the_last_sound_is_heard(name: str) -> None:
    sound = np.zeros(8000, np.int16)
    sound[7000:] = (8000 * np.sin(np.arange(1000) * 0.6)).astype(np.int16)
    heard = coded(sound, name).astype(float)
    assert np.sqrt(np.mean(heard[7800:] ** 2)) > 3000
    assert np.sqrt(np.mean(heard[:6700] ** 2)) < 30


def test_the_same_samples_give_the_same_bits() -> None:
    for name in CODECS:
        assert np.array_equal(coded(SPEECH[:4000], name), coded(SPEECH[:4000], name))


@pytest.mark.parametrize("name", ["opus", "g722"])
def test_pieces_of_another_rate_end_with_the_same_bits_wherever_memory_lies(name: str) -> None:
    kept: list[np.ndarray] = []
    made = []
    for turn in range(12):
        kept.append(np.ones(1000 + 777 * turn))
        made.append(coded(SPEECH[8000:8400], name))
    assert all(np.array_equal(one, made[0]) for one in made)


def test_unknown_and_absent_codecs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="did you mean 'mulaw'"):
        coded(SPEECH, "mulav")
    codec._there.cache_clear()
    monkeypatch.setattr(codec, "_av", lambda: None)
    try:
        assert set(missing()) == {
            "amr", "amr475", "amr515", "amr59", "amr67", "amr74", "amr102", "amr122",
            "opus", "g722", "g723",
        }  # fmt: skip
        with pytest.raises(BuildError, match=r"amr needs av.*pip install"):
            coded(SPEECH, "amr")
    finally:
        monkeypatch.undo()  # before anything asks again, or all later tests would go without
        codec._there.cache_clear()
    assert set(missing()) <= set(CODECS)
