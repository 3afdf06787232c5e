"""A monitor hears the same, bit for bit, however the audio is cut and from every saved state."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fraud.calls import BOTH, CALL, alternating, one_after_the_other, watched
from tests.fraud.sounds import companded

from securecall.errors import InputError, InputTypeError
from securecall.fraud import CallMonitor, Event
from securecall.fraud.tones import TonePlan, plan

HEARD = watched(one_after_the_other(10**9), legs=BOTH)
LENGTH = len(CALL["called"])


@pytest.mark.parametrize("ms", [10, 20, 30, 33, 120, 1000, LENGTH // 8])
class TestPiecesOfOneLength:
    def test_in_turn(self, ms: int) -> None:
        assert watched(alternating(8 * ms), legs=BOTH) == HEARD

    def test_in_turn_without_a_word_about_legs(self, ms: int) -> None:
        assert watched(alternating(8 * ms)) == HEARD

    def test_the_other_leg_first(self, ms: int) -> None:
        assert watched(alternating(8 * ms, BOTH[::-1])) == HEARD

    def test_one_leg_after_the_other(self, ms: int) -> None:
        assert watched(one_after_the_other(8 * ms, BOTH[::-1]), legs=BOTH) == HEARD

    def test_one_leg(self, ms: int) -> None:
        whole = watched([("called", CALL["called"])])
        assert watched(one_after_the_other(8 * ms, ("called",))) == whole
        assert watched(one_after_the_other(8 * ms, ("called",)), legs=["called"]) == whole


CUTS = st.lists(
    st.tuples(
        st.sampled_from(BOTH),
        st.sampled_from((0, 1, 39, 40, 160, 161, 4000, 24_001)) | st.integers(0, 40_000),
    ),
    max_size=40,
)


def pieces_of(cuts: list[tuple[str, int]], samples: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return pieces of both legs as they are drawn; the rest of each is its last."""
    at = dict.fromkeys(BOTH, 0)
    pieces = []
    for leg, length in cuts:
        pieces.append((leg, samples[leg][at[leg] : at[leg] + length]))
        at[leg] += length
    return [*pieces, *((leg, samples[leg][at[leg] :]) for leg in BOTH)]


@given(cuts=CUTS)
@settings(max_examples=25, deadline=None)
def test_any_pieces_in_any_order(cuts: list[tuple[str, int]]) -> None:
    assert watched(pieces_of(cuts, CALL), legs=BOTH) == HEARD


@given(cuts=CUTS, first=st.integers(1, 1600), encoding=st.sampled_from(("mulaw", "alaw")))
@settings(max_examples=12, deadline=None)
def test_any_pieces_of_legs_that_nobody_named(
    cuts: list[tuple[str, int]], first: int, encoding: str
) -> None:
    samples = {leg: companded(CALL[leg], encoding) for leg in BOTH}
    pieces = pieces_of([("called", first), ("calling", 0), *cuts], samples)
    whole = [(leg, samples[leg]) for leg in BOTH]
    assert watched(pieces, encoding=encoding) == watched(whole, encoding=encoding, legs=BOTH)


@given(
    gaps=st.lists(
        st.tuples(st.sampled_from(BOTH), st.integers(0, 60_000), st.integers(0, 900)), max_size=6
    ),
    cuts=st.lists(st.integers(1, 30_000), max_size=12),
)
@settings(max_examples=20, deadline=None)
def test_gaps_at_the_same_places(gaps: list[tuple[str, int, int]], cuts: list[int]) -> None:
    at = dict.fromkeys(BOTH, 0)
    whole: list[tuple[str, Any]] = []
    for leg, length, lost_ms in gaps:
        whole += [(leg, CALL[leg][at[leg] : at[leg] + length]), (leg, lost_ms)]
        at[leg] += length
    whole += [(leg, CALL[leg][at[leg] :]) for leg in BOTH]
    pieces: list[tuple[str, Any]] = []
    for leg, piece in whole:
        if isinstance(piece, int):
            pieces += [(leg, piece // 3), (leg, piece - piece // 3)]
            continue
        for cut in cuts:
            pieces.append((leg, piece[:cut]))
            piece = piece[cut:]
        pieces.append((leg, piece))
    assert watched(pieces, legs=BOTH) == watched(whole, legs=BOTH)


def halves(
    at: tuple[int, int], parameters: dict[str, Any], **restored: Any
) -> tuple[list[Event], list[Event], bytes, bytes]:
    """Return what a monitor and one that goes on from its state hear, and their last states."""
    one = CallMonitor(report_ends=True, **parameters)
    found = []
    for leg, place in zip(BOTH, at, strict=True):
        found += one.feed(CALL[leg][:place], leg)
    other = CallMonitor.restore(one.save(), **restored)
    assert (other.now_ms, other.legs) == (one.now_ms, one.legs)
    rest: list[list[Event]] = [[], []]
    states = []
    for monitor, made in zip((one, other), rest, strict=True):
        for leg, place in zip(BOTH, at, strict=True):
            made += monitor.feed(CALL[leg][place:], leg)
        states.append(monitor.save())
        made += monitor.finish()
    return found + rest[0], found + rest[1], states[0], states[1]


class TestStates:
    @given(
        at=st.tuples(st.integers(0, LENGTH), st.integers(0, LENGTH)),
        legs=st.sampled_from((BOTH, None)),
    )
    @settings(max_examples=25, deadline=None)
    def test_another_goes_on_from_any_sample(self, at: tuple[int, int], legs: Any) -> None:
        one, other, state, same = halves(at, {"legs": legs})
        assert one == other == HEARD
        assert state == same

    def test_the_state_is_that_of_any_cutting(self) -> None:
        states = set()
        for size in (80, 264, 8000):
            monitor = CallMonitor(legs=BOTH)
            for leg, piece in one_after_the_other(size):
                monitor.feed(piece, leg)
            states.add(monitor.save())
        assert len(states) == 1

    @pytest.mark.parametrize(
        "parameters",
        [
            {"plan": "uk"}, {"plan": None}, {"detectors": ["keypad"]}, {"detectors": []},
            {"max_false_alarms_per_hour": 0.05},
        ],
    )  # fmt: skip
    def test_parameters_go_with_it(self, parameters: dict[str, Any]) -> None:
        one, other, state, same = halves((100_000, 90_000), parameters)
        assert one == other
        assert state == same

    def test_a_plan_of_ones_own_goes_with_it(self) -> None:
        usual = plan("north_america")
        own = TonePlan("own", "ours", tuple(tone for tone in usual if tone.name != "ringback"))
        one, other, state, same = halves((100_000, 220_000), {"plan": own})
        assert one == other
        assert "ringback" not in {event.detail for event in one}
        assert state == same

    def test_it_is_small_and_has_no_audio(self) -> None:
        monitor = CallMonitor(legs=BOTH)
        for leg, piece in alternating(160):
            monitor.feed(piece, leg)
        assert len(monitor.save()) < 32_768

    @pytest.mark.parametrize("at", [0, 4, 12, 20, 400, 3000, 9000, -1])
    def test_that_were_damaged_are_refused(self, at: int) -> None:
        monitor = CallMonitor()
        monitor.feed(CALL["called"])
        saved = bytearray(monitor.save())
        saved[at] ^= 0x40
        with pytest.raises(InputError, match="saved:"):
            CallMonitor.restore(bytes(saved))

    def test_that_are_no_states_are_refused(self) -> None:
        saved = CallMonitor().save()
        for wrong in (b"", saved[:8], saved[:-1], saved + b"\0", bytes(len(saved))):
            with pytest.raises(InputError, match="saved:"):
                CallMonitor.restore(wrong)
        for kind in (None, bytearray(saved), "text", 5):
            with pytest.raises(InputTypeError, match="a saved state is bytes"):
                CallMonitor.restore(kind)  # type: ignore[arg-type]

    def test_other_detectors_are_refused(self) -> None:
        saved = CallMonitor(detectors=["keypad"]).save()
        with pytest.raises(InputError, match="had detectors of keypad, not of call_waiting"):
            CallMonitor.restore(saved, detectors=["call_waiting"])
