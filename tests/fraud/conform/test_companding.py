"""G.711 against the tables of the Recommendation, worked out here from their rules."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
import pytest

from securecall.fraud.conform.companding import Law, decode, encode, round_trip

EVERY = np.arange(-32768, 32768).astype(np.int16)
CODES = np.arange(256).astype(np.uint8)


def mulaw_table() -> tuple[list[int], list[int]]:
    """Return decision and output values of table 2a for positive inputs, in 14 bits.

    Eight segments of 16 steps; steps double from 2 (the very first is 1). An output lies midway.
    """
    decisions, outputs = [0, 1], [0]
    for segment in range(8):
        step = 2 << segment
        while len(outputs) < 16 * (segment + 1):
            outputs.append(decisions[-1] + step // 2)
            decisions.append(decisions[-1] + step)
    return decisions, outputs


def alaw_table() -> tuple[list[int], list[int]]:
    """Return the same of table 1a, in 13 bits: two segments of step 2, then doubling."""
    decisions, outputs = [0], []
    for segment in range(8):
        step = 2 << max(segment - 1, 0)
        for _ in range(16):
            outputs.append(decisions[-1] + step // 2)
            decisions.append(decisions[-1] + step)
    return decisions, outputs


def test_the_tables_end_where_the_recommendation_says() -> None:
    decisions, outputs = mulaw_table()
    assert (decisions[-1], outputs[-1], outputs[1], len(outputs)) == (8159, 8031, 2, 128)
    decisions, outputs = alaw_table()
    assert (decisions[-1], outputs[-1], outputs[0], len(outputs)) == (4096, 4032, 1, 128)


@pytest.mark.parametrize(("law", "shift"), [("mulaw", 2), ("alaw", 3)])
def test_outputs_are_those_of_the_table(law: Law, shift: int) -> None:
    _, outputs = mulaw_table() if law == "mulaw" else alaw_table()
    wanted = sorted({sign * value << shift for value in outputs for sign in (1, -1)})
    assert sorted(set(decode(law, CODES).tolist())) == wanted


@pytest.mark.parametrize(("law", "shift"), [("mulaw", 2), ("alaw", 3)])
def test_every_sample_goes_to_the_interval_it_lies_in(law: Law, shift: int) -> None:
    decisions, outputs = mulaw_table() if law == "mulaw" else alaw_table()
    came = round_trip(law, EVERY)
    for value in range(0, 32768, 3):
        # Beyond the last decision everything is the largest output.
        place = min(bisect_right(decisions, value / (1 << shift)) - 1, 127)
        assert came[value + 32768] == outputs[place] << shift, value


@pytest.mark.parametrize("law", ["mulaw", "alaw"])
def test_an_octet_comes_back(law: Law) -> None:
    again = encode(law, decode(law, CODES))
    # Mu-law has two zeros; the negative one comes back as the positive one.
    wanted = np.where((CODES == 0x7F) & (law == "mulaw"), 0xFF, CODES)
    assert again.tolist() == wanted.tolist()


def test_known_octets() -> None:
    samples = np.array([0, 32767, -32768, 1000, -1000], dtype=np.int16)
    assert encode("mulaw", samples).tolist() == [0xFF, 0x80, 0x00, 0xCE, 0x4E]
    assert encode("alaw", samples).tolist() == [0xD5, 0xAA, 0x2A, 0xFA, 0x7A]


@pytest.mark.parametrize("law", ["mulaw", "alaw"])
def test_louder_is_never_softer_and_signs_mirror(law: Law) -> None:
    came = round_trip(law, EVERY).astype(int)
    assert (np.diff(came) >= 0).all()
    assert (np.abs(came[1:] + came[:0:-1]) <= (0 if law == "mulaw" else 2048)).all()


@pytest.mark.parametrize("law", ["mulaw", "alaw"])
def test_a_sine_loses_about_38_decibels_to_rounding(law: Law) -> None:
    sine = (8000 * np.sin(np.arange(8000) * 0.71)).astype(np.int16)
    noise = round_trip(law, sine).astype(float) - sine
    ratio = 10 * np.log10(np.mean(sine.astype(float) ** 2) / np.mean(noise**2))
    assert 36 < ratio < 40
