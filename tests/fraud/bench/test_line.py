"""Lines: levels, floors, bands, echo and gain are measured back from what arrives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.fraud.bench.happening import PLAIN, call_with, draft_of

from securecall.fraud.bench.codec import missing
from securecall.fraud.bench.dice import dice
from securecall.fraud.bench.line import ACCESSES, Line, drawn_line, near_end, other_line
from securecall.fraud.bench.sound import active_dbm0, level_dbm0
from securecall.fraud.bench.voices import spoken

QUIET = replace(PLAIN, noise_dbm0=-90.0)


def heard(line: Line, leg: str = "called", **told: bool) -> np.ndarray:
    call = call_with(draft_of(30, line=line), **told)
    return call.legs[leg].astype(np.float32) / np.float32(32768)


@pytest.mark.parametrize("level", [-35.0, -20.0, -12.0])
def test_speech_arrives_at_its_level(level: float) -> None:
    line = Line(level_dbm0=level, low_hz=20.0, high_hz=3900.0)
    assert active_dbm0(near_end(spoken(3), line)) == pytest.approx(level, abs=0.5)


@pytest.mark.parametrize(("level", "tilt"), [(-65.0, 0.0), (-55.0, -6.0), (-45.0, 3.0)])
def test_an_idle_line_has_its_floor(level: float, tilt: float) -> None:
    line = replace(PLAIN, noise_dbm0=level, noise_tilt=tilt)
    # Mu-law's steps are as large as the softest noise: it comes out within 1.5 dB there.
    allowed = 0.5 if level > -60 else 1.5
    assert level_dbm0(heard(line, silent=True)) == pytest.approx(level, abs=allowed)


@pytest.mark.parametrize("hz", [50.0, 60.0])
def test_hum_has_its_level_and_frequency(hz: float) -> None:
    made = heard(replace(QUIET, hum_hz=hz, hum_dbm0=-35.0), silent=True)
    assert level_dbm0(made) == pytest.approx(-35.0, abs=0.5)
    assert np.argmax(np.abs(np.fft.rfft(made[:80_000]))) == round(hz * 10)


@pytest.mark.parametrize(("late_ms", "loss"), [(10.0, 12.0), (35.0, 20.0), (60.0, 30.0)])
def test_echo_has_its_delay_and_its_loss(late_ms: float, loss: float) -> None:
    draft = draft_of(30, line=replace(QUIET, codecs=()))
    called = draft.called
    called.lines = [(0, replace(QUIET, codecs=(), echo_ms=late_ms, erl_db=loss))]
    for party in called.parties:
        party.end = 0
    call = call_with(draft)
    sent, echo = (call.legs[leg].astype(float) for leg in ("calling", "called"))
    late = round(late_ms * 8)
    spectra = [np.fft.rfft(each, 2**18) for each in (sent[:200_000], echo[:201_000])]
    product = np.fft.irfft(np.conj(spectra[0]) * spectra[1])[:700]
    assert int(np.argmax(product)) == late
    factor = product[late] / float(sent[:200_000] @ sent[:200_000])
    assert -20 * np.log10(factor) == pytest.approx(loss, abs=0.5)


def test_without_echo_the_other_leg_is_not_heard() -> None:
    draft = draft_of(30, line=QUIET)
    for party in draft.called.parties:
        party.end = 0
    call = call_with(draft)
    assert level_dbm0(call.legs["called"] / 32768) < -75
    assert level_dbm0(call.legs["calling"] / 32768) > -40


def test_a_band_keeps_out_what_is_outside() -> None:
    made = heard(replace(QUIET, low_hz=300.0, high_hz=2600.0, codecs=()))
    power = np.abs(np.fft.rfft(made[:80_000])) ** 2
    assert power[500:20_000].sum() > 1000 * power[33_000:].sum()


def test_gain_brings_faint_talkers_up() -> None:
    speech = np.resize(spoken(3), 8000 * 60)
    faint = Line(level_dbm0=-34.0)
    change = active_dbm0(near_end(speech, replace(faint, agc=True))[240_000:]) - active_dbm0(
        near_end(speech, faint)[240_000:]
    )
    assert 4.0 < change < 12.0


def test_lines_that_are_drawn_can_be_made_here() -> None:
    draw = dice(1, wide=True)
    lines = [drawn_line(draw) for _ in range(300)]
    assert {line.access for line in lines} == set(ACCESSES)
    assert not {name for line in lines for name in line.codecs} & set(missing())
    assert any(line.erl_db < 40 for line in lines)
    assert any(line.dtx for line in lines)
    assert any(line.agc for line in lines)
    assert any(line.hum_hz for line in lines)


def test_some_chains_and_colours_are_in_the_sealed_part_only() -> None:
    def drawn(wide: bool) -> tuple[set[tuple[str, ...]], set[float]]:
        draw = dice(2, wide=wide)
        lines = [drawn_line(draw) for _ in range(400)]
        return {line.codecs for line in lines}, {line.noise_tilt for line in lines}

    known, sealed = drawn(False), drawn(True)
    assert known[0] < sealed[0]
    assert known[1] < sealed[1]


@pytest.mark.parametrize("seed", range(20))
def test_another_line_differs_in_what_is_told(seed: int) -> None:
    draw = dice(seed)
    line = drawn_line(draw)
    assert other_line(draw, line, []) == line
    plain = {"mulaw", "alaw"}
    codec = other_line(draw, line, ["codec"])
    assert (set(codec.codecs) <= plain) != (set(line.codecs) <= plain)
    noise = other_line(draw, line, ["noise"])
    assert abs(noise.noise_dbm0 - line.noise_dbm0) > 6
    assert noise.codecs == line.codecs
    band = other_line(draw, line, ["band"])
    assert abs(band.high_hz - line.high_hz) > 200
    echo = other_line(draw, line, ["echo"])
    assert (echo.erl_db < 90) or (line.erl_db < 90)
