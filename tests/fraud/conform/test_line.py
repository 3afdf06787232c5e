"""What a line adds has the level that it is said to have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from securecall.fraud.conform.digits import Pulse, Sent, send
from securecall.fraud.conform.levels import level_dbm0, pcm
from securecall.fraud.conform.limits import drawn
from securecall.fraud.conform.line import Line, carry

SENT = send(list("1590"), Pulse(on_ms=400, off_ms=400), drawn(1))
PLAIN = carry(SENT, Line(), drawn(2)).astype(float)


def added(line: Line) -> np.ndarray:
    """Return what a line adds, full scale 1.0."""
    return (carry(SENT, line, drawn(2)) - PLAIN) / 32768


def test_a_clean_line_only_rounds() -> None:
    assert np.array_equal(PLAIN, pcm(SENT.samples))


@pytest.mark.parametrize("snr_db", [6.0, 15.0, 30.0])
def test_noise_lies_under_the_power_of_both_tones(snr_db: float) -> None:
    noise = added(Line(snr_db=snr_db))
    signal_db = 10 * np.log10(SENT.power / 0.5) + 3.14
    assert signal_db - level_dbm0(noise) == pytest.approx(snr_db, abs=0.15)


def test_noise_is_white() -> None:
    spectrum = np.abs(np.fft.rfft(added(Line(snr_db=10)))) ** 2
    quarters = [part.mean() for part in np.array_split(spectrum, 4)]
    assert max(quarters) < 1.1 * min(quarters)


def test_dial_tone_is_two_tones_of_that_level_together() -> None:
    tone = added(Line(dial_tone_dbm0=-3.0))
    assert level_dbm0(tone) == pytest.approx(-3.0, abs=0.02)
    spectrum = np.abs(np.fft.rfft(tone * np.hanning(len(tone)), 1 << 17))
    hz = np.fft.rfftfreq(1 << 17, 1 / 8000)
    for wanted in (350, 440):
        near = np.abs(hz - wanted) < 20
        assert hz[near][np.argmax(spectrum[near])] == pytest.approx(wanted, abs=0.1)


def test_hum_has_its_level() -> None:
    assert level_dbm0(added(Line(hum_dbm0=-20.0))) == pytest.approx(-20.0, abs=0.02)


def test_an_echo_is_late_and_soft() -> None:
    echo = added(Line(echo_db=-10.0, echo_ms=20.0))
    wanted = np.concatenate([np.zeros(160), SENT.samples[:-160]]) * 10 ** (-10 / 20)
    assert echo == pytest.approx(wanted, abs=2 / 32768)


@pytest.mark.parametrize("law", ["mulaw", "alaw"])
def test_a_coder_is_passed(law: str) -> None:
    came = carry(SENT, Line(law=law), drawn(2))  # type: ignore[arg-type]
    assert len(set(came.tolist())) <= 255
    assert not np.array_equal(came, PLAIN)


def test_frames_get_lost() -> None:
    came = carry(SENT, Line(loss_percent=50, concealment="silence"), drawn(2))
    frames = came[: len(came) // 160 * 160].reshape(-1, 160)
    empty = (~frames.any(axis=1)).mean()
    before = PLAIN[: len(came) // 160 * 160].reshape(-1, 160)
    assert empty > (~before.any(axis=1)).mean() + 0.1


def test_what_is_sent_is_left_alone() -> None:
    kept = SENT.samples.copy()
    everything = Line(snr_db=10, dial_tone_dbm0=-10, hum_dbm0=-20, echo_db=-10, loss_percent=10)
    carry(SENT, everything, drawn(3))
    carry(SENT, replace(everything, echo_db=None), drawn(3))
    assert np.array_equal(SENT.samples, kept)
    assert isinstance(SENT, Sent)
