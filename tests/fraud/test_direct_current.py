"""Direct current on a line hides nothing, and audio without any is heard as it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fraud.lines import PARTY, cut
from tests.fraud.sounds import Pcm, companded, digit, pcm, silence, sine

from securecall.fraud import Event, ToneBank, ToneDetector

FULL = np.sqrt(0.5) * 10 ** (-3.14 / 20)


def direct(dbm0: float) -> float:
    """Return the offset whose power is so much; -5 dBm0 is 39 % of full scale."""
    return float(FULL * 10 ** (dbm0 / 20))


BUSY = np.concatenate([sine(480, -24, 500) + sine(620, -24, 500), silence(500)])
KEYS = np.concatenate(
    [np.concatenate([digit(key, 60, low_dbm0=-25, high_dbm0=-25), silence(60)]) for key in "159D*0"]
)
ALERT = np.concatenate([sine(440, -19, 300), silence(500)])
LINE = np.concatenate([silence(4000), KEYS, silence(300), BUSY, BUSY, ALERT])
WANTED = ["1", "5", "9", "D", "*", "0", "busy", "call_waiting"]


def events(samples: Any, **parameters: Any) -> list[Event]:
    detector = ToneDetector(**parameters)
    return detector.feed(samples) + detector.finish()


def details(found: list[Event]) -> list[str]:
    return [event.detail for event in found]


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize("dbm0", [-40.0, -25.0, -18.0, -12.0, -5.0])
def test_however_much_there_is_digits_and_tones_are_heard(dbm0: float, sign: int) -> None:
    assert details(events(pcm(LINE + sign * direct(dbm0)))) == WANTED


@pytest.mark.parametrize("encoding", ["mulaw", "alaw"])
def test_in_every_encoding(encoding: str) -> None:
    # Far from zero the steps of G.711 are coarse, and noise to so soft a digit.
    line = pcm(LINE + direct(-20))
    assert details(events(companded(line, encoding), encoding=encoding)) == WANTED


def test_when_it_comes_and_goes_it_is_followed_within_seconds() -> None:
    parts = [LINE, LINE + direct(-12), LINE - direct(-12), LINE]
    assert details(events(pcm(np.concatenate(parts)))) == 4 * WANTED


def test_what_is_little_is_left_as_it_is() -> None:
    # 200 steps of 32 768 stay in the tone bank's levels; of 3 000 no more than 256 do.
    levels = []
    for offset in (0, 200, 3000):
        detector = ToneDetector()
        detector.feed(np.full(160_000, offset, np.int16))
        levels.append(detector.levels()[350.0])
    assert levels[0] == -100
    assert levels[1] == pytest.approx(levels[2] - 20 * np.log10(256 / 200), abs=0.2)


def with_current() -> Pcm:
    return np.clip(np.concatenate([PARTY, PARTY, PARTY]).astype(int) + 3000, -32768, 32767).astype(
        np.int16
    )


@given(st.lists(st.integers(0, 700), max_size=60), st.sampled_from([8000, 16000]))
@settings(max_examples=40, deadline=None)
def test_in_any_pieces_it_is_taken_away_alike(lengths: list[int], rate_hz: int) -> None:
    line = with_current()
    whole, pieces = (
        ToneDetector(rate_hz, mf="r1", plan="monitor", report_ends=True) for _ in range(2)
    )
    of_pieces = [event for piece in cut(line, lengths) for event in pieces.feed(piece)]
    assert of_pieces == whole.feed(line)
    assert pieces.save() == whole.save()


def test_a_bank_takes_it_away_too_and_gaps_leave_it() -> None:
    line = with_current()
    bank, alone = ToneBank(1, report_ends=True), ToneDetector(report_ends=True)
    row = memoryview(line).cast("B").cast("h", (1, len(line)))
    found = [event for _, event in bank.feed(row) + bank.feed(row, gap_ms=[70_013])]
    wanted = alone.feed(line)
    for _ in range(70):
        wanted += alone.feed_gap(1000)
    wanted += alone.feed_gap(13)
    assert found == wanted + alone.feed(line)
    assert bank.save(0) == alone.save()
