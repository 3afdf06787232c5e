"""Rows of one leg in blocks: when they are handed over, and what is refused."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from securecall.errors import InputError, InputTypeError
from securecall.fraud.leg_observer import Claim, LegObserver
from securecall.fraud.measures import MEASURES

ACTIVITY, LEVEL = MEASURES.index("activity"), MEASURES.index("level_dbm0")


def rows(count: int, *, lost: Iterable[int] = ()) -> np.ndarray:
    made = np.zeros((count, len(MEASURES)), np.float32)
    made[:, LEVEL] = -np.arange(count)
    made[list(lost), ACTIVITY] = 3
    return made


class Blocks:
    """Writes down how many rows it was given, and from when on; claims what it is told to."""

    def __init__(self, block_frames: int, claim: object = None) -> None:
        self.block_frames = block_frames
        self.claim = claim
        self.seen: list[tuple[int, float]] = []

    def observe(self, block: np.ndarray, first_ms: float) -> list[object]:
        self.seen.append((len(block), first_ms))
        return [] if self.claim is None else [self.claim]


@pytest.mark.parametrize("piece", [1, 7, 10, 23])
def test_blocks_are_the_same_for_any_pieces(piece: int) -> None:
    observer = Blocks(10)
    leg = LegObserver(observer)
    whole = rows(23)
    for at in range(0, 23, piece):
        leg.take(whole[at : at + piece])
    leg.finish()
    assert observer.seen == [(10, 0.0), (10, 200.0), (3, 400.0)]


def test_a_block_ends_before_lost_audio_and_begins_behind_it() -> None:
    observer = Blocks(10)
    leg = LegObserver(observer)
    leg.take(rows(20, lost=(4, 5)))
    leg.finish()
    assert observer.seen == [(4, 0.0), (10, 120.0), (4, 320.0)]


def test_an_event_has_its_leg_the_end_of_the_block_and_the_level_there() -> None:
    leg = LegObserver(Blocks(5, Claim("humming", 0.5, 20.0)), "calling")
    (event,) = leg.take(rows(5))
    assert (event.leg, event.grade, event.detected_ms) == ("calling", "alert", 100.0)
    assert event.level_dbm0 == -4


@pytest.mark.parametrize(
    ("claim", "words"),
    [
        (Claim("Humming", 0.5, 0.0), "kind must be a word"),
        (Claim("humming", 0.5, 0.0, grade="disconnect"), "two independent cues"),
        (Claim("humming", 1.5, 0.0), "probability must be a number from 0 to 1"),
        (Claim("humming", 0.5, 0.0, detected_ms=120.0), "detected_ms must not be after 100"),
        (Claim("humming", 0.5, 101.0), "start_ms must not be after 100"),
    ],
)
def test_a_claim_that_cannot_be_is_refused(claim: Claim, words: str) -> None:
    with pytest.raises(InputError, match=words):
        LegObserver(Blocks(5, claim)).take(rows(5))


def test_what_is_no_claim_and_no_observer_is_refused() -> None:
    with pytest.raises(InputTypeError, match="must claim with Claim, not str"):
        LegObserver(Blocks(5, "hum")).take(rows(5))
    with pytest.raises(InputTypeError, match="int has no observe"):
        LegObserver(7)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="block_frames must be a whole number"):
        LegObserver(Blocks(-1))


def test_it_goes_on_where_another_was_saved() -> None:
    one, other = LegObserver(Blocks(10)), LegObserver(Blocks(10))
    one.take(rows(13))
    other.restore(one.save())
    other.take(rows(7))
    assert other.observer.seen == [(10, 0.0), (10, 200.0)]  # type: ignore[attr-defined]
    with pytest.raises(InputError, match="its blocks have 10 frames, not 5"):
        LegObserver(Blocks(5)).restore(one.save())
