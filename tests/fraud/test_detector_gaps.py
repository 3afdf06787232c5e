"""Lost audio is evidence of nothing."""

from __future__ import annotations

from time import process_time
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fraud.lines import PARTY, PLACES, listened
from tests.fraud.sounds import digit, heard, pcm, silence, sine

from securecall.errors import InputError
from securecall.fraud import SpeechDetector, ToneBank, ToneDetector


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


class TestLongGaps:
    """A gap is skipped once nothing can change any more, and that shows nowhere."""

    BEFORE: Final[dict[str, Any]] = {
        "nothing": np.zeros(0, np.int16),
        "an odd hop": PARTY[:1013],
        "a digit": pcm(silence(31), digit("8", 70)),
        "a dial tone": pcm(sine(350, -15, 700) + sine(440, -15, 700)),
        "ringback between two rings": pcm(
            sine(440, -19, 2000) + sine(480, -19, 2000), silence(800)
        ),
        "a bit of everything": PARTY,
    }
    PARAMETERS: Final[tuple[dict[str, Any], ...]] = (
        {"mf": "r1"},
        {"plan": None},
        {"dtmf": None, "plan": "itu_425"},
        {"sample_rate_hz": 16000},
    )

    @pytest.mark.parametrize("parameters", PARAMETERS)
    @pytest.mark.parametrize("before", BEFORE)
    @pytest.mark.parametrize("lost_ms", [1, 333, 1279, 1280, 1301, 2565, 7001, 20_000, 123_457])
    def test_is_as_if_each_frame_had_passed(
        self, lost_ms: int, before: str, parameters: dict[str, Any]
    ) -> None:
        # Pieces of less than 1.28 s are never skipped.
        whole, stepped = (ToneDetector(report_ends=True, **parameters) for _ in range(2))
        of_whole, of_stepped = whole.feed(self.BEFORE[before]), stepped.feed(self.BEFORE[before])
        of_whole += whole.feed_gap(lost_ms)
        left = lost_ms
        while left:
            of_stepped += stepped.feed_gap(min(left, 613))
            left -= min(left, 613)
        assert stepped.save() == whole.save()
        assert stepped.now_ms == whole.now_ms
        of_whole += whole.feed(PARTY) + whole.finish()
        assert of_stepped + stepped.feed(PARTY) + stepped.finish() == of_whole

    @given(st.lists(st.integers(0, 40_000), max_size=6), st.integers(0, 900))
    @settings(max_examples=60, deadline=None)
    def test_in_any_pieces_is_the_same(self, pieces: list[int], samples: int) -> None:
        whole, cut_up = (ToneDetector(mf="r1", report_ends=True) for _ in range(2))
        of_whole, of_pieces = whole.feed(PARTY[:-samples]), cut_up.feed(PARTY[:-samples])
        of_whole += whole.feed_gap(sum(pieces))
        for piece in pieces:
            of_pieces += cut_up.feed_gap(piece)
        assert cut_up.save() == whole.save()
        assert of_pieces == of_whole

    def test_a_bank_skips_too(self) -> None:
        bank, alone = ToneBank(1, report_ends=True), ToneDetector(report_ends=True)
        row = memoryview(PARTY).cast("B").cast("h", (1, len(PARTY)))
        found = [event for _, event in bank.feed(row) + bank.feed(row, gap_ms=[3_600_000])]
        assert found == alone.feed(PARTY) + alone.feed_gap(3_600_000) + alone.feed(PARTY)
        assert bank.save(0) == alone.save()

    def test_speech_is_lost_as_long(self) -> None:
        whole, stepped = SpeechDetector(), SpeechDetector()
        assert whole.feed(PARTY) == stepped.feed(PARTY)
        of_stepped = [each for _ in range(60) for each in stepped.feed_gap(1000)]
        assert whole.feed_gap(60_000) == of_stepped
        assert whole.feed(PARTY) == stepped.feed(PARTY)

    def test_a_day_is_as_soon_over_as_a_minute(self) -> None:
        detectors = [ToneDetector(mf="r1") for _ in range(50)]
        for detector in detectors:
            detector.feed(PARTY)
        begun = process_time()
        for detector in detectors:
            detector.feed_gap(86_400_000)
        # Frame by frame it is 3 s a day.
        assert process_time() - begun < 5
        assert detectors[0].now_ms == 86_400_000 + len(PARTY) / 8
