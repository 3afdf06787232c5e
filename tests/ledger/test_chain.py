"""The chain: every field of an operation and its entries counts."""

from __future__ import annotations

import pytest

from securecall.ledger.chain import GENESIS, Line, link, link_of, sign
from securecall.ledger.rows import OpRow
from securecall.ledger.values.money import Entry

LINE: Line = (1, 1, 5, "a", "cash", 100, "deposit", "d")
OP = {
    "before": GENESIS,
    "seq": 1,
    "request_id": "d",
    "digest": b"\x01" * 32,
    "method": "deposit",
    "at_ms": 5,
    "code": "ok",
    "answer": "null",
    "lines": [LINE],
}


def test_what_is_read_back_has_the_same_hash() -> None:
    hash = link(**OP)  # type: ignore[arg-type]
    row = OpRow(1, "d", b"\x01" * 32, "deposit", 5, "ok", "null", hash)
    assert link_of(GENESIS, row, [Entry(*LINE)]) == hash


@pytest.mark.parametrize(
    "change",
    [
        {"before": b"\x00" * 32},
        {"seq": 2},
        {"request_id": "e"},
        {"digest": b"\x02" * 32},
        {"method": "withdraw"},
        {"at_ms": 6},
        {"code": "late"},
        {"answer": "{}"},
        {"lines": []},
        {"lines": [LINE, LINE]},
        *(
            {"lines": [(*LINE[:n], 7 if n in (0, 1, 2, 5) else "z", *LINE[n + 1 :])]}
            for n in range(8)
        ),
    ],
)
def test_another_field_is_another_hash(change: dict[str, object]) -> None:
    assert link(**{**OP, **change}) != link(**OP)  # type: ignore[arg-type]


def test_a_signature_needs_the_key_and_the_place() -> None:
    mac = sign(b"key", 5, 7, b"hash")
    assert mac == sign(b"key", 5, 7, b"hash")
    others = [sign(b"yek", 5, 7, b"hash"), sign(b"key", 6, 7, b"hash"), sign(b"key", 5, 7, b"has")]
    assert mac not in others
