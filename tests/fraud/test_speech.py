"""Someone speaks, or not: on sounds that are made; benchmarks/speech has what recordings say."""

from __future__ import annotations

import time
from array import array
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fraud.sounds import companded
from tests.fraud.talk import amplitude, noise, sines, talk

from securecall.errors import InputError, InputTypeError
from securecall.fraud import Activity, SpeechDetector
from securecall.fraud.speech import packed_network

SILENCE, SPEECH, OTHER, LOST = Activity
TALK = talk(12.0, seed=2)


def pcm(samples: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)


def heard(samples: np.ndarray) -> list[Activity]:
    return SpeechDetector().feed(pcm(samples).tobytes())


def share(found: Sequence[Activity], of: Activity) -> float:
    """Return the share of frames that are not silent, from the second second on."""
    sounding = [each for each in found[50:] if each != SILENCE]
    return sum(each == of for each in sounding) / len(sounding)


def keyed(*pairs_hz: tuple[float, float], on_s: float, off_s: float) -> np.ndarray:
    parts = []
    for pair in pairs_hz:
        parts += [sines(on_s, -12, *pair), np.zeros(int(off_s * 8000))]
    return np.concatenate(parts)


class TestSpeech:
    @pytest.mark.parametrize("seed", range(1, 6))
    @pytest.mark.parametrize("level_dbm0", [-35.0, -20.0, -12.0])
    def test_is_known_at_any_level(self, seed: int, level_dbm0: float) -> None:
        found = heard(talk(8.0, seed=seed, level_dbm0=level_dbm0))
        assert share(found, SPEECH) > 0.85

    def test_is_known_within_a_second(self) -> None:
        found = heard(TALK)
        assert SPEECH in found[:50]

    def test_is_known_in_noise_20_db_below(self) -> None:
        assert share(heard(talk(8.0, seed=4, noise_dbm0=-40.0)), SPEECH) > 0.8

    def test_is_known_through_mu_law(self) -> None:
        found = SpeechDetector(encoding="mulaw").feed(companded(TALK, "mulaw"))
        assert share(found, SPEECH) > 0.85

    def test_pauses_of_speech_are_silence(self) -> None:
        found = heard(np.concatenate([TALK, pcm(noise(4.0, -60.0))]))
        assert set(found[-150:]) == {SILENCE}


class TestOtherSound:
    def test_digital_silence_is_silence(self) -> None:
        assert set(heard(np.zeros(80_000))) == {SILENCE}

    def test_an_idle_line_is_silence(self) -> None:
        found = heard(noise(10.0, -62.0))
        assert set(found) == {SILENCE}

    @pytest.mark.parametrize("level_dbm0", [-50, -35, -20, -6])
    def test_noise_is_not_speech(self, level_dbm0: float) -> None:
        assert SPEECH not in heard(noise(10.0, level_dbm0))[50:]

    @pytest.mark.parametrize("hz", [(350, 440), (425,), (440, 480), (1000,), (2130, 2750)])
    def test_a_tone_that_lasts_is_not_speech(self, hz: tuple[float, ...]) -> None:
        found = heard(sines(8.0, -15, *hz) + noise(8.0, -60.0))
        assert share(found, OTHER) > 0.97

    def test_digits_are_not_speech(self) -> None:
        keys = [(697, 1209), (770, 1336), (852, 1477), (941, 1336), (697, 1633)] * 10
        found = heard(keyed(*keys, on_s=0.1, off_s=0.1) + noise(10.0, -60.0))
        assert share(found, OTHER) > 0.9

    @pytest.mark.parametrize(
        ("hz", "on_s", "off_s"),
        [((440, 480), 2.0, 4.0), ((480, 620), 0.5, 0.5), ((480, 620), 0.25, 0.25)],
    )
    def test_cadences_are_not_speech(
        self, hz: tuple[float, float], on_s: float, off_s: float
    ) -> None:
        samples = keyed(*[hz] * int(12 / (on_s + off_s)), on_s=on_s, off_s=off_s)
        found = heard(samples + noise(len(samples) / 8000, -60.0))
        assert share(found, OTHER) > 0.9

    def test_clicks_are_not_speech(self) -> None:
        random = np.random.default_rng(1)
        samples = noise(10.0, -60.0)
        for at in range(0, 80_000, 4000):
            samples[at : at + 400] += random.normal(0, 8000, 400) * np.exp(-np.arange(400) / 80)
        assert share(heard(samples), OTHER) > 0.9

    def test_a_melody_is_not_speech(self) -> None:
        random = np.random.default_rng(1)
        time_s = np.arange(2400) / 8000
        notes = [
            sum(np.sin(2 * np.pi * hz * n * time_s) / n for n in range(1, 6)) * np.exp(-4 * time_s)
            for hz in random.choice([261.6, 293.7, 329.6, 349.2, 392.0, 440.0, 493.9, 523.3], 30)
        ]
        found = heard(np.concatenate(notes) * amplitude(-15) + noise(9.0, -60.0))
        assert share(found, OTHER) > 0.95

    @pytest.mark.parametrize("samples", [np.full(80_000, 12_000), np.full(80_000, -32_768)])
    def test_direct_current_is_not_speech(self, samples: np.ndarray) -> None:
        assert SPEECH not in heard(samples)

    def test_a_full_scale_square_is_not_speech(self) -> None:
        square = 32_767.0 * np.sign(np.sin(2 * np.pi * 150 * np.arange(80_000) / 8000 + 0.1))
        assert share(heard(square), OTHER) > 0.97


class TestPieces:
    @given(st.lists(st.integers(0, 900), max_size=40))
    @settings(max_examples=40, deadline=None)
    def test_any_cutting_gives_the_same_frames(self, sizes: list[int]) -> None:
        samples = TALK[: 8000 * 3]
        detector = SpeechDetector()
        found: list[Activity] = []
        at = 0
        for size in sizes:
            found += detector.feed(samples[at : at + size].tobytes())
            at += size
        found += detector.feed(samples[at:].tobytes())
        assert found == SpeechDetector().feed(samples.tobytes())

    @pytest.mark.parametrize("size", [1, 319, 320, 321, 5000])
    def test_16_khz_gives_the_same_frames_however_it_is_cut(self, size: int) -> None:
        wide = np.repeat(TALK[: 8000 * 2], 2)
        detector = SpeechDetector(sample_rate_hz=16000)
        found = []
        for at in range(0, len(wide), size):
            found += detector.feed(wide[at : at + size].tobytes())
        assert found == SpeechDetector(sample_rate_hz=16000).feed(wide.tobytes())
        assert SPEECH in found

    def test_every_20_ms_is_a_frame(self) -> None:
        detector = SpeechDetector()
        assert detector.feed(bytes(318)) == []
        assert detector.feed(bytes(2)) == [SILENCE]
        assert detector.feed(bytearray(16_000)) == [SILENCE] * 50
        assert detector.now_ms == 1020.0

    def test_a_buffer_of_int16_is_heard_as_its_bytes_are(self) -> None:
        assert SpeechDetector().feed(array("h", TALK)) == SpeechDetector().feed(TALK.tobytes())


class TestGaps:
    def test_lost_audio_is_evidence_of_nothing(self) -> None:
        detector = SpeechDetector()
        before = detector.feed(TALK[:24_000].tobytes())
        assert detector.feed_gap(200) == [LOST] * 10
        assert detector.now_ms == 3200.0
        after = detector.feed(TALK[24_000:].tobytes())
        # The window of the pitch spans the gap for 64 ms; apart from that, nothing has changed.
        whole = SpeechDetector().feed(TALK.tobytes())
        assert before == whole[:150]
        same = sum(a == b for a, b in zip(after, whole[150:], strict=True))
        assert same > 0.97 * len(after)

    def test_a_frame_that_is_lost_in_part_is_lost(self) -> None:
        detector = SpeechDetector()
        assert len(detector.feed(TALK[:200].tobytes())) == 1
        assert detector.feed_gap(5) == []
        assert detector.feed(TALK[200:280].tobytes()) == [LOST]

    @pytest.mark.parametrize("duration", [-1, 0.5, True, "20", 86_400_001])
    def test_a_gap_is_whole_milliseconds(self, duration: object) -> None:
        with pytest.raises(InputError, match="gap"):
            SpeechDetector().feed_gap(duration)  # type: ignore[arg-type]


class TestInput:
    @pytest.mark.parametrize("rate", [0, 44_100, 8000.0, "8000"])
    def test_a_rate_is_8_or_16_khz(self, rate: object) -> None:
        with pytest.raises(InputError, match="sample_rate_hz must be 8000 or 16000"):
            SpeechDetector(sample_rate_hz=rate)  # type: ignore[arg-type]

    def test_an_encoding_is_known_by_name(self) -> None:
        with pytest.raises(InputError, match="did you mean 'mulaw'"):
            SpeechDetector(encoding="mulow")

    def test_half_a_sample_is_refused(self) -> None:
        with pytest.raises(InputError, match="odd number"):
            SpeechDetector().feed(bytes(321))

    @pytest.mark.parametrize("frame", [None, 5, "text", array("f", [0.0]), array("i", [1, 2])])
    def test_what_is_not_int16_is_refused(self, frame: object) -> None:
        with pytest.raises(InputTypeError, match="bytes or a contiguous buffer"):
            SpeechDetector().feed(frame)

    def test_the_network_has_all_its_numbers(self) -> None:
        assert len(packed_network()) == 307 * 4
        assert np.isfinite(np.frombuffer(packed_network(), np.float32)).all()


def test_a_second_of_speech_takes_no_more_than_a_millisecond_or_so() -> None:
    samples = np.tile(TALK, 5).tobytes()
    detector = SpeechDetector()
    began = time.process_time()
    detector.feed(samples)
    assert (
        time.process_time() - began < 0.6
    )  # a minute of audio: a hundred times real time, at least
