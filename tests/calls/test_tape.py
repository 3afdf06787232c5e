"""What a live call was told, in order."""

from __future__ import annotations

import json

import pytest
from tests.calls.house import NOON_MS, house, talking

from securecall.calls.tape import FORMAT
from securecall.errors import InputError


def test_ticks_that_do_nothing_are_one_line() -> None:
    session = talking(house(tape=True))
    session.tick(NOON_MS)
    for at_ms in range(NOON_MS + 20, NOON_MS + 10_000, 20):
        session.tick(at_ms)
    session.hang_up(NOON_MS + 10_000)
    rows = [json.loads(line) for line in session.tape.dumps().splitlines()]
    assert rows[0]["format"] == FORMAT
    assert [row[0] for row in rows[1:]] == [
        "connected", "ledger", "tick", "tick", "hang_up", "now", "monitor", "ledger",
    ]  # fmt: skip


def test_neither_pin_nor_sound_is_on_it() -> None:
    session = talking(house(tape=True), wants={"pin": "4711", "voice": b"a voice"})
    for _ in range(100):
        session.feed(b"\x11\x22" * 160)
    session.hang_up(NOON_MS + 2_000)
    text = session.tape.dumps()
    for word in ("4711", "pin", "voice", '"feed"'):
        assert word not in text


def test_a_call_has_no_tape_unless_the_terms_want_one() -> None:
    assert talking(house()).tape is None


def test_a_peer_that_signals_without_end_fills_no_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("securecall.calls.tape.LINES_MAX", 100)
    session = talking(house(tape=True))
    for number in range(1_000):
        session.signal("dtmf", "5", float(number))
        session.tick(NOON_MS + number)
    assert session.tape.full
    assert len(session.tape.lines) == 101
    with pytest.raises(InputError, match="the tape is full"):
        session.tape.dumps()
    session.hang_up(NOON_MS + 2_000)
    assert session.record is not None
