"""Call progress end to end: what the plans describe is heard by its name, what resembles it not."""

from __future__ import annotations

from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fraud.sounds import Sound, companded, noise, pcm, silence, sine
from tests.fraud.tone_sounds import begun, burst, bursts_of, sent

from securecall.fraud import Event, ToneDetector
from securecall.fraud.tones import Tone, plan, plan_names

ALL: Final = [
    (network, tone.name, number)
    for network in plan_names()
    for tone in plan(network)
    for number in range(len(tone.cadences))
]
SEEDS: Final = st.integers(0, 10_000)
NORTH: Final = [row for row in ALL if row[0] == "north_america"]


def limit_of_shift(tone: Tone) -> float:
    """Return how far off its frequencies a tone is sent: 3 %, or the 1.5 % of SIT and CAS."""
    own = tone.limits.shift_percent / 100
    narrow = tone.name.startswith("sit") or tone.name in ("cas", "dt_as")
    return min(own * 0.97, 0.015 if narrow else 0.03)


def known_ms(tone: Tone, number: int, on_ms: tuple[tuple[float, float], ...]) -> float:
    """Return when a tone can be known: when it has lasted, or when its last burst has ended."""
    cadence = tone.cadences[number]
    if cadence.continuous:
        return on_ms[0][0] + cadence.steps[0].on.least_ms
    return on_ms[cadence.burst_count() - 1][1]


@pytest.mark.parametrize(("network", "name", "number"), ALL)
def test_every_tone_is_heard_by_its_name_soon_after_it_can_be_known(
    network: str, name: str, number: int
) -> None:
    tone = plan(network)[name]
    line = sent(tone.cadences[number], dbm0=tone.level_dbm0)
    heard = begun(line.samples, network)
    assert {event.detail for event in heard} == {name}
    # Where a tone that does not repeat has another cadence that one burst is enough for, each is.
    assert len(heard) == 1 or not tone.cadences[number].repeats
    event = heard[0]
    assert event.start_ms == pytest.approx(line.on_ms[0][0], abs=7)
    assert event.detected_ms - known_ms(tone, number, line.on_ms) < 75
    lines = tone.cadences[number].steps[-1].frequencies_hz
    assert event.level_dbm0 == pytest.approx(tone.level_dbm0 + 10 * np.log10(len(lines)), abs=1)
    measured = [value for cue, value in event.cues.items() if cue.startswith("line_")]
    assert measured == pytest.approx(lines, rel=0.003)


def test_dial_tone_is_known_within_a_quarter_of_a_second() -> None:
    line = sent(plan("north_america")["dial"].cadences[0])
    event = begun(line.samples)[0]
    assert event.detected_ms - line.on_ms[0][0] < 250


@given(
    row=st.sampled_from(NORTH), dbm0=st.floats(-33, -9), shift=st.floats(-1, 1),
    stretch=st.floats(-0.05, 0.05), noisy=st.tuples(st.sampled_from([12, 20, 30]), SEEDS),
)  # fmt: skip
@settings(max_examples=100)
def test_noise_at_12_db_and_cadences_5_percent_off_hide_no_tone(
    row: tuple[str, str, int], dbm0: float, shift: float, stretch: float, noisy: tuple[int, int]
) -> None:
    tone = plan(row[0])[row[1]]
    off = shift * limit_of_shift(tone)
    line = sent(
        tone.cadences[row[2]], dbm0=dbm0, shift=off, stretch=stretch, snr_db=noisy[0], seed=noisy[1]
    )
    assert [event.detail for event in begun(line.samples)] == [tone.name]


@given(
    row=st.sampled_from(ALL), dbm0=st.floats(-30, -9), stretch=st.sampled_from([-0.1, 0.1]),
    seed=SEEDS,
)  # fmt: skip
@settings(max_examples=50)
def test_cadences_10_percent_off_are_still_the_tone(
    row: tuple[str, str, int], dbm0: float, stretch: float, seed: int
) -> None:
    tone = plan(row[0])[row[1]]
    cadence = tone.cadences[row[2]]
    # Of a time that has a range, 10 % off what is usual may be beyond it.
    inside = all(
        span.least_ms - 0.001 <= span.usual_ms * (1 + stretch) <= span.most_ms + 0.001
        for step in cadence.steps
        for span in (step.on, step.pause)
        if span is not None
    )
    line = sent(cadence, dbm0=dbm0, stretch=stretch if inside else 0.0, seed=seed)
    assert {event.detail for event in begun(line.samples, row[0])} == {tone.name}


@pytest.mark.parametrize("encoding", ["mulaw", "alaw"])
@pytest.mark.parametrize("name", ["dial", "ringback", "busy", "call_waiting", "cas", "sit_vc"])
def test_g711_carries_every_kind_of_tone(encoding: str, name: str) -> None:
    line = sent(plan("north_america")[name].cadences[0], dbm0=-27)
    detector = ToneDetector(encoding=encoding, dtmf=None)
    heard = detector.feed(companded(line.samples, encoding))
    assert [event.detail for event in heard] == [name]


@pytest.mark.parametrize("name", ["dial", "reorder", "ringback", "call_waiting", "sit_ic"])
def test_a_tone_is_over_when_its_pause_has_become_too_long(name: str) -> None:
    tone = plan("north_america")[name]
    cadence = tone.cadences[0]
    after = cadence.steps[-1].pause.most_ms * 1.2 + 400
    line = sent(cadence, rounds=2 if cadence.repeats else 1, after_ms=min(after, 6000))
    detector = ToneDetector(dtmf=None, report_ends=True)
    heard = detector.feed(line.samples) + detector.finish()
    first, last = heard
    assert (first.ended, last.ended, first.id) == (False, True, last.id)
    assert first.end_ms is None
    assert last.end_ms == pytest.approx(line.on_ms[-1][1], abs=7)


def test_ringing_is_one_event_and_each_call_waiting_is_one_of_its_own() -> None:
    north = plan("north_america")
    ring = sent(north["ringback"].cadences[0], rounds=3)
    assert [event.detail for event in begun(ring.samples)] == ["ringback"]
    waiting = sent(north["call_waiting"].cadences[0], rounds=3)
    assert [event.detail for event in begun(waiting.samples)] == ["call_waiting"] * 3


def test_busy_that_turns_into_reorder_is_both() -> None:
    random = np.random.default_rng(4)
    turns = bursts_of(plan("north_america")["busy"].cadences[0], 3)
    turns += bursts_of(plan("north_america")["reorder"].cadences[0], 6)
    parts = [burst(hz, ms, -24, random) if hz else silence(ms) for hz, ms in turns]
    assert [event.detail for event in begun(pcm(silence(300), *parts))] == ["busy", "reorder"]


def spoken(ms: float, dbm0: float, seed: int) -> Sound:
    """Return noise that comes and goes as syllables do, of a mean level."""
    sound = noise(0, ms, seed)
    syllables = 0.6 + 0.4 * np.sin(2 * np.pi * np.arange(len(sound)) / 8000 * 4)
    shaped = np.convolve(sound, np.hanning(9), "same") * syllables
    return shaped * np.sqrt(10 ** ((dbm0 - 3.14) / 10) / 2 / np.mean(shaped**2))


@pytest.mark.parametrize("name", ["call_waiting", "cas", "sit_vc", "busy"])
@pytest.mark.parametrize("louder_db", [-6, 0, 6])
def test_what_sounds_right_before_and_after_a_tone_does_not_hide_it(
    name: str, louder_db: float
) -> None:
    found = 0
    for seed in range(10):
        random = np.random.default_rng(seed)
        cadence = plan("north_america")[name].cadences[0]
        parts = [burst(hz, ms, -20, random) for hz, ms in bursts_of(cadence) if hz]
        before = spoken(700 + 3 * seed, -20 + louder_db, seed)
        after = spoken(600, -20 + louder_db, seed + 99)
        heard = begun(pcm(before, *parts, after))
        assert {event.detail for event in heard} <= {name}
        found += len(heard)
    assert found >= 9


def test_a_burst_outlives_lost_audio_but_lost_audio_is_no_burst() -> None:
    waiting = pcm(silence(200), sine(440, -15, 300), silence(400))
    for lost_ms, wanted in ((40, ["call_waiting"]), (120, [])):
        detector = ToneDetector(dtmf=None)
        heard: list[Event] = []
        for at in range(0, len(waiting), 160):
            inside = 2880 <= at < 2880 + 8 * lost_ms
            piece = waiting[at : at + 160]
            heard += detector.feed_gap(20) if inside else detector.feed(piece)
        assert [event.detail for event in heard] == wanted


def harmonics(hz: float, ms: float, dbm0: float, weaker_db: float) -> Sound:
    """Return a note: its fundamental, and two harmonics so much weaker."""
    whole = sine(hz, dbm0, ms) + sine(2 * hz, dbm0 - weaker_db, ms, 0.7)
    return whole + sine(3 * hz, dbm0 - weaker_db, ms, 1.9)


def faded(sound: Sound, ms: float) -> Sound:
    """Return a sound that comes and goes within so many milliseconds."""
    edge = round(8 * ms)
    shape = np.ones(len(sound))
    shape[:edge] = np.linspace(0, 1, edge)
    shape[-edge:] = np.linspace(1, 0, edge)
    return sound * shape


def dying(sound: Sound, db_per_s: float) -> Sound:
    """Return a sound that dies away, as a string does."""
    return sound * 10 ** (-db_per_s * np.arange(len(sound)) / 8000 / 20)


def swaying(hz: float, ms: float, dbm0: float, percent: float) -> Sound:
    """Return a note with a vibrato of 6 Hz."""
    turns = np.arange(round(8 * ms)) / 8000
    bend = percent / 100 * hz / 6 * np.sin(2 * np.pi * 6 * turns)
    return 10 ** ((dbm0 - 3.14) / 20) * np.sin(2 * np.pi * hz * turns + bend)


NOT_CALL_WAITING: Final = {
    "a note with harmonics": harmonics(440, 300, -15, 15),
    "a note that comes slowly": faded(sine(440, -15, 300), 80),
    "a string": dying(sine(440, -15, 300), 25),
    "a voice that sways": swaying(440, 300, -15, 1.5),
    "a semitone above": sine(466.2, -15, 300),
    "a semitone below": sine(415.3, -15, 300),
    "too short": sine(440, -15, 230),
    "too long": sine(440, -15, 380),
    "too soft": sine(440, -50, 300),
    "a second note with it": sine(440, -15, 300) + sine(554.4, -20, 300),
    "a high note with it": sine(440, -15, 300) + sine(1760, -27, 300),
    "dial tone, cut short": sine(350, -15, 150) + sine(440, -15, 150),
}


@pytest.mark.parametrize("sound", NOT_CALL_WAITING.values(), ids=NOT_CALL_WAITING)
def test_what_resembles_call_waiting_is_none(sound: Sound) -> None:
    assert begun(pcm(silence(400), sound, silence(500))) == []


def two(low_hz: float, high_hz: float, ms: float, low: float = -20, high: float = -20) -> Sound:
    return sine(low_hz, low, ms, 0.4) + sine(high_hz, high, ms, 1.3)


NOT_A_TONE: Final = {
    "a third apart, a semitone high": two(370, 466, 600),
    "twist of 10 dB": two(350, 440, 600, -15, -25),
    "one line 3 % off, the other right": two(350 * 1.03, 440, 600),
    "a chord": two(350, 440, 600) + sine(523, -24, 600),
    "two strings": dying(two(350, 440, 600), 30),
    "ringing for a second and a half": two(440, 480, 1500),
    "busy of 360 ms": two(480, 620, 360),
    "CAS of 40 ms": two(2130, 2750, 40),
    "CAS of 150 ms": two(2130, 2750, 150),
    "SIT in the wrong order": np.concatenate(
        [sine(1776.7, -20, 380), sine(1370.6, -20, 274), sine(985.2, -20, 380)]
    ),
    "SIT with a pause": np.concatenate(
        [sine(985.2, -20, 380), silence(120), sine(1370.6, -20, 274), sine(1776.7, -20, 380)]
    ),
    "two segments of SIT": np.concatenate([sine(985.2, -20, 380), sine(1370.6, -20, 274)]),
    "a whistle that rises": np.sin(
        2 * np.pi * (800 * np.arange(8000) / 8000 + 900 * (np.arange(8000) / 8000) ** 2)
    )
    * 0.1,
    "noise": noise(-20, 3000, 8),
}


@pytest.mark.parametrize("sound", NOT_A_TONE.values(), ids=NOT_A_TONE)
@pytest.mark.parametrize("network", plan_names())
def test_what_resembles_a_tone_is_none(network: str, sound: Sound) -> None:
    names = [event.detail for event in begun(pcm(silence(400), sound, silence(800)), network)]
    assert names == []


@pytest.mark.parametrize("level", [0.02, -0.3])
def test_a_constant_is_no_tone_and_silence_none(level: float) -> None:
    assert begun(pcm(np.full(16000, level))) == []
    assert begun(pcm(silence(2000))) == []


def test_square_waves_at_full_scale_are_no_tone() -> None:
    square = np.sign(sine(440, 0, 300)) * 1.0
    assert begun(pcm(silence(300), square, silence(500))) == []
    assert begun(pcm(np.sign(sine(100, 0, 3000)) * 1.0)) == []
