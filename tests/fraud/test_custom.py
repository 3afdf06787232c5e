"""Detectors of one's own: what a class is given, and what becomes of what it finds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from securecall.errors import InputError, InputTypeError
from securecall.fraud.custom import Claim, CustomDetector, LegObserver, Observer, columns
from securecall.fraud.custom_step import Says, Step
from securecall.fraud.event import Event
from securecall.fraud.measures import MEASURES, Measurer

(LEVEL, ACTIVITY) = columns("level_dbm0", "activity")


class Rise:
    """Finds blocks that are 15 dB louder than the mean of those before."""

    def __init__(self) -> None:
        self.before: deque[float] = deque(maxlen=8)
        self.blocks = 0

    def observe(self, rows: NDArray[np.float32], first_ms: float) -> Iterable[Claim]:
        level = float(rows[:, LEVEL].mean())
        self.blocks += 1
        if len(self.before) == 8 and level > sum(self.before) / 8 + 15:
            yield Claim(
                "noise_anomaly", 0.75, first_ms, f"block {self.blocks}", cues={"level_dbm0": level}
            )
        self.before.append(level)


def rise(row: Any, state: Any, out: Any) -> int:
    """Find frames that are 15 dB louder than the tracked mean, as a step."""
    state[1] += 1
    if state[1] > 20 and row[0] > state[0] + 15:
        out[0] = 0.75
        out[1] = 40
        out[2] = row[0]
        state[1] = 0
        return 1
    state[0] += 0.1 * (row[0] - state[0])
    return 0


def rising() -> Step:
    return Step(rise, {1: Says("noise_anomaly", "rise")}, state=2, cues=("level_dbm0",))


MAKERS = {"class": Rise, "step": rising}


def sound(seconds: float = 12.0) -> NDArray[np.int16]:
    """Return noise that rises by 20 dB now and then."""
    random = np.random.default_rng(7)
    gain = np.repeat(random.choice([60.0, 60.0, 60.0, 600.0], size=round(seconds)), 8000)
    return (random.normal(0, 1, len(gain)) * gain).astype(np.int16)


SOUND = sound()
BACK = SOUND[::-1].copy()


class Kept:
    """Keeps what it is given."""

    block_frames = 10

    def __init__(self) -> None:
        self.given: list[tuple[int, float]] = []
        self.rows: list[NDArray[np.float32]] = []

    def observe(self, rows: NDArray[np.float32], first_ms: float) -> None:
        assert rows.shape[1] == len(MEASURES)
        assert not rows.flags.writeable
        self.given.append((len(rows), first_ms))
        self.rows.append(rows)


def test_a_class_is_given_whole_blocks_and_at_the_end_what_is_left() -> None:
    kept = Kept()
    detector = CustomDetector(lambda: kept, legs=["called"])
    detector.feed(SOUND[: 8 * 530])
    assert kept.given == [(10, 0.0), (10, 200.0)]
    assert detector.finish() == []
    assert kept.given == [(10, 0.0), (10, 200.0), (6, 400.0)]
    assert np.concatenate(kept.rows).tobytes() == Measurer().feed(SOUND[: 8 * 530]).tobytes()


def test_half_a_second_is_a_block_unless_it_is_said_otherwise() -> None:
    given: list[int] = []

    class Plain:
        def observe(self, rows: NDArray[np.float32], first_ms: float) -> list[Claim]:
            given.append(len(rows))
            return []

    class AsFed(Plain):
        block_frames = 0

    CustomDetector(Plain, legs=["called"]).feed(SOUND[:16000])
    assert given == [25] * 4
    given.clear()
    detector = CustomDetector(AsFed, legs=["called"])
    for size in (160, 100, 60, 3200):
        detector.feed(SOUND[:size])
    assert given == [1, 1, 20]


def test_lost_audio_reaches_no_detector() -> None:
    kept = Kept()
    detector = CustomDetector(lambda: kept, legs=["called"])
    detector.feed(SOUND[: 8 * 290])
    detector.feed_gap(100)
    detector.feed(SOUND[: 8 * 250])
    # The gap begins and ends in mid-frame: 14 frames are whole before it, and 280 to 400 ms are
    # lost in part or all.
    assert kept.given == [(10, 0.0), (4, 200.0), (10, 400.0)]
    detector.finish()
    assert kept.given[3:] == [(2, 600.0)]
    assert all((rows[:, ACTIVITY] != 3).all() for rows in kept.rows)


def played(
    make: Any, cuts: list[int], *, save_at: int = -1, gap_at: int = -1
) -> list[tuple[str, Event]]:
    """Play the sound in pieces to both legs; save and restore once on the way."""
    detector = CustomDetector(make)
    found: list[tuple[str, Event]] = []
    edges = [0, *sorted(cuts), len(SOUND)]
    for number, (first, last) in enumerate(pairwise(edges)):
        if number == save_at:
            saved = detector.save()
            detector = CustomDetector(make)
            detector.restore(saved)
            assert detector.save() == saved
        for leg, audio in (("called", SOUND), ("calling", BACK)):
            found += [(leg, each) for each in detector.feed(audio[first:last], leg=leg)]
            if number == gap_at:
                found += [(leg, each) for each in detector.feed_gap(70, leg)]
    return found + [("", each) for each in detector.finish()]


def by_leg(found: list[tuple[str, Event]]) -> dict[str, list[tuple[Any, ...]]]:
    """Return the events of each leg without their ids, which come as they are delivered."""
    legs: dict[str, list[tuple[Any, ...]]] = {"called": [], "calling": [], "": []}
    for leg, event in found:
        legs[leg].append((
            event.kind, event.start_ms, event.detected_ms, event.probability, event.detail,
            event.level_dbm0, dict(event.cues),
        ))  # fmt: skip
    return legs


@pytest.mark.parametrize("name", MAKERS)
def test_there_is_something_to_find(name: str) -> None:
    found = played(MAKERS[name], [])
    assert len(found) >= 4
    assert [event.id for _, event in found] == [*range(1, len(found) + 1)]
    assert {event.kind for _, event in found} == {"noise_anomaly"}
    assert {event.grade for _, event in found} == {"alert"}
    assert all(event.start_ms < event.detected_ms for _, event in found)
    assert all(event.cues["level_dbm0"] > -60 for _, event in found)


@pytest.mark.parametrize("name", MAKERS)
@given(st.lists(st.integers(0, len(SOUND)), max_size=30), st.integers(0, 30))
def test_any_cutting_and_any_saving_give_the_same_events(
    name: str, cuts: list[int], save_at: int
) -> None:
    whole = by_leg(played(MAKERS[name], []))
    assert by_leg(played(MAKERS[name], cuts, save_at=save_at)) == whole


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("piece_ms", [10, 20, 30, 33, 120])
def test_pieces_as_networks_send_them_give_the_same_events(name: str, piece_ms: int) -> None:
    cuts = [*range(8 * piece_ms, len(SOUND), 8 * piece_ms)]
    assert by_leg(played(MAKERS[name], cuts)) == by_leg(played(MAKERS[name], []))


@pytest.mark.parametrize("name", MAKERS)
def test_with_a_gap_too(name: str) -> None:
    cut = 8 * 3_333
    some = by_leg(played(MAKERS[name], [cut], gap_at=0))
    assert some == by_leg(played(MAKERS[name], [cut - 99, cut], gap_at=1, save_at=2))
    assert some != by_leg(played(MAKERS[name], []))


class Finds:
    """Finds what it is told to."""

    block_frames = 5

    def __init__(self, *told: Any) -> None:
        self.told = told

    def observe(self, rows: NDArray[np.float32], first_ms: float) -> Iterable[Any]:
        return self.told


def found(*told: Any) -> list[Event]:
    return CustomDetector(lambda: Finds(*told), legs=["called"]).feed(bytes(1600))


def test_a_claim_becomes_an_event() -> None:
    (event,) = found(Claim("humming", 1, 20, "a tune", "note", {"notes": np.float32(2)}, 80, 90))
    assert event == Event(
        1,
        "humming",
        "note",
        20.0,
        80.0,
        90.0,
        1.0,
        "a tune",
        event.level_dbm0,
        {"notes": 2.0},
        leg="called",
    )
    assert -95 < event.level_dbm0 < -93
    (usual,) = found(Claim("keypad", 0.5, 0))
    assert (usual.grade, usual.end_ms, usual.detected_ms, usual.detail) == (
        "alert",
        None,
        100.0,
        "",
    )


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (Claim("Humming", 0.5, 0), "kind must be a word of small letters, digits and"),
        (Claim("keypad", 0.5, 0, grade="disconnect"), "rests on two independent cues, not 'disc"),
        (Claim("keypad", 1.01, 0), "probability must be a number from 0 to 1, not 1.01"),
        (Claim("keypad", float("nan"), 0), "probability must be a number from 0 to 1, not nan"),
        (Claim("keypad", 0.5, 101), "start_ms must not be after 100, when it is detected"),
        (Claim("keypad", 0.5, -1), "start_ms must not be after 100"),
        (Claim("keypad", 0.5, 0, detected_ms=101), "detected_ms must not be after 100"),
    ],
)
def test_a_claim_that_cannot_be_is_refused(told: Claim, text: str) -> None:
    with pytest.raises(InputError) as caught:
        found(told)
    assert str(caught.value).startswith("a claim of Finds: ")
    assert text in str(caught.value)


def test_what_is_no_claim_is_refused() -> None:
    with pytest.raises(InputTypeError, match="Finds must claim with Claim, not tuple"):
        found(("keypad", 0.5, 0))


def test_what_is_no_observer_is_refused() -> None:
    with pytest.raises(InputTypeError, match=r"int has no observe\(rows, first_ms\)"):
        CustomDetector(int)  # type: ignore[arg-type]


@pytest.mark.parametrize("block", [-1, 3_001, 2.5, True])
def test_a_block_that_cannot_be_is_refused(block: object) -> None:
    class Odd(Finds):
        block_frames = block  # type: ignore[assignment]

    with pytest.raises(
        InputError, match=r"Odd\.block_frames must be a whole number from 0 to 3000"
    ):
        CustomDetector(Odd)


def test_only_legs_that_are_asked_for_are_heard() -> None:
    detector = CustomDetector(lambda: Finds(Claim("keypad", 0.5, 0)), legs=["calling"])
    assert detector.feed(bytes(1600), leg="called") == []
    assert detector.feed_gap(100, leg="called") == []
    assert len(detector.feed(bytes(1600), leg="calling")) == 1
    for wrong in (
        lambda: detector.feed(b"", leg="caller"),
        lambda: detector.feed_gap(5, leg="caller"),
        lambda: CustomDetector(Rise, legs=["caller"]),
    ):
        with pytest.raises(InputError, match="a leg is calling or called, not 'caller'; did you"):
            wrong()


def test_rate_and_encoding_are_those_of_the_ears() -> None:
    def events(audio: Any, **told: Any) -> list[Event]:
        return CustomDetector(lambda: Finds(Claim("x", 1, 0)), legs=["called"], **told).feed(audio)

    assert len(events(bytes(1600), sample_rate_hz=16000)) == 0
    assert len(events(bytes(3200), sample_rate_hz=16000)) == 1
    assert len(events(b"\xff" * 800, encoding="mulaw")) == 1
    with pytest.raises(InputError, match="sample_rate_hz must be 8000 or 16000"):
        events(b"", sample_rate_hz=44100)
    with pytest.raises(InputError, match="did you mean 'mulaw'"):
        events(b"", encoding="ulaw")


def test_states_of_others_are_refused() -> None:
    saved = CustomDetector(Rise).save()
    for other in (
        CustomDetector(Rise, legs=["called"]), CustomDetector(Rise, legs=["calling", "called"],
        encoding="alaw"), CustomDetector(Kept),
    ):  # fmt: skip
        with pytest.raises(InputError, match=r"^saved: "):
            other.restore(saved)
    with pytest.raises(InputTypeError, match="a saved state is bytes"):
        CustomDetector(Rise).restore(None)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="damaged"):
        CustomDetector(Rise).restore(saved[:-1] + b"?")


def test_a_monitor_may_hand_over_its_own_rows() -> None:
    rows = Measurer().feed(SOUND)
    observer: Observer = Rise()
    leg = LegObserver(observer, "called")
    events = [
        each for first in range(0, len(rows), 7) for each in leg.take(rows[first : first + 7])
    ]
    events += leg.finish()
    assert {event.id for event in events} == {0}
    heard = CustomDetector(Rise, legs=["called"])
    assert [str(event)[10:] for event in heard.feed(SOUND) + heard.finish()] == [
        str(event)[10:] for event in events
    ]


def test_a_measure_that_there_is_not_is_found_nearby() -> None:
    assert columns(*MEASURES) == [*range(len(MEASURES))]
    with pytest.raises(InputError, match="there is no measure 'zzz': there are level_dbm0, "):
        columns("zzz")
