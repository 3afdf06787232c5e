"""The plan for monitors: one beep is enough, behind a coder of speech or on a line that loses."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest
from tests.fraud.sounds import Pcm, Sound, noise, pcm, silence, sine
from tests.fraud.tone_sounds import begun, sent

from securecall.fraud import Event
from securecall.fraud.bench.codec import coded
from securecall.fraud.tone_files import parse_plan
from securecall.fraud.tones import plan

MONITOR: Final = plan("monitor")
PLACES: Final = (0.0, 3.1, 7.7, 12.4, 18.9)


def beeps(*parts: tuple[float | None, float], place: float = 0.0, dbm0: float = -17.0) -> Pcm:
    """Return tones (Hz, ms) and pauses (None, ms) on a line with noise at -60 dBm0."""
    sounds = [silence(ms) if hz is None else sine(hz, dbm0, ms) for hz, ms in parts]
    whole = np.concatenate([silence(400 + place), *sounds, silence(600)])
    return pcm(whole + noise(-60, len(whole) / 8 + 1, 3)[: len(whole)])


def names(samples: Pcm, network: str = "monitor") -> list[str]:
    return [event.detail for event in begun(samples, network)]


HEARD: Final = {
    "call_waiting": ((440.0, 300.0),),
    "call_waiting_uk": ((400.0, 100.0),),
    "call_waiting_cellular": ((440.0, 200.0), (None, 400.0), (440.0, 200.0)),
    "call_waiting_425": ((425.0, 200.0), (None, 200.0), (425.0, 200.0)),
    "sf_2600": ((2600.0, 700.0),),
    "ringback_425": ((425.0, 1000.0),),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", HEARD)
def test_one_alert_is_one_event(name: str, place: float) -> None:
    assert names(beeps(*HEARD[name], place=place)) == [name]


@pytest.mark.parametrize(
    ("hz", "pause_ms", "name"),
    [
        (440.0, 600.0, "call_waiting_cellular"),
        (425.0, 500.0, "call_waiting_425"),
        (425.0, 600.0, "call_waiting_425"),
    ],
)
def test_networks_pause_as_they_like(hz: float, pause_ms: float, name: str) -> None:
    assert names(beeps((hz, 200.0), (None, pause_ms), (hz, 200.0))) == [name]


@pytest.mark.parametrize("off", [-0.005, 0.005])
@pytest.mark.parametrize("name", [name for name in HEARD if name != "sf_2600"])
def test_generators_may_be_half_a_percent_off(name: str, off: float) -> None:
    parts = [(hz and hz * (1 + off), ms) for hz, ms in HEARD[name]]
    assert names(beeps(*parts)) == [name]


@pytest.mark.parametrize(
    ("name", "levels_dbm0"),
    [
        ("call_waiting", (-24.0, -18.0, -13.0)),
        ("call_waiting_cellular", (-24.0, -18.0, -13.0)),
        # Out of nothing, hard on and softer than this, GSM leaves no tone of so high a frequency.
        ("sf_2600", (-8.0,)),
    ],
)
def test_gsm_hides_no_alert(name: str, levels_dbm0: tuple[float, ...]) -> None:
    for place in PLACES if name != "sf_2600" else (0.0, 18.9):
        for dbm0 in levels_dbm0:
            line = beeps(*HEARD[name], place=place, dbm0=dbm0)
            assert names(coded(line, "gsm")) == [name]


@pytest.mark.parametrize("name", ["sit_ro", "sit_vc", "sit_nc", "sit_ic", "sit_itu"])
def test_gsm_hides_no_special_information_tone(name: str) -> None:
    line = sent(plan("north_america")[name].cadences[0])
    (found,) = begun(coded(line.samples, "gsm"), "monitor")
    assert found.detail.startswith("sit")
    assert names(line.samples) == [name]  # and without a coder it is known which


def test_a_beep_in_noise_is_heard() -> None:
    for seed in range(10):
        for name in ("call_waiting", "call_waiting_cellular", "call_waiting_425"):
            line = sent(MONITOR[name].cadences[0], snr_db=12, seed=seed)
            assert names(line.samples) == [name]


def test_a_lost_packet_in_a_beep_is_a_dent() -> None:
    dented = beeps((440.0, 300.0))
    dented[4320:4400] = 0
    (event,) = begun(dented, "monitor")
    assert event.detail == "call_waiting"
    assert event.start_ms == pytest.approx(400, abs=7)


@pytest.mark.parametrize("hole_ms", [20, 40])
def test_what_lost_packets_broke_is_put_together_and_told_once(hole_ms: float) -> None:
    whole = ((913.8, 274.0), (1428.5, 380.0), (1776.7, 380.0))
    for broken, (hz, ms) in enumerate(whole):
        parts: list[tuple[float | None, float]] = [*whole]
        parts[broken : broken + 1] = [(hz, 120.0), (None, hole_ms), (hz, ms - 120.0 - hole_ms)]
        (event,) = begun(beeps(*parts), "monitor")
        assert event.detail.startswith("sit")
        assert event.start_ms == pytest.approx(400, abs=7)


@pytest.mark.parametrize("parts", [
    [(440.0, 230.0)],  # the packets of its first 70 ms are lost
    [(440.0, 120.0), (None, 40.0), (440.0, 140.0)],
    [(440.0, 130.0), (None, 470.0), (440.0, 200.0)],
    [(440.0, 200.0), (None, 480.0), (440.0, 120.0)],
    [(440.0, 130.0), (None, 670.0), (440.0, 200.0)],
    [(400.0, 127.0)],
])  # fmt: skip
def test_an_alert_of_which_packets_are_lost_is_one_if_its_frequency_is_near(
    parts: list[tuple[float | None, float]],
) -> None:
    for place in PLACES:
        (name,) = names(beeps(*parts, place=place))
        assert name.startswith("call_waiting")
    # Voices and strings come by a quarter of a per cent near a tone, and seldom nearer.
    assert names(beeps(*[(hz and hz * 1.007, ms) for hz, ms in parts])) == []


def test_one_beep_of_a_cellular_telephone_is_enough_and_both_are_one_event() -> None:
    for place in PLACES:
        alone = beeps((440.0, 200.0), place=place)
        assert names(alone) == ["call_waiting_cellular"]
        for pause_ms in (400.0, 600.0):
            line = beeps((440.0, 200.0), (None, pause_ms), (440.0, 200.0), place=place)
            (event,) = begun(line, "monitor")
            assert event.start_ms == pytest.approx(400 + place, abs=7)


def hummed(dbm0: float, ms: float, hz: float) -> Sound:
    """Return what a voice hums, its pitch swaying: it is as loud all along."""
    at_s = np.arange(int(ms * 8)) / 8000
    turns = 2 * np.pi * np.cumsum(hz * np.exp(0.05 * np.sin(2 * np.pi * 3 * at_s))) / 8000
    made = np.zeros(len(at_s))
    for k in range(1, 30):
        made += np.sin(k * turns + k * k) / (1 + abs(k * hz - 600) / 300)
    made *= np.sqrt(np.mean(sine(1000, dbm0, ms) ** 2) / np.mean(made**2))
    return made


@pytest.mark.parametrize("hz", [90.0, 133.0, 210.0])
@pytest.mark.parametrize(("tone_hz", "tone_ms"), [(400.0, 100.0), (440.0, 300.0)])
def test_a_tone_begins_where_talk_as_loud_is_cut_off(
    hz: float, tone_hz: float, tone_ms: float
) -> None:
    # Power shows nothing; wherever a frame begins, the waveform does.
    for late_ms in np.arange(0, 20, 2.5):
        before, after = (hummed(-20, ms, hz) for ms in (1000 + late_ms, 1000))
        whole = np.concatenate([before, sine(tone_hz, -20, tone_ms), after])
        (event,) = begun(pcm(whole + noise(-60, len(whole) / 8 + 1, 3)[: len(whole)]), "monitor")
        assert event.detail.startswith("call_waiting")
        assert event.start_ms == pytest.approx(1000 + late_ms, abs=5)


def test_pieces_that_are_further_apart_are_two() -> None:
    line = beeps((913.8, 274.0), (1428.5, 120.0), (None, 90.0), (1428.5, 170.0), (1776.7, 380.0))
    assert names(line) == []


def test_a_tone_that_was_told_in_its_first_piece_is_not_told_again() -> None:
    # The first 300 ms are a whole alert; what comes 30 ms later makes no second one of it.
    assert names(beeps((440.0, 300.0), (None, 30.0), (440.0, 5.0))) == ["call_waiting"]
    assert names(beeps((2600.0, 700.0), (None, 30.0), (2600.0, 400.0))) == ["sf_2600"]


@pytest.mark.parametrize(
    "parts",
    [
        [(441.0, 200.0)],
        [(440.0, 140.0)],
        [(440.0, 420.0)],
        [(449.0, 300.0)],
        [(443.5, 300.0)],
        [(400.0, 140.0)],
        [(405.0, 100.0)],
        [(441.0, 200.0), (None, 250.0), (441.0, 200.0)],
        [(425.0, 400.0)],
    ],
)
def test_what_is_near_is_not_taken_for_it(parts: list[tuple[float | None, float]]) -> None:
    assert names(beeps(*parts)) == []


#: A beep of 1000 Hz as a plan; ``{}`` is what its cadence says beside its steps.
BEEP: Final = """
name = "beep"
[[tone]]
name = "beep"
frequencies_hz = [1000]
sharp = true
source = "own"
[[tone.cadence]]
steps = [{{ on_ms = [280, 300, 320], pause_ms = 1000 }}]
{}
"""


def heard_with(samples: Pcm, said: str) -> list[Event]:
    return begun(samples, parse_plan(BEEP.format(said)))


def shaped(level_db: np.ndarray) -> Pcm:
    """Return 300 ms of 1000 Hz with a level that varies."""
    tone = sine(1000, -15, 300) * 10 ** (level_db / 20)
    return pcm(silence(400), tone, silence(400))


class TestCadencesHaveLimitsOfTheirOwn:
    """Each changes what is heard, and its absence leaves the tone's own limit."""

    def test_even_db(self) -> None:
        line = shaped(np.linspace(-1.6, 1.6, 2400))
        assert heard_with(line, "") == []
        assert len(heard_with(line, "even_db = 4")) == 1

    def test_sharp_edges(self) -> None:
        # Loud noise that fades into the tone leaves its beginning unclear.
        before = noise(-16, 480, 5)[:3840] * np.minimum(1, np.linspace(6, 0, 3840))
        line = np.concatenate([silence(400), sine(1000, -15, 300), silence(400)])
        line[:3840] += before
        said = "time_slack_ms = 60"
        assert heard_with(pcm(line), said) == []
        assert len(heard_with(pcm(line), f"{said}\nsharp_edges = 1")) == 1

    def test_shift_percent(self) -> None:
        line = pcm(silence(400), sine(1050, -15, 300), silence(400))
        assert heard_with(line, "") == []
        assert len(heard_with(line, "shift_percent = 6")) == 1
        near = pcm(silence(400), sine(1015, -15, 300), silence(400))
        assert len(heard_with(near, "")) == 1
        assert heard_with(near, "shift_percent = 1") == []

    def test_time_slack_ms(self) -> None:
        line = pcm(silence(400), sine(1000, -15, 340), silence(400))
        assert heard_with(line, "") == []
        assert len(heard_with(line, "time_slack_ms = 40")) == 1

    def test_coded(self) -> None:
        at = np.arange(2400)
        wavers = 2 * np.pi * (1000 * at / 8000 + 0.07 * np.sin(2 * np.pi * 6 * at / 8000))
        line = pcm(silence(400), np.sin(wavers) * np.max(sine(1000, -15, 300)), silence(400))
        assert heard_with(line, "") == []
        assert len(heard_with(line, "coded = true")) == 1
