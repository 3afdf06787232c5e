"""The same events, bit for bit, however the audio is cut, and from every saved state."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fraud.lines import OF_PARTY, PARTY, cut, listened
from tests.fraud.sounds import (
    companded,
    heard,
)

from securecall.errors import InputError, InputTypeError
from securecall.fraud import ToneDetector


class TestAnyCutting:
    """Events are the same, bit for bit, however the audio comes."""

    def test_there_is_something_to_hear(self) -> None:
        found = listened([PARTY], **OF_PARTY)
        assert heard(found) == "1 5 A 7 D * 0"
        assert heard(found, "mf") == "1 KP"
        assert heard(found, "tone") == "dial"
        assert [event.id for event in found if not event.ended] == list(range(1, 11))

    @pytest.mark.parametrize("ms", [0.125, 1, 10, 20, 30, 33, 120])
    @pytest.mark.parametrize("encoding", ["s16le", "mulaw"])
    def test_in_pieces_of_one_length(self, encoding: str, ms: float) -> None:
        samples = PARTY if encoding == "s16le" else companded(PARTY, encoding)
        size = round(8 * ms)
        pieces = [samples[at : at + size] for at in range(0, len(samples), size)]
        whole = listened([samples], encoding=encoding, **OF_PARTY)
        assert len(whole) > 15
        assert listened(pieces, encoding=encoding, **OF_PARTY) == whole

    @given(
        lengths=st.lists(
            st.sampled_from((0, 1, 39, 40, 41, 159, 160, 161, 3999, 4000)) | st.integers(0, 700),
            max_size=60,
        ),
        rate_hz=st.sampled_from((8000, 16000)),
    )
    @settings(max_examples=60)
    def test_in_any_pieces(self, lengths: list[int], rate_hz: int) -> None:
        whole = listened([PARTY], sample_rate_hz=rate_hz, **OF_PARTY)
        assert listened(cut(PARTY, lengths), sample_rate_hz=rate_hz, **OF_PARTY) == whole

    @given(
        gaps=st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 60)), max_size=8),
        lengths=st.lists(st.integers(0, 500), max_size=30),
        halves=st.integers(0, 60),
    )
    @settings(max_examples=60)
    def test_with_gaps_at_the_same_places(
        self, gaps: list[tuple[int, int]], lengths: list[int], halves: int
    ) -> None:
        at = 0
        whole: list[Any] = []
        pieces: list[Any] = []
        for heard_samples, lost_ms in gaps:
            part = PARTY[at : at + heard_samples]
            at += heard_samples
            whole += [part, lost_ms]
            pieces += [*cut(part, lengths), min(halves, lost_ms), max(0, lost_ms - halves)]
        whole.append(PARTY[at:])
        pieces += cut(PARTY[at:], lengths)
        assert listened(pieces, **OF_PARTY) == listened(whole, **OF_PARTY)

    def test_time_counts_every_sample(self) -> None:
        detector = ToneDetector()
        for length in (1, 0, 39, 41, 160, 7):
            detector.feed(bytes(2 * length))
        assert detector.now_ms == 248 / 8
        detector.feed_gap(3)
        assert detector.now_ms == 31 + 3


class TestStates:
    """What is saved is all there is."""

    @given(
        at=st.integers(0, len(PARTY)),
        encoding=st.sampled_from(("s16le", "mulaw", "alaw")),
        rate_hz=st.sampled_from((8000, 16000)),
        lost_ms=st.integers(0, 30),
    )
    @settings(max_examples=80)
    def test_another_goes_on_from_any_sample(
        self, at: int, encoding: str, rate_hz: int, lost_ms: int
    ) -> None:
        samples = PARTY if encoding == "s16le" else companded(PARTY, encoding)
        parameters: dict[str, Any] = {
            "sample_rate_hz": rate_hz, "encoding": encoding, "report_ends": True, **OF_PARTY,
        }  # fmt: skip
        one, other = ToneDetector(**parameters), ToneDetector(**parameters)
        found = one.feed(samples[:at]) + one.feed_gap(lost_ms)
        other.feed(samples[:777])
        other.restore(one.save())
        assert other.now_ms == one.now_ms
        assert other.levels() == one.levels()
        rest = one.feed(samples[at:]) + one.finish()
        assert other.feed(samples[at:]) + other.finish() == rest
        assert other.now_ms == one.now_ms
        if lost_ms == 0:
            whole = [samples]
            assert found + rest == listened(
                whole, sample_rate_hz=rate_hz, encoding=encoding, **OF_PARTY
            )

    @pytest.mark.parametrize(
        "other",
        [
            {"sample_rate_hz": 16000}, {"encoding": "alaw"}, {"dtmf": None}, {"dtmf": "ntt"},
            {"mf": "r1"}, {"dial_tone_filter": False}, {"report_ends": True},
        ],
    )  # fmt: skip
    def test_of_other_parameters_are_refused(self, other: dict[str, Any]) -> None:
        saved = ToneDetector(**other).save()
        with pytest.raises(InputError, match="other parameters"):
            ToneDetector().restore(saved)

    def test_that_are_no_states_are_refused(self) -> None:
        detector = ToneDetector()
        saved = detector.save()
        for wrong in (b"", saved[:8], saved[:-1], saved + b"\0", bytes(len(saved))):
            with pytest.raises(InputError):
                detector.restore(wrong)
        for kind in (None, bytearray(saved), "text", 5):
            with pytest.raises(InputTypeError, match="a saved state is bytes"):
                detector.restore(kind)  # type: ignore[arg-type]

    @pytest.mark.parametrize("at", [0, 8, 12, 20, 40, 300, 2000, -1])
    def test_that_were_damaged_are_refused(self, at: int) -> None:
        # A count that points outside of its array would write into the host's memory.
        detector = ToneDetector()
        detector.feed(PARTY)
        saved = bytearray(detector.save())
        saved[at] ^= 0x40
        with pytest.raises(InputError):
            detector.restore(bytes(saved))
