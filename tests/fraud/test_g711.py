"""The bytes of mu-law and A-law against the figures of ITU-T G.711's own tables."""

from __future__ import annotations

from itertools import pairwise

import pytest

from securecall.fraud.g711 import ALAW, MULAW

# G.711 (1988) tables 2a and 1a, decoder output y at the ends of each segment: 14 bits of mu-law,
# 13 of A-law (there in units of two of the table's), here scaled to 16.
MULAW_ENDS = {
    0x80: 8031, 0x8F: 4191, 0x90: 3999, 0x9F: 2079, 0xA0: 1983, 0xAF: 1023, 0xB0: 975, 0xBF: 495,
    0xC0: 471, 0xCF: 231, 0xD0: 219, 0xDF: 99, 0xE0: 93, 0xEF: 33, 0xF0: 30, 0xFE: 2, 0xFF: 0,
}  # fmt: skip
ALAW_ENDS = {
    0xAA: 4032, 0xA5: 2112, 0xBA: 2016, 0xB5: 1056, 0x8A: 1008, 0x85: 528, 0x9A: 504, 0x95: 264,
    0xEA: 252, 0xE5: 132, 0xFA: 126, 0xF5: 66, 0xCA: 63, 0xC5: 33, 0xDA: 31, 0xD5: 1,
}  # fmt: skip


@pytest.mark.parametrize(("code", "value"), MULAW_ENDS.items())
def test_mulaw_at_the_ends_of_its_segments(code: int, value: int) -> None:
    assert MULAW[code] == 4 * value
    assert MULAW[code ^ 0x80] == -4 * value


@pytest.mark.parametrize(("code", "value"), ALAW_ENDS.items())
def test_alaw_at_the_ends_of_its_segments(code: int, value: int) -> None:
    assert ALAW[code] == 8 * value
    assert ALAW[code ^ 0x80] == -8 * value


def test_mulaw_falls_from_byte_to_byte() -> None:
    # From 80, the largest, to FF, nothing; and from 00 up.
    assert list(MULAW[0x80:]) == sorted(MULAW[0x80:], reverse=True)
    assert list(MULAW[:0x80]) == sorted(MULAW[:0x80])
    assert len(set(MULAW)) == 255  # 7F and FF are both zero


def test_alaw_rises_once_every_other_bit_is_put_right() -> None:
    values = [ALAW[code ^ 0x55] for code in range(256)]
    assert values[0x80:] == sorted(values[0x80:])
    assert values[:0x80] == sorted(values[:0x80], reverse=True)
    assert len(set(ALAW)) == 256


def test_steps_double_from_segment_to_segment() -> None:
    for table, places in ((MULAW, lambda n: 0xFF - n), (ALAW, lambda n: (0x80 + n) ^ 0x55)):
        values = [table[places(n)] for n in range(128)]
        steps = {after - before for before, after in pairwise(values)}
        within = [values[16 * segment + 1] - values[16 * segment] for segment in range(8)]
        assert within[2:] == [within[1] * 2 ** (n + 1) for n in range(6)]
        assert min(steps) == within[0]


def test_both_are_samples_of_16_bits() -> None:
    for table in (MULAW, ALAW):
        assert (table.typecode, len(table), table.itemsize) == ("h", 256, 2)
