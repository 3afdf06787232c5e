"""The engine of evidence at its own door: legs that join, blocks that wait, states, many calls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.fraud.calls import BOTH, CALL
from tests.fraud.sounds import companded

from securecall import _cues, _dsp
from securecall.fraud.cues import VALUES
from securecall.fraud.g711 import ALAW, MULAW
from securecall.fraud.hearing import Hearing
from securecall.fraud.monitoring import Parameters
from securecall.fraud.speech import packed_network

PARAMETERS = Parameters(
    8000, "s16le", plan="north_america", max_false_alarms_per_hour=None, report_ends=True,
    legs=BOTH, detectors=None,
)  # fmt: skip
SETUP = PARAMETERS.hearing.setup
CALLED, CALLING = (CALL[leg] for leg in BOTH)
CHANGE, SPOKEN = 2, 3


def heard(watch: _cues.Watch, *pieces: tuple[int, Any]) -> list[Any]:
    """Return the items of some pieces, in the order of a call."""
    items = [item for leg, piece in pieces for item in watch.feed(leg, piece)]
    return sorted(items, key=lambda item: item[:3])


BOTH_HEARD = heard(_cues.Watch(SETUP, (0, 1)), (0, CALLED), (1, CALLING))


class TestLegs:
    def test_each_tells_of_itself(self) -> None:
        alone = heard(_cues.Watch(SETUP), (0, CALLED))
        mine = [item for item in BOTH_HEARD if item[1] == 0]
        assert [item for item in alone if item[2] != CHANGE] == [
            item for item in mine if item[2] != CHANGE
        ]

    def test_with_the_other_leg_there_is_an_echo_to_look_for(self) -> None:
        # Without trees every change is told, whatever they would make of it.
        setup = Hearing(
            8000, "s16le", dtmf=None, mf=None, plan=None, dial_tone_filter=False,
            report_ends=True, speech=packed_network(),
        ).setup  # fmt: skip
        alone = heard(_cues.Watch(setup, (0,)), (0, CALLED))
        both = heard(_cues.Watch(setup, (0, 1)), (0, CALLED), (1, CALLING))
        mine = [item for item in both if item[1] == 0]
        assert [item[:3] for item in alone] == [item[:3] for item in mine]
        assert alone != mine

    def test_somebody_has_spoken_once_a_leg(self) -> None:
        spoken = [(item[0] / 8000, item[1]) for item in BOTH_HEARD if item[2] == SPOKEN]
        assert [leg for _, leg in spoken] == [1, 0] or [leg for _, leg in spoken] == [0, 1]
        assert all(4 < at < 12 for at, leg in spoken if leg == 0)

    def test_what_needs_both_waits_while_it_is_open(self) -> None:
        watch = _cues.Watch(SETUP, (), True)
        watch.join(0)
        first = watch.feed(0, CALLED)
        assert not [item for item in first if item[2] == CHANGE]
        watch.join(1)
        second = watch.feed(1, CALLING)
        assert watch.open
        last = watch.close()
        assert not watch.open
        assert sorted([*first, *second, *last], key=lambda item: item[:3]) == BOTH_HEARD

    def test_one_that_comes_later_catches_up_alone(self) -> None:
        watch = _cues.Watch(SETUP, (0,))
        first = heard(watch, (0, CALLED[:120_000]))
        watch.join(1)
        rest = heard(watch, (1, CALLING), (0, CALLED[120_000:]))
        at = [item[0] for item in rest if item[1] == 1 and item[2] == CHANGE]
        assert at == [item[0] for item in BOTH_HEARD if item[1] == 1 and item[2] == CHANGE]
        told = [item for item in first + rest if item[2] != CHANGE]
        assert sorted(told, key=lambda item: item[:3]) == [
            item for item in BOTH_HEARD if item[2] != CHANGE
        ]

    @pytest.mark.parametrize("leg", [-1, 2])
    def test_there_are_two(self, leg: int) -> None:
        watch = _cues.Watch(SETUP)
        for ask in (
            lambda: watch.feed(leg, b""), lambda: watch.gap(leg, 1), lambda: watch.finish(leg),
            lambda: watch.now(leg), lambda: watch.join(leg), lambda: watch.joined(leg),
            lambda: _cues.Watch(SETUP, (leg,)), lambda: _cues.Watches(SETUP, 1, (leg,)),
        ):  # fmt: skip
            with pytest.raises(ValueError, match="a leg is 0 or 1"):
                ask()

    def test_joined(self) -> None:
        watch = _cues.Watch(SETUP, (1,))
        assert (watch.joined(0), watch.joined(1)) == (False, True)


def test_a_setup_must_measure() -> None:
    deaf = _dsp.Setup(8000, 0, b"", None, None, False)
    for kind in (_cues.Watch, lambda setup: _cues.Watches(setup, 1)):
        with pytest.raises(ValueError, match="does not measure"):
            kind(deaf)
        with pytest.raises(TypeError):
            kind(None)  # type: ignore[arg-type]


class TestStates:
    def test_go_on_with_blocks_that_wait(self) -> None:
        one, other = _cues.Watch(SETUP, (0, 1)), _cues.Watch(SETUP)
        first = heard(one, (0, CALLED))
        other.load(one.save())
        assert heard(one, (1, CALLING)) == heard(other, (1, CALLING))
        assert one.save() == other.save()
        assert len(first) < len(BOTH_HEARD)

    @pytest.mark.parametrize("cut", [0, 3, 4, 5, 6, 100, -1])
    def test_that_are_cut_leave_a_call_without_legs(self, cut: int) -> None:
        watch = _cues.Watch(SETUP, (0, 1))
        watch.feed(0, CALLED[:80_000])
        saved = watch.save()
        with pytest.raises(ValueError, match="not saved by this version"):
            watch.load(saved[:cut])
        assert not watch.joined(0)
        assert watch.now(0) == 0
        with pytest.raises(ValueError, match="not saved by this version"):
            watch.load(saved + b"\0")
        watch.load(saved)
        assert watch.now(0) == 80_000


class TestManyCalls:
    def test_are_each_as_one(self) -> None:
        watches = _cues.Watches(SETUP, 3, (0, 1))
        rows = np.array([CALLED, CALLING] * 3)
        told = watches.feed(rows)
        assert [call for call, _ in told] == [0, 1, 2]
        for call, items in told:
            assert sorted(items, key=lambda item: item[:3]) == BOTH_HEARD
            assert watches.now(call, 1) == len(CALLING)

    def test_that_hear_nothing_tell_nothing(self) -> None:
        watches = _cues.Watches(SETUP, 200)
        rows = np.zeros((200, 160), np.int16)
        assert list(watches.feed(rows)) == []
        rows = np.zeros((200, 64_000), np.int16)
        rows[150] = CALLED[:64_000]
        found = {call: {item[2] for item in items} for call, items in watches.feed(rows)}
        assert list(found) == [150]
        assert found[150] >= {-1, SPOKEN}

    def test_are_woken_once_when_all_their_legs_have_come_so_far(self) -> None:
        watches = _cues.Watches(SETUP, 3, (0, 1))
        rows = np.zeros((6, 160), np.int16)
        watches.wake(1, 320.5)
        watches.wake(2, 160)
        watches.wake(2, float("inf"))
        called_alone = np.array([160, 160, 160, 0, 160, 160], np.int32)
        assert list(watches.feed(rows)) == []
        assert list(watches.feed(rows)) == []
        assert watches.come(1) == 320
        assert list(watches.feed(rows, called_alone)) == []
        assert watches.now(1, 0) == 480
        assert watches.come(1) == 320
        assert list(watches.feed(rows)) == [(1, [])]
        assert list(watches.feed(rows)) == []

    def test_that_begin_anew_are_not_woken(self) -> None:
        watches = _cues.Watches(SETUP, 2)
        for call in (0, 1):
            watches.wake(call, 0)
        watches.reset(0)
        watches.load(1, watches.save(1))
        assert list(watches.feed(np.zeros((2, 160), np.int16))) == []

    def test_legs_of_a_state_must_be_theirs(self) -> None:
        watches = _cues.Watches(SETUP, 1, (0,))
        for legs, still_open in (((0, 1), False), ((1,), False), ((0,), True)):
            with pytest.raises(ValueError, match="other legs"):
                watches.load(0, _cues.Watch(SETUP, legs, still_open).save())
        watches.load(0, _cues.Watch(SETUP, (0,)).save())

    @pytest.mark.parametrize("count", [0, -1])
    def test_there_is_one_at_least(self, count: int) -> None:
        with pytest.raises(ValueError, match="at least one call"):
            _cues.Watches(SETUP, count)

    @pytest.mark.parametrize("legs", [(), (0, 0), (0, 1, 1)])
    def test_of_a_leg_or_two(self, legs: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match="one leg or two"):
            _cues.Watches(SETUP, 1, legs)

    @pytest.mark.parametrize("call", [-1, 2])
    def test_calls_that_there_are_not(self, call: int) -> None:
        watches = _cues.Watches(SETUP, 2)
        for ask in (
            watches.finish, watches.reset, watches.save, lambda one: watches.now(one, 0),
            watches.come, lambda one: watches.wake(one, 0),
            lambda one: watches.load(one, watches.save(0)),
        ):  # fmt: skip
            with pytest.raises(ValueError, match="channel must be 0 to 1"):
                ask(call)


def test_the_bits_are_those_of_every_width() -> None:
    widest = _cues.bank_width(0)
    try:
        found = {}
        for width in (4, 8, 16):
            assert _cues.bank_width(width) == min(width, widest)
            found[width] = heard(_cues.Watch(SETUP, (0, 1)), (0, CALLED), (1, CALLING))
        assert found[4] == found[8] == found[16] == BOTH_HEARD
    finally:
        _cues.bank_width(0)
    with pytest.raises(ValueError, match="4, 8 or 16 lanes"):
        _cues.bank_width(5)


def test_a_leg_is_small() -> None:
    assert _cues.LEG_BYTES <= 10_240


class TestSteps:
    """What coded a line last leaves its steps in the samples (ITU-T G.711)."""

    SETUP = Hearing(
        8000, "s16le", dtmf=None, mf=None, plan=None, dial_tone_filter=False, report_ends=True,
        speech=packed_network(), forest=None,
    ).setup  # fmt: skip
    NAMES = VALUES["change"]

    def coded(self, samples: np.ndarray, law: str) -> np.ndarray:
        table = np.asarray(MULAW if law == "mulaw" else ALAW, np.int16)
        return table[np.frombuffer(companded(samples, law), np.uint8)]

    def shares(self, samples: np.ndarray) -> dict[str, float]:
        watch = _cues.Watch(self.SETUP, (0,))
        told = [
            what[1] for _, _, kind, what in watch.feed(0, samples.astype("<i2").tobytes())
            if kind == CHANGE
        ]  # fmt: skip
        steps = ("steps_mu_before", "steps_a_before", "steps_8_before", "steps_16_before")
        return {name: round(told[-1][self.NAMES.index(name)], 2) for name in steps}

    def test_each_law_has_its_own(self) -> None:
        noise = np.random.default_rng(3).normal(0, 60, 160_000).astype(np.int16)
        mu, a = (self.coded(noise, law) for law in ("mulaw", "alaw"))
        assert self.shares(mu)["steps_mu_before"] == 1.0
        assert self.shares(a)["steps_a_before"] == 1.0
        assert self.shares(mu)["steps_a_before"] < 0.7
        # What no law coded is looked at as mu-law would leave it.
        assert self.shares(noise) == pytest.approx(self.shares(mu), abs=0.011)
        # mu-law behind A-law leaves out every other one of its own small values.
        assert 0.3 < self.shares(mu)["steps_16_before"] < 0.6
        assert self.shares(self.coded(a, "mulaw"))["steps_16_before"] == 0.0
