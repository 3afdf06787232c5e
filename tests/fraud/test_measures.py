"""Measures: rows of numbers, the same for any cutting, and what they say of known sounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.errors import InputError, InputTypeError
from securecall.fraud import Activity
from securecall.fraud.measures import BANDS_HZ, MEASURES, Measurer

COLUMN = {name: at for at, name in enumerate(MEASURES)}
BANDS = [COLUMN[f"band_{hz}_dbm0"] for hz in BANDS_HZ[:-1]]


def rows(samples: np.ndarray) -> np.ndarray:
    return Measurer().feed(samples.astype("<i2").tobytes())


def test_a_sine_is_where_it_is_and_as_loud_as_it_is() -> None:
    at = np.arange(8000)
    heard = rows(0.1 * 32768 * np.sin(2 * np.pi * 1100 / 8000 * at))[10:]
    level = 20 * np.log10(0.1) + 3.14
    assert heard[:, COLUMN["level_dbm0"]] == pytest.approx(level, abs=0.1)
    assert heard[:, COLUMN["peak_dbm0"]] == pytest.approx(level, abs=0.1)
    assert {int(np.argmax(each)) for each in heard[:, BANDS]} == {4}
    assert heard[:, BANDS[4]] == pytest.approx(level, abs=0.2)
    assert heard[:, COLUMN["crossings"]] == pytest.approx(44, abs=1)
    assert (heard[:, COLUMN["edge_hz"]] < 1300).all()
    assert (heard[:, COLUMN["evenness_db"]] < -20).all()


def test_white_noise_is_even_and_level() -> None:
    heard = rows(np.random.default_rng(5).standard_normal(40_000) * 300)[20:]
    assert np.mean(heard[:, COLUMN["evenness_db"]]) == pytest.approx(-2.5, abs=0.3)
    assert np.mean(heard[:, COLUMN["tilt_db"]]) == pytest.approx(0.0, abs=0.3)
    assert np.ptp(heard[:, BANDS].mean(axis=0)) < 0.8
    assert (heard[:, COLUMN["edge_hz"]] > 3800).all()


def test_a_click_in_a_quiet_line_stands_out_and_a_step_does_not() -> None:
    samples = np.random.default_rng(6).standard_normal(16_000) * 5
    samples[4008:4016] += 4000
    samples[12_000:] += 0.2 * 32768 * np.sin(2 * np.pi * 700 / 8000 * np.arange(4000))
    heard = rows(samples)[:, COLUMN["click_db"]]
    assert int(np.argmax(heard)) == 4008 // 160 + 1, "told with the frame behind it"
    assert heard.max() > 40
    assert heard[70:].max() < 12
    assert rows(samples)[26, COLUMN["click_dbm0"]] == pytest.approx(
        20 * np.log10(4000 / 32768) + 6.15, abs=0.5
    )


def test_a_voiced_sound_has_its_pitch() -> None:
    at = np.arange(16_000)
    pulses = np.zeros(len(at))
    pulses[::64] = 12_000  # 125 Hz
    ring = np.convolve(pulses, np.exp(-np.arange(60) / 12) * np.cos(np.arange(60) * 0.5))[:16_000]
    heard = rows(np.clip(ring, -32768, 32767))[20:]
    found = heard[heard[:, COLUMN["voiced"]] > 0, COLUMN["pitch_log2_hz"]]
    assert len(found) > 30
    assert 2 ** np.median(found) == pytest.approx(125, rel=0.03)


def test_lost_frames_are_evidence_of_nothing() -> None:
    measurer = Measurer()
    measurer.feed(bytes(320))
    lost = measurer.feed_gap(50)
    assert lost.shape == (2, 32)
    assert (lost[:, COLUMN["activity"]] == Activity.LOST).all()
    assert (lost[:, COLUMN["level_dbm0"]] == -100).all()
    assert measurer.now_ms == 70


@given(st.lists(st.integers(0, 1000), max_size=12), st.integers(0, 2**32 - 1))
def test_any_cutting_and_saving_gives_the_same_rows(cuts: list[int], seed: int) -> None:
    samples = (np.random.default_rng(seed).standard_normal(sum(cuts)) * 900).astype("<i2")
    whole = Measurer().feed(samples.tobytes())
    measurer, parts, at = Measurer(), [], 0
    for cut in cuts:
        parts.append(measurer.feed(samples[at : at + cut].tobytes()))
        at += cut
        saved, measurer = measurer.save(), Measurer()
        measurer.restore(saved)
    assert np.array_equal(np.concatenate([whole[:0], *parts]), whole)


def test_a_gap_may_be_cut_too() -> None:
    one, other = Measurer(), Measurer()
    whole = one.feed_gap(170)
    parts = [other.feed_gap(ms) for ms in (3, 0, 90, 77)]
    assert np.array_equal(np.concatenate(parts), whole)


@pytest.mark.parametrize(("encoding", "loudest"), [("mulaw", b"\x80\0"), ("alaw", b"\xaa\x2a")])
def test_other_encodings(encoding: str, loudest: bytes) -> None:
    heard = Measurer(encoding=encoding).feed(loudest * 400)
    assert heard[4, COLUMN["level_dbm0"]] > 0


def test_wide_audio_is_halved() -> None:
    at = np.arange(16_000)
    samples = (3000 * np.sin(2 * np.pi * 600 / 16_000 * at)).astype("<i2")
    heard = Measurer(16_000).feed(samples.tobytes())
    assert abs(len(heard) - 50) <= 1
    assert {int(np.argmax(each)) for each in heard[5:, BANDS]} == {2}


def test_bad_input() -> None:
    with pytest.raises(InputError, match="odd number"):
        Measurer().feed(b"\0")
    with pytest.raises(InputTypeError, match="int16"):
        Measurer().feed(np.zeros(3, np.float32))
    with pytest.raises(InputError, match="44100"):
        Measurer(44_100)
    with pytest.raises(InputError, match="did you mean 'mulaw'"):
        Measurer(encoding="mulow")
    with pytest.raises(InputError, match="version"):
        Measurer().restore(b"other")
