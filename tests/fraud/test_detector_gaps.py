"""Lost audio is evidence of nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.fraud.lines import PLACES, listened
from tests.fraud.sounds import (
    digit,
    heard,
    pcm,
    silence,
)

from securecall.errors import InputError
from securecall.fraud import ToneDetector


class TestLostAudio:
    """A gap is evidence of nothing: neither of a tone nor of silence."""

    KEY = pcm(digit("8", 100, phases=(0.2, 2.0)))
    QUIET = pcm(silence(100))

    @pytest.mark.parametrize("lost_ms", [1, 5, 10, 20, 40, 60])
    @pytest.mark.parametrize("place", PLACES)
    def test_inside_a_digit_makes_no_second_one(self, lost_ms: int, place: int) -> None:
        # A packet that is lost while the digit is held takes time and nothing else.
        for first_ms in (45, 60, 75):
            kept = first_ms * 8
            pieces = [pcm(silence(50), np.zeros(place)), self.KEY[:kept], lost_ms]
            pieces += [self.KEY[kept + 8 * lost_ms :], self.QUIET]
            assert heard(listened(pieces)) == "8"

    @pytest.mark.parametrize("lost_ms", [20, 200, 5000])
    def test_while_a_digit_is_held_does_not_end_it(self, lost_ms: int) -> None:
        detector = ToneDetector(report_ends=True)
        (begun,) = detector.feed(self.KEY[:480])
        assert detector.feed_gap(lost_ms) == []
        (ended,) = detector.feed(self.QUIET)
        assert ended.ended
        assert ended.id == begun.id
        assert ended.end_ms is not None
        # When it ended is not known; that it was last heard before the gap is.
        assert 50 <= ended.end_ms <= 60
        assert ended.detected_ms > 60 + lost_ms

    @pytest.mark.parametrize("place", PLACES)
    def test_before_a_digit_costs_nothing_of_it(self, place: int) -> None:
        for lost_ms in (1, 7, 20):
            pieces = [np.zeros(800 + place, np.int16), lost_ms, self.KEY[:400], self.QUIET]
            found = listened(pieces)
            assert heard(found) == "8"
            assert found[0].start_ms == pytest.approx(100 + place / 8 + lost_ms, abs=1)

    @pytest.mark.parametrize("place", PLACES)
    def test_after_a_digit_takes_nothing_from_it(self, place: int) -> None:
        pieces = [np.zeros(800 + place, np.int16), self.KEY[:400], 20, self.QUIET]
        assert heard(listened(pieces)) == "8"

    def test_a_digit_that_is_lost_whole_is_not_heard(self) -> None:
        assert listened([self.QUIET, 50, self.QUIET]) == []

    @pytest.mark.parametrize("place", PLACES)
    def test_what_is_left_of_a_digit_has_to_be_long_enough_by_itself(self, place: int) -> None:
        # 15 ms before a gap and 15 behind it are not 40 ms of a digit.
        for lost_ms in (10, 20, 40):
            quiet = np.zeros(400 + place, np.int16)
            assert listened([quiet, self.KEY[:120], lost_ms, self.KEY[:120], self.QUIET]) == []

    def test_no_event_comes_out_of_a_gap(self) -> None:
        # The digit could be reported just when the audio stops: then it is not, ever.
        for kept in range(0, 400, 8):
            detector = ToneDetector()
            detector.feed(self.QUIET)
            before = detector.feed(self.KEY[:kept])
            assert detector.feed_gap(1000) == []
            assert heard(before) in ("", "8")

    def test_the_same_key_on_both_sides_of_a_short_pause_in_a_gap_is_one_digit(self) -> None:
        # Nobody heard a pause, so there was none.
        pieces = [self.QUIET, self.KEY, 60, self.KEY, self.QUIET]
        assert heard(listened(pieces)) == "8"

    @pytest.mark.parametrize("wrong", [-1, 86_400_001, 1.5, "20", None, True])
    def test_a_gap_is_whole_milliseconds_up_to_a_day(self, wrong: Any) -> None:
        with pytest.raises(InputError, match="whole milliseconds"):
            ToneDetector().feed_gap(wrong)

    def test_a_gap_of_an_hour_is_soon_over(self) -> None:
        detector = ToneDetector()
        assert detector.feed_gap(3_600_000) == []
        assert detector.now_ms == 3_600_000
        assert heard(detector.feed(np.concatenate([self.KEY, self.QUIET]))) == "8"
