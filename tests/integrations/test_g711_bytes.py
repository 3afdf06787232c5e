"""G.711 as 16-bit samples: the values of the engine, and half a sample refused."""

from __future__ import annotations

from array import array

import pytest

from securecall.errors import WireError
from securecall.fraud import ToneDetector
from securecall.fraud.g711 import ALAW, MULAW
from securecall.integrations.g711_bytes import s16le


@pytest.mark.parametrize(("encoding", "table"), [("mulaw", MULAW), ("alaw", ALAW)])
def test_every_byte_is_what_the_recommendation_says(encoding: str, table: array[int]) -> None:
    samples = memoryview(s16le(bytes(range(256)), encoding)).cast("h")
    assert samples.tolist() == table.tolist()


def test_the_engine_hears_the_same_in_both_forms() -> None:
    coded = bytes((n * 37) % 256 for n in range(4000))
    one, two = ToneDetector(encoding="mulaw"), ToneDetector()
    assert one.feed(coded) == two.feed(s16le(coded, "mulaw"))
    # The states differ in nothing but the marks of their setups.
    assert one.save()[16:] == two.save()[16:]


def test_half_a_sample_and_other_encodings_are_refused() -> None:
    assert s16le(b"ab", "s16le") == b"ab"
    with pytest.raises(WireError, match="3 bytes are no whole 16-bit samples"):
        s16le(b"abc", "s16le")
    with pytest.raises(WireError, match="'opus' is neither"):
        s16le(b"abc", "opus")
