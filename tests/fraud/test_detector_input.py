"""Audio that is odd, and what is no audio at all."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import pytest
from tests.fraud.lines import listened
from tests.fraud.sounds import (
    KEYS,
    digit,
    heard,
    noise,
    pcm,
    silence,
    sine,
)

from securecall.errors import InputError, InputTypeError
from securecall.fraud import ToneDetector


class TestOddAudio:
    """Nothing that a line can carry but digits is a digit, and nothing makes the engine stumble."""

    @pytest.mark.parametrize(
        "sound",
        [
            silence(3000),
            np.full(24000, 0.7),
            np.full(24000, -1.0),
            np.sign(sine(697, 3.14, 3000)),
            np.sign(sine(1209, 3.14, 3000, 0.2)),
            np.sign(sine(50, 3.14, 3000, 0.2)),
            np.tile([1.0, -1.0], 12000),
            np.tile([-1.0, -1.0, 1.0, 1.0], 6000),
            8 * sine(941, 3.14, 3000),
            noise(-10, 3000, 1),
            noise(20, 3000, 2),
            sine(697, -10, 3000) + sine(770, -10, 3000),
            sine(1336, -10, 3000) + sine(1477, -10, 3000),
            sine(697, -10, 3000),
            np.eye(1, 24000, 5000)[0],
            np.tile(np.eye(1, 160, 9)[0], 150),
        ],
        ids=[
            "silence", "dc", "full-scale dc", "square 697", "square 1209", "square 50",
            "square 4000", "square 2000", "clipped 941", "noise", "full-scale noise", "two rows",
            "two columns", "one row", "a click", "clicks",
        ],
    )  # fmt: skip
    def test_is_no_digit(self, sound: np.ndarray[Any, Any]) -> None:
        assert listened([pcm(sound)], mf="r2_forward") == []

    @pytest.mark.parametrize("times", [2, 4, 30])
    def test_digits_that_are_clipped_are_still_digits(self, times: float) -> None:
        # Both tones at 0 dBm0 and more reach beyond full scale: telephones do that.
        parts = [part for key in KEYS for part in (times * digit(key, 60), silence(50))]
        found = listened([pcm(silence(30), *parts)])
        assert set(heard(found).split()) <= set(KEYS)
        if times == 2:
            assert heard(found) == " ".join(KEYS)

    def test_a_digit_upon_dc_is_heard(self) -> None:
        sounds = np.concatenate([silence(50), digit("0", 50), silence(50)]) + 0.1
        assert heard(listened([pcm(sounds)])) == "0"

    def test_after_anything_a_digit_is_heard(self) -> None:
        sounds = [np.full(2400, -1.0), noise(20, 200, 3), silence(60), digit("C", 50), silence(60)]
        assert heard(listened([pcm(*sounds)])) == "C"


class TestBadInput:
    def test_an_odd_byte_is_an_error_and_changes_nothing(self) -> None:
        detector = ToneDetector()
        with pytest.raises(InputError, match="odd number of bytes"):
            detector.feed(bytes(321))
        with pytest.raises(InputError, match="odd number of bytes"):
            detector.feed(bytearray(1))
        assert detector.now_ms == 0

    @pytest.mark.parametrize(
        "wrong",
        [
            None, 5, 1.5, "0000", [0, 0], object(),
            array("f", [0.0]), array("i", [0]), array("H", [0]), array("d", [float("nan")]),
            np.zeros(160, np.float32), np.full(160, np.nan), np.zeros(160, np.int32),
            np.zeros(160, np.uint16), np.zeros(160, ">i2"), np.zeros(160, np.complex64),
            np.zeros(160, bool), np.zeros(160, "S2"), np.zeros(160, [("left", "<i2")]),
            np.zeros((160, 2), np.int16), np.zeros((1, 160), np.int16),
        ],
        ids=lambda value: f"{type(value).__name__} {getattr(value, 'dtype', '')}",
    )  # fmt: skip
    def test_what_is_no_audio_is_refused(self, wrong: Any) -> None:
        detector = ToneDetector()
        with pytest.raises(InputTypeError, match="int16"):
            detector.feed(wrong)
        assert detector.now_ms == 0

    @pytest.mark.parametrize(
        "wrong", [np.zeros(320, np.int16)[::2], memoryview(bytes(640)).cast("h")[::-1]]
    )
    def test_samples_that_do_not_lie_together_are_refused(self, wrong: Any) -> None:
        with pytest.raises((InputError, InputTypeError), match=r"(?i)contiguous"):
            ToneDetector().feed(wrong)

    def test_any_buffer_of_bytes_or_int16_will_do(self) -> None:
        samples = pcm(silence(20), digit("2", 60))
        fixed = samples.copy()
        fixed.setflags(write=False)
        raw = samples.tobytes()
        for frame in (
            raw, bytearray(raw), memoryview(raw), memoryview(raw).cast("h"), samples, fixed,
            array("h", samples.tolist()), samples.astype("<i2"), np.frombuffer(raw, np.uint8),
            memoryview(raw)[:],
        ):  # fmt: skip
            assert heard(ToneDetector().feed(frame)) == "2", type(frame)
        assert samples.tobytes() == raw

    def test_nothing_is_something_to_feed(self) -> None:
        detector = ToneDetector()
        for frame in (b"", bytearray(), np.zeros(0, np.int16), array("h")):
            assert detector.feed(frame) == []
        assert detector.now_ms == 0

    def test_buffers_are_let_go(self) -> None:
        frame = bytearray(pcm(digit("2", 60)).tobytes())
        detector = ToneDetector()
        detector.feed(frame)
        with pytest.raises(InputError):
            detector.feed(frame + b"\0")
        frame.extend(b"12")  # a buffer that is still held cannot grow

    @pytest.mark.parametrize("wrong", [0, 8001, 44100, 8000.0, "8000", None, True])
    def test_other_rates_are_refused(self, wrong: Any) -> None:
        with pytest.raises(InputError, match="sample_rate_hz must be 8000 or 16000"):
            ToneDetector(sample_rate_hz=wrong)

    def test_other_names_are_refused_with_the_nearest(self) -> None:
        with pytest.raises(InputError, match="did you mean 'mulaw'"):
            ToneDetector(encoding="ulaw")
        with pytest.raises(InputError, match="did you mean 'bellcore'"):
            ToneDetector(dtmf="belcore")
        with pytest.raises(InputError, match="did you mean 'r2_forward'"):
            ToneDetector(mf="r2_foward")
        for wrong in (5, [], {}):
            with pytest.raises(InputError):
                ToneDetector(encoding=wrong)  # type: ignore[arg-type]
            with pytest.raises(InputError):
                ToneDetector(mf=wrong)  # type: ignore[arg-type]
            with pytest.raises(InputError):
                ToneDetector(dtmf=wrong)  # type: ignore[arg-type]
