"""Many calls at once: the events of one monitor a call, bit for bit."""

from __future__ import annotations

from array import array
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fraud.calls import BOTH, CALL, said

from securecall.errors import InputError, InputTypeError
from securecall.fraud import CallMonitor, Event, MonitorBank

QUIET = np.zeros((3, 160), np.int16)


def calls(count: int, seed: int) -> np.ndarray[Any, Any]:
    """Return a row of each leg of calls, shape (calls, 2, samples), each begun somewhere else."""
    chance = np.random.default_rng(seed)
    pair = np.array([CALL[leg] for leg in BOTH])
    rows = [
        np.roll(pair, -int(chance.integers(pair.shape[1])), axis=1) * chance.uniform(0.3, 1)
        for _ in range(count)
    ]
    return np.array(rows).astype(np.int16)


STEPS = st.lists(
    st.tuples(st.integers(1, 60_000), st.integers(0, 2**32 - 1), st.booleans(), st.booleans()),
    max_size=8,
)


class TestEqualsMonitors:
    @given(steps=STEPS, seed=st.integers(0, 99), pairs=st.booleans(), ends=st.booleans())
    @settings(max_examples=15, deadline=None)
    def test_with_any_lengths_and_gaps(
        self, steps: list[Any], seed: int, pairs: bool, ends: bool
    ) -> None:
        legs = BOTH if pairs else BOTH[:1]
        bank = MonitorBank(3, legs=legs, report_ends=ends)
        monitors = [CallMonitor(legs=legs, report_ends=ends) for _ in range(3)]
        whole = calls(3, seed)
        at = 0
        for samples, luck, parts, lost in steps:
            chance = np.random.default_rng(luck)
            frames = whole[:, :, at : at + samples] if pairs else whole[:, 0, at : at + samples]
            at += samples
            frames = np.ascontiguousarray(frames)
            shape = frames.shape[:-1]
            lengths = chance.integers(0, frames.shape[-1] + 1, shape).astype(np.int32)
            gap_ms = chance.integers(0, 700, shape)
            told = bank.feed(frames, lengths if parts else None, gap_ms if lost else None)
            for channel, monitor in enumerate(monitors):
                expected: list[Event] = []
                for row, leg in enumerate(legs):
                    place = (channel, row) if pairs else (channel,)
                    if lost:
                        expected += monitor.feed_gap(int(gap_ms[place]), leg)
                    length = int(lengths[place]) if parts else None
                    expected += monitor.feed(frames[place][:length], leg)
                assert [event for number, event in told if number == channel] == expected
        for channel, monitor in enumerate(monitors):
            assert bank.save(channel) == monitor.save()
            assert bank.finish(channel) == monitor.finish()

    def test_over_whole_calls_in_frames(self) -> None:
        whole = calls(5, 7)
        bank = MonitorBank(5, legs=BOTH)
        found: list[tuple[int, Event]] = []
        for at in range(0, whole.shape[2], 160):
            found += bank.feed(np.ascontiguousarray(whole[:, :, at : at + 160]))
        assert len(found) > 40
        for channel in range(5):
            monitor = CallMonitor(legs=BOTH)
            expected = [
                e for leg in BOTH for e in monitor.feed(whole[channel][BOTH.index(leg)], leg)
            ]
            assert [e for number, e in found if number == channel] == expected
            assert bank.finish(channel) == monitor.finish()

    def test_channels_come_in_order(self) -> None:
        found = MonitorBank(4, legs=BOTH).feed(calls(4, 1))
        assert [number for number, _ in found] == sorted(number for number, _ in found)
        assert {number for number, _ in found} == {0, 1, 2, 3}

    def test_states_go_from_bank_to_bank_and_from_a_monitor(self) -> None:
        whole = calls(2, 4)
        half = 150_000
        one, other = MonitorBank(2, legs=BOTH), MonitorBank(2, legs=BOTH)
        one.feed(np.ascontiguousarray(whole[:, :, :half]))
        other.restore(1, one.save(0))
        other.restore(0, one.save(1))
        rest = np.ascontiguousarray(whole[:, :, half:])
        mine, theirs = one.feed(rest), other.feed(np.ascontiguousarray(rest[::-1]))
        assert sorted((1 - number, event.id) for number, event in mine) == sorted(
            (number, event.id) for number, event in theirs
        )
        monitor = CallMonitor.restore(one.save(0))
        assert monitor.finish() == one.finish(0)
        other.restore(1, CallMonitor(legs=BOTH).save())
        assert other.finish(1) == []

    def test_a_reset_channel_hears_a_call_from_its_beginning(self) -> None:
        whole = calls(2, 9)
        bank = MonitorBank(2, legs=BOTH)
        first = bank.feed(whole)
        bank.reset(1)
        again = bank.feed(whole)
        assert [e for n, e in again if n == 1] == [e for n, e in first if n == 1]
        assert [e for n, e in again if n == 0] != [e for n, e in first if n == 0]

    def test_signals_of_a_call(self) -> None:
        bank = MonitorBank(2)
        monitor = CallMonitor(legs=["called"])
        assert bank.signal(1, "diversion", "5") == monitor.signal("diversion", "5")
        assert bank.signal(1, "dtmf", "5", 3000) == monitor.signal("dtmf", "5", 3000) == []
        rows = np.array([CALL["called"]] * 2)
        told = bank.feed(rows)
        assert [e for n, e in told if n == 1] == monitor.feed(rows[1])
        assert said((e for n, e in told if n == 1), "dtmf") == ["dtmf 5"]

    def test_threads_may_each_have_a_bank(self) -> None:
        whole = calls(4, 3)

        def listen(part: np.ndarray[Any, Any]) -> list[tuple[int, Event]]:
            return MonitorBank(2, legs=BOTH).feed(np.ascontiguousarray(part))

        with ThreadPoolExecutor(2) as pool:
            both = list(pool.map(listen, (whole[:2], whole[2:])))
        assert both == [listen(whole[:2]), listen(whole[2:])]


class TestParameters:
    def test_each_does_something(self) -> None:
        whole = calls(2, 5)
        usual = MonitorBank(2, legs=BOTH).feed(whole)
        assert MonitorBank(2, legs=BOTH, plan=None).feed(whole) != usual
        assert len(MonitorBank(2, legs=BOTH, report_ends=True).feed(whole)) > len(usual)
        assert {e.kind for _, e in MonitorBank(2, legs=BOTH, detectors=[]).feed(whole)} == {
            "dtmf", "tone",
        }  # fmt: skip
        assert MonitorBank(2, 16_000, legs=BOTH).feed(whole) != usual
        calling = MonitorBank(2, legs=["calling"]).feed(np.ascontiguousarray(whole[:, 1]))
        assert {event.leg for _, event in calling} == {"calling"}
        strict = MonitorBank(2, legs=BOTH, max_false_alarms_per_hour=1e-9)
        with pytest.raises(InputError, match="other parameters"):
            strict.restore(0, MonitorBank(2, legs=BOTH).save(0))
        assert (strict.channels, strict.legs) == (2, BOTH)

    @pytest.mark.parametrize("channels", [0, -1, 1.5, True, 1_000_001])
    def test_channels(self, channels: Any) -> None:
        with pytest.raises(InputError, match="channels must be 1 to 1,000,000"):
            MonitorBank(channels)

    def test_legs_must_be_said(self) -> None:
        with pytest.raises(InputTypeError, match="legs must be given"):
            MonitorBank(1, legs=None)  # type: ignore[arg-type]
        with pytest.raises(InputError, match="did you mean 'calling'"):
            MonitorBank(1, legs=["caling"])


class TestRefusals:
    @pytest.mark.parametrize(
        ("frames", "lengths", "gaps", "kind"),
        [
            (QUIET[:2], None, None, InputError),
            (QUIET.astype(np.int32), None, None, InputTypeError),
            (QUIET.astype(">i2"), None, None, InputTypeError),
            (QUIET[:, ::2], None, None, InputError),
            (QUIET[0], None, None, InputError),
            (None, None, None, InputTypeError),
            (QUIET, np.array([160, 161, 0], np.int32), None, InputError),
            (QUIET, np.array([160, -1, 0], np.int32), None, InputError),
            (QUIET, np.array([160, 160], np.int32), None, InputError),
            (QUIET, np.array([160, 160, 1]), None, InputTypeError),
            (QUIET, None, [0, -1, 0], InputError),
            (QUIET, None, [0, 1.5, 0], InputError),
            (QUIET, None, [0, 1], InputError),
        ],
    )
    def test_rows(self, frames: Any, lengths: Any, gaps: Any, kind: type[Exception]) -> None:
        with pytest.raises(kind):
            MonitorBank(3).feed(frames, lengths, gaps)

    @pytest.mark.parametrize(
        ("frames", "lengths", "gaps", "kind"),
        [
            (np.zeros((2, 160), np.int16), None, None, InputError),
            (np.zeros((2, 3, 160), np.int16), None, None, InputError),
            (np.zeros((3, 2, 160), np.int16), None, None, InputError),
            (np.zeros((2, 2, 160), np.int32), None, None, InputTypeError),
            (np.zeros((2, 2, 160), np.float32), None, None, InputTypeError),
            (np.zeros((2, 2, 320), np.int16)[:, :, ::2], None, None, InputError),
            (np.zeros((2, 2, 160), np.int16), np.zeros(4, np.int32), None, InputError),
            (np.zeros((2, 2, 160), np.int16), np.zeros((2, 2), np.int16), None, InputTypeError),
            (np.zeros((2, 2, 160), np.int16), None, [0, 0], InputError),
            (np.zeros((2, 2, 160), np.int16), None, [[0, 0]], InputError),
            (None, None, None, InputTypeError),
        ],
    )
    def test_pairs(self, frames: Any, lengths: Any, gaps: Any, kind: type[Exception]) -> None:
        with pytest.raises(kind):
            MonitorBank(2, legs=BOTH).feed(frames, lengths, gaps)

    @pytest.mark.parametrize("channel", [-1, 3, 1.0, True, None])
    def test_channels_that_there_are_not(self, channel: Any) -> None:
        bank = MonitorBank(3)
        for ask in (
            bank.finish, bank.reset, bank.save, lambda one: bank.restore(one, bank.save(0)),
            lambda one: bank.signal(one, "hold"),
        ):  # fmt: skip
            with pytest.raises(InputError, match="channel must be 0 to 2"):
                ask(channel)

    def test_states(self) -> None:
        bank = MonitorBank(1)
        with pytest.raises(InputError, match="saved:"):
            bank.restore(0, b"nothing")
        with pytest.raises(InputTypeError, match="bytes"):
            bank.restore(0, "text")  # type: ignore[arg-type]
        with pytest.raises(InputError, match="other parameters"):
            bank.restore(0, MonitorBank(1, legs=["calling"]).save(0))


def test_no_samples_are_fine() -> None:
    bank = MonitorBank(3)
    assert bank.feed(np.zeros((3, 0), np.int16)) == []
    assert bank.feed(QUIET, lengths=np.zeros(3, np.int32)) == []
    pairs = MonitorBank(3, legs=BOTH)
    none = np.zeros((3, 2), np.int32)
    assert pairs.feed(np.zeros((3, 2, 1), np.int16), none) == []
    with pytest.raises(InputError, match="say with lengths"):
        pairs.feed(np.zeros((3, 2, 0), np.int16))


def test_buffers_without_numpy() -> None:
    rows = (
        memoryview(array("h", CALL["called"].tolist()))
        .cast("B")
        .cast("h", (1, len(CALL["called"])))
    )
    assert [e for _, e in MonitorBank(1).feed(rows)] == CallMonitor(legs=["called"]).feed(
        CALL["called"]
    )
