"""Digits of one line: what an event says, in every encoding; levels; what may be fed."""

from __future__ import annotations

from array import array

import numpy as np
import pytest
from tests.fraud.lines import PLACES, listened
from tests.fraud.sounds import (
    KEYS,
    MF,
    Pcm,
    companded,
    digit,
    heard,
    noise,
    pair,
    pcm,
    silence,
    sine,
)

from securecall.errors import InputTypeError
from securecall.fraud import ToneDetector


class TestEvents:
    @pytest.mark.parametrize("key", KEYS)
    def test_a_digit_says_what_it_was(self, key: str) -> None:
        row, column = divmod(KEYS.index(key), 4)
        sound = digit(key, 52, low_dbm0=-9, high_dbm0=-12, low_off=0.01, high_off=-0.01)
        begun, ended = listened([pcm(silence(103), sound, silence(100))])
        assert (begun.kind, begun.grade, begun.detail, begun.id) == ("dtmf", "note", key, 1)
        assert begun.start_ms == pytest.approx(103, abs=1)
        assert begun.end_ms is None
        assert begun.level_dbm0 == pytest.approx(10 * np.log10(10**-0.9 + 10**-1.2), abs=0.05)
        assert begun.cues["low_hz"] == pytest.approx((697, 770, 852, 941)[row] * 1.01, abs=0.3)
        high_hz = (1209, 1336, 1477, 1633)[column] * 0.99
        assert begun.cues["high_hz"] == pytest.approx(high_hz, abs=0.3)
        assert begun.cues["low_dbm0"] == pytest.approx(-9, abs=0.05)
        assert begun.cues["high_dbm0"] == pytest.approx(-12, abs=0.05)
        assert begun.cues["twist_db"] == pytest.approx(-3, abs=0.05)
        assert begun.cues["snr_db"] > 30
        assert 0.99 < begun.probability <= 1
        assert ended.end_ms == pytest.approx(155, abs=5)

    @pytest.mark.parametrize("place", PLACES)
    @pytest.mark.parametrize("key", KEYS)
    def test_a_digit_is_reported_within_45_ms(self, key: str, place: int) -> None:
        (begun,) = ToneDetector().feed(pcm(silence(60), np.zeros(place), digit(key, 60)))
        assert begun.detected_ms - (60 + place / 8) <= 45
        assert begun.detected_ms - begun.start_ms <= 45

    def test_no_digit_begins_before_the_first_sample(self) -> None:
        for key in KEYS:
            (begun,) = ToneDetector(plan=None).feed(pcm(digit(key, 60)))
            assert 0 <= begun.start_ms < 1

    def test_noise_lowers_the_snr_that_is_told(self) -> None:
        told = []
        for snr_db in (40, 30, 20):
            sounds = np.concatenate([silence(50), digit("6", 60), silence(50)])
            sounds += noise(-7 - snr_db, len(sounds) / 8, snr_db)
            (begun, _) = listened([pcm(sounds)])
            told.append(begun.cues["snr_db"])
        assert told == sorted(told, reverse=True)
        assert told[1:] == pytest.approx([30, 20], abs=2.5)

    def test_a_second_digit_ends_the_first(self) -> None:
        found = listened([pcm(silence(20), digit("1", 80), digit("2", 80), silence(80))])
        assert [(event.id, event.detail, event.ended) for event in found] == [
            (1, "1", False), (1, "1", True), (2, "2", False), (2, "2", True),
        ]  # fmt: skip

    @pytest.mark.parametrize("system", MF)
    def test_mf_signals_go_by_their_names(self, system: str) -> None:
        sounds = []
        for low, high in MF[system].values():
            sounds += [pair(low, high, 68), silence(60)]
        found = listened([pcm(silence(50), *sounds)], dtmf=None, mf=system)
        assert heard(found, "mf") == " ".join(MF[system])
        assert {event.kind for event in found} == {"mf"}


class TestEncodings:
    """Two rates and three ways to write samples hear the same."""

    @pytest.mark.parametrize("key", KEYS)
    def test_sixteen_kilohertz_hears_what_eight_does(self, key: str) -> None:
        def line(rate_hz: int) -> Pcm:
            return pcm(
                silence(50, rate_hz),
                digit(key, 50, low_off=0.01, high_off=-0.008, high_dbm0=-13, rate_hz=rate_hz),
                silence(80, rate_hz),
            )

        (one, one_end), (two, two_end) = (
            listened([line(rate_hz)], sample_rate_hz=rate_hz) for rate_hz in (8000, 16000)
        )
        assert (one.detail, two.detail) == (key, key)
        assert two.start_ms - one.start_ms == pytest.approx(1.44, abs=0.5)
        assert two_end.end_ms - one_end.end_ms == pytest.approx(1.44, abs=5.01)
        assert two.detected_ms - one.detected_ms in (0, 5)
        assert two.level_dbm0 == pytest.approx(one.level_dbm0, abs=0.05)
        for cue, value in one.cues.items():
            if cue != "snr_db":  # of what is rounded only, and that differs
                assert two.cues[cue] == pytest.approx(value, abs=0.15), cue

    def test_sixteen_kilohertz_hears_nothing_above_four(self) -> None:
        # 8000 - 697 and 8000 - 1209 Hz would fold down onto a digit.
        line = pcm(pair(7303, 6791, 500, low_dbm0=-3, high_dbm0=-3, rate_hz=16000))
        assert listened([line], sample_rate_hz=16000) == []

    @pytest.mark.parametrize("encoding", ["mulaw", "alaw"])
    def test_companded_digits(self, encoding: str) -> None:
        line = pcm(*(part for key in KEYS for part in (digit(key, 45), silence(48))))
        plain = [event for event in listened([line]) if not event.ended]
        written = companded(line, encoding)
        again = [event for event in listened([written], encoding=encoding) if not event.ended]
        assert heard(again) == heard(plain) == " ".join(KEYS)
        for one, two in zip(plain, again, strict=True):
            assert two.level_dbm0 == pytest.approx(one.level_dbm0, abs=0.1)
            assert two.start_ms == pytest.approx(one.start_ms, abs=1)
            for cue in ("low_hz", "high_hz", "low_dbm0", "high_dbm0"):
                assert two.cues[cue] == pytest.approx(one.cues[cue], abs=0.5), cue

    @pytest.mark.parametrize("encoding", ["mulaw", "alaw"])
    def test_companded_audio_is_a_byte_a_sample(self, encoding: str) -> None:
        detector = ToneDetector(encoding=encoding)
        detector.feed(bytes(3))
        assert detector.now_ms == 3 / 8
        with pytest.raises(InputTypeError, match="int16"):
            detector.feed(array("h", [1, 2]))


class TestFinish:
    def test_a_digit_that_lasts_is_ended(self) -> None:
        detector = ToneDetector(report_ends=True)
        (begun,) = detector.feed(pcm(silence(20), digit("9", 60)))
        assert begun.end_ms is None
        (ended,) = detector.finish()
        assert (ended.id, ended.detail, ended.ended) == (begun.id, "9", True)
        assert ended.start_ms == begun.start_ms
        assert ended.end_ms == pytest.approx(80, abs=5)
        assert ended.cues == {}
        assert detector.finish() == []

    def test_ends_are_silent_unless_asked_for(self) -> None:
        detector = ToneDetector()
        assert heard(detector.feed(pcm(digit("9", 60)))) == "9"
        assert detector.finish() == []

    def test_a_line_can_go_on_behind_it(self) -> None:
        detector = ToneDetector()
        detector.feed(pcm(digit("9", 60)))
        detector.finish()
        found = detector.feed(pcm(silence(50), digit("4", 60)))
        assert [(event.id, event.detail) for event in found] == [(2, "4")]


class TestLevels:
    @pytest.mark.parametrize("dbm0", [3.0, -10.0, -40.0])
    def test_a_tone_of_each_lane_has_its_level(self, dbm0: float) -> None:
        for hz in ToneDetector().levels():
            detector = ToneDetector()
            detector.feed(pcm(sine(hz, dbm0, 60, phase=hz)))
            assert detector.levels()[hz] == pytest.approx(dbm0, abs=0.1), hz

    def test_they_are_those_of_the_last_whole_frame(self) -> None:
        detector = ToneDetector()
        detector.feed(pcm(sine(2600, -10, 20)))
        before = detector.levels()
        detector.feed(pcm(silence(19)))
        assert detector.levels() == before
        detector.feed(pcm(silence(1)))
        assert detector.levels()[2600] == -100

    def test_a_tone_stands_out_from_those_100_hz_away(self) -> None:
        detector = ToneDetector()
        detector.feed(pcm(sine(1100, -10, 60)))
        others = {hz: dbm0 for hz, dbm0 in detector.levels().items() if abs(hz - 1100) >= 100}
        assert max(others.values()) < -28
