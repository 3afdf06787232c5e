"""The chain: every field of an operation and its entries counts."""

from __future__ import annotations

from typing import Any

import pytest

from securecall.ledger.chain import GENESIS, Line, Linked, link, link_of, sign
from securecall.ledger.rows import OpRow
from securecall.ledger.values.money import Entry

LINE: Line = (1, 1, 5, "a", "cash", 100, "deposit", "d")
OP: Linked = (1, "d", b"\x01" * 32, "deposit", 5, "ok", "null")


def test_what_is_read_back_has_the_same_hash() -> None:
    hash = link(GENESIS, OP, [LINE])
    assert link_of(GENESIS, OpRow(*OP, hash), [Entry(*LINE)]) == hash


@pytest.mark.parametrize(
    ("field", "value"),
    [(0, 2), (1, "e"), (2, b"\x02" * 32), (3, "withdraw"), (4, 6), (5, "late"), (6, "{}")],
)
def test_another_field_is_another_hash(field: int, value: object) -> None:
    other: Any = (*OP[:field], value, *OP[field + 1 :])
    assert link(GENESIS, other, [LINE]) != link(GENESIS, OP, [LINE])


def test_the_hash_before_counts() -> None:
    assert link(b"\x00" * 32, OP, [LINE]) != link(GENESIS, OP, [LINE])


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [LINE, LINE],
        *([(*LINE[:n], 7 if n in (0, 1, 2, 5) else "z", *LINE[n + 1 :])] for n in range(8)),
    ],
)
def test_other_entries_are_another_hash(lines: Any) -> None:
    assert link(GENESIS, OP, lines) != link(GENESIS, OP, [LINE])


def test_a_signature_needs_the_key_and_the_place() -> None:
    mac = sign(b"key", 5, 7, b"hash")
    assert mac == sign(b"key", 5, 7, b"hash")
    others = [sign(b"yek", 5, 7, b"hash"), sign(b"key", 6, 7, b"hash"), sign(b"key", 5, 7, b"has")]
    assert mac not in others
