"""Many lines in one call: the events of one detector a line, bit for bit."""

from __future__ import annotations

from array import array
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fraud.lines import OF_PARTY, PARTY
from tests.fraud.sounds import KEYS, digit, heard, pcm, silence

from securecall.errors import InputError, InputTypeError
from securecall.fraud import Event, ToneBank, ToneDetector

QUIET = np.zeros((3, 160), np.int16)


def lines(count: int, samples: int, seed: int) -> np.ndarray[Any, Any]:
    """Return rows that each begin somewhere else in the party, at another level."""
    chance = np.random.default_rng(seed)
    long = np.tile(PARTY, 1 + (samples + len(PARTY)) // len(PARTY))
    rows = []
    for _ in range(count):
        at = chance.integers(len(PARTY))
        rows.append((long[at : at + samples] * chance.uniform(0.2, 1)).astype(np.int16))
    return np.array(rows)


class TestEqualsDetectors:
    @given(
        seed=st.integers(0, 1000),
        channels=st.integers(1, 5),
        rate_hz=st.sampled_from((8000, 16000)),
        ends=st.booleans(),
        calls=st.lists(
            st.tuples(
                st.integers(0, 900),
                st.lists(st.integers(0, 1000), min_size=5, max_size=5) | st.none(),
                st.lists(st.integers(0, 40), min_size=5, max_size=5) | st.none(),
            ),
            max_size=20,
        ),
    )
    @settings(max_examples=60)
    def test_with_any_lengths_and_gaps(
        self, seed: int, channels: int, rate_hz: int, ends: bool, calls: list[Any]
    ) -> None:
        parameters: dict[str, Any] = {
            "sample_rate_hz": rate_hz, "report_ends": ends, **OF_PARTY,
        }  # fmt: skip
        bank = ToneBank(channels, **parameters)
        detectors = [ToneDetector(**parameters) for _ in range(channels)]
        whole = lines(channels, sum(samples for samples, _, _ in calls), seed)
        at = 0
        for samples, parts, lost_ms in calls:
            frames = np.ascontiguousarray(whole[:, at : at + samples])
            at += samples
            lengths = parts and np.minimum(parts[:channels], samples).astype(np.int32)
            gap_ms = lost_ms and lost_ms[:channels]
            expected = []
            for channel, detector in enumerate(detectors):
                found = detector.feed_gap(gap_ms[channel]) if gap_ms else []
                length = samples if parts is None else lengths[channel]
                found = found + detector.feed(frames[channel, :length])
                expected += [(channel, event) for event in found]
            assert bank.feed(frames, lengths=lengths, gap_ms=gap_ms) == expected
        for channel, detector in enumerate(detectors):
            assert bank.save(channel) == detector.save()
            assert bank.finish(channel) == detector.finish()

    def test_over_a_whole_party(self) -> None:
        rows = lines(7, 30_000, 3)
        bank = ToneBank(7, report_ends=True, **OF_PARTY)
        found: list[tuple[int, Event]] = []
        for at in range(0, 30_000, 160):
            found += bank.feed(np.ascontiguousarray(rows[:, at : at + 160]))
        assert len(found) > 200
        for channel, row in enumerate(rows):
            alone = ToneDetector(report_ends=True, **OF_PARTY).feed(row)
            assert [event for number, event in found if number == channel] == alone

    def test_events_come_in_order_of_the_channels(self) -> None:
        rows = np.array([pcm(silence(40 - place), digit(key, 60), silence(place))
                         for place, key in enumerate(KEYS)])  # fmt: skip
        found = ToneBank(16).feed(rows)
        assert [channel for channel, _ in found] == list(range(16))
        assert heard(event for _, event in found) == " ".join(KEYS)
        assert {event.id for _, event in found} == {1}


class TestLines:
    def test_a_line_is_begun_anew_and_others_are_not(self) -> None:
        bank = ToneBank(2, report_ends=True)
        key = pcm(silence(20), digit("7", 60))
        bank.feed(np.array([key, key]))
        bank.reset(0)
        assert bank.finish(0) == []
        assert [event.detail for event in bank.finish(1)] == ["7"]
        (first, second) = bank.feed(np.array([key, key]))
        assert (first[1].id, first[1].start_ms) == (1, pytest.approx(20, abs=1))
        assert (second[1].id, second[1].start_ms) == (2, pytest.approx(100, abs=1))

    @given(at=st.integers(0, len(PARTY)))
    @settings(max_examples=25)
    def test_a_line_moves_to_another_and_to_a_detector(self, at: int) -> None:
        bank = ToneBank(3, report_ends=True, **OF_PARTY)
        bank.feed(lines(3, 500, 1))
        bank.reset(1)
        before = bank.feed(np.array([PARTY] * 3), lengths=array("i", [0, at, 0]))
        detector = ToneDetector(report_ends=True, **OF_PARTY)
        detector.restore(bank.save(1))
        bank.restore(2, bank.save(1))
        rest = np.ascontiguousarray(np.tile(PARTY[at:], (3, 1)))
        lengths = array("i", [0, 0, len(PARTY) - at])
        moved = [event for _, event in bank.feed(rest, lengths=lengths)] + bank.finish(2)
        assert detector.feed(PARTY[at:]) + detector.finish() == moved
        alone = ToneDetector(report_ends=True, **OF_PARTY)
        assert [event for _, event in before] + moved == alone.feed(PARTY) + alone.finish()
        again = ToneBank(1, report_ends=True, **OF_PARTY)
        again.restore(0, detector.save())
        assert again.finish(0) == []

    def test_many_lines_are_one_call(self) -> None:
        bank = ToneBank(2_000)
        assert bank.channels == 2_000
        frames = np.zeros((2_000, 160), np.int16)
        frames[1_234] = 1000
        assert bank.feed(frames) == []

    def test_banks_are_fed_by_several_threads(self) -> None:
        # The GIL is let go, so two banks are heard at once; a bank belongs to one thread.
        rows = lines(20, 16_000, 4)

        def hear(_: int) -> list[tuple[int, Event]]:
            return ToneBank(20, report_ends=True, **OF_PARTY).feed(rows)

        expected = hear(0)
        assert len(expected) > 100
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(hear, range(8))) == [expected] * 8

    def test_buffers_are_neither_changed_nor_kept(self) -> None:
        raw = bytearray(2 * 3 * 160)
        kept = bytes(raw)
        bank = ToneBank(3)
        bank.feed(memoryview(raw).cast("B").cast("h", (3, 160)))
        assert bytes(raw) == kept
        raw.extend(b"12")  # a buffer that is still held cannot grow


class TestBadInput:
    @pytest.mark.parametrize("wrong", [0, -1, 1_000_001, 1.5, "3", None, True])
    def test_channels_are_one_to_a_million(self, wrong: Any) -> None:
        with pytest.raises(InputError, match="channels must be 1 to 1,000,000"):
            ToneBank(wrong)

    @pytest.mark.parametrize("wrong", [-1, 3, 1.0, "0", None, True])
    def test_a_channel_is_one_of_them(self, wrong: Any) -> None:
        bank = ToneBank(3)
        saved = bank.save(0)
        for ask in (bank.finish, bank.reset, bank.save):
            with pytest.raises(InputError, match="channel must be 0 to 2"):
                ask(wrong)
        with pytest.raises(InputError, match="channel must be 0 to 2"):
            bank.restore(wrong, saved)

    @pytest.mark.parametrize(
        "frames",
        [
            np.zeros((2, 160), np.int16), np.zeros((4, 160), np.int16), np.zeros(480, np.int16),
            np.zeros((3, 160, 1), np.int16), np.zeros((3, 320), np.int16)[:, ::2],
        ],
    )  # fmt: skip
    def test_frames_of_another_shape(self, frames: Any) -> None:
        with pytest.raises(InputError, match="frames, lengths or gap_ms"):
            ToneBank(3).feed(frames)

    @pytest.mark.parametrize(
        "frames",
        [
            None, 5, [[0] * 160] * 3, "text", np.zeros((3, 160), np.float32),
            np.full((3, 160), np.nan), np.zeros((3, 160), np.uint16), np.zeros((3, 160), ">i2"),
            np.zeros((3, 160), np.int32), np.zeros((3, 160), np.int8),
        ],
    )  # fmt: skip
    def test_frames_of_another_type(self, frames: Any) -> None:
        with pytest.raises(InputTypeError, match="must be int16"):
            ToneBank(3).feed(frames)

    @pytest.mark.parametrize("lengths", [[0, 0, 161], [-1, 0, 0], [0, 0], [0] * 4])
    def test_lengths_that_do_not_fit(self, lengths: list[int]) -> None:
        with pytest.raises(InputError, match="lengths"):
            ToneBank(3).feed(QUIET, lengths=array("i", lengths))

    @pytest.mark.parametrize("lengths", [[0, 0, 0], array("q", [0, 0, 0]), array("f", [0, 0, 0])])
    def test_lengths_of_another_type(self, lengths: Any) -> None:
        with pytest.raises(InputTypeError, match="int32"):
            ToneBank(3).feed(QUIET, lengths=lengths)

    @pytest.mark.parametrize(
        "gap_ms",
        [
            [0, 0], [0] * 4, [-1, 0, 0], [0, 86_400_001, 0], [0.5, 0, 0], ["1", 0, 0], 20,
            [None, 0, 0], [1 << 70, 0, 0],
        ],
    )  # fmt: skip
    def test_gaps_that_are_none(self, gap_ms: Any) -> None:
        with pytest.raises(InputError):
            ToneBank(3).feed(QUIET, gap_ms=gap_ms)

    @pytest.mark.parametrize("kind", [list, tuple, np.array, lambda ms: array("i", ms), iter])
    def test_gaps_may_be_any_sequence_of_whole_numbers(self, kind: Any) -> None:
        bank = ToneBank(3)
        bank.feed(QUIET, gap_ms=kind([0, 7, 60_000]))
        moved = ToneDetector()
        for channel, now_ms in enumerate((20, 27, 60_020)):
            moved.restore(bank.save(channel))
            assert moved.now_ms == now_ms

    def test_states_of_other_parameters_are_refused(self) -> None:
        with pytest.raises(InputError, match="other parameters"):
            ToneBank(1).restore(0, ToneBank(1, report_ends=True).save(0))
        with pytest.raises(InputTypeError, match="a saved state is bytes"):
            ToneBank(1).restore(0, None)  # type: ignore[arg-type]

    def test_a_refused_call_changes_nothing(self) -> None:
        bank = ToneBank(2)
        row = pcm(silence(20), digit("5", 25))
        bank.feed(np.array([row, row]))
        saved = [bank.save(0), bank.save(1)]
        for wrong in (np.zeros((3, 160), np.int16), None):
            with pytest.raises((InputError, InputTypeError)):
                bank.feed(wrong)
        with pytest.raises(InputError):
            bank.feed(np.zeros((2, 160), np.int16), lengths=array("i", [160, 200]))
        with pytest.raises(InputError):
            bank.feed(np.zeros((2, 160), np.int16), gap_ms=[5, -1])
        assert [bank.save(0), bank.save(1)] == saved
