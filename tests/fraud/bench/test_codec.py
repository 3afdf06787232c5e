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
    [("mulaw", 34, 40), ("alaw", 33, 42), ("g726", 18, 40), ("gsm", 2, 20), ("opus", 6, 40)],
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


def test_unknown_and_absent_codecs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="is 'mulaw' meant"):
        coded(SPEECH, "mulav")
    codec._there.cache_clear()
    monkeypatch.setenv("PATH", "/nonexistent")
    try:
        assert {"amr", "g722"} <= set(missing())
        with pytest.raises(BuildError, match="amr needs"):
            coded(SPEECH, "amr")
    finally:
        codec._there.cache_clear()
    assert set(missing()) <= set(CODECS)
