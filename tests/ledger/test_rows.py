"""Rows come back from their columns as they were."""

from __future__ import annotations

from dataclasses import fields

from tests.ledger.pricing import Flat

from securecall.ledger.rows import AccountRow, CallRow


def test_an_account_comes_back() -> None:
    row = AccountRow(
        "a", "direct_bill", -5, 7, settled_ms=11, touched=13, active_ms=17, closed=True,
        running=["c1", "c2"], reload_ms=19, more={"x": [1]},
    )  # fmt: skip
    back = AccountRow.load(row.dump())
    assert back.dump() == row.dump()
    assert (back.running, back.more, back.closed, back.room_micros) == (
        ["c1", "c2"],
        {"x": [1]},
        True,
        2,
    )
    assert AccountRow.load(AccountRow("b", "prepaid").dump()).running == []


def test_a_copy_can_be_changed_without_the_first() -> None:
    row = AccountRow("a", "prepaid", 5)
    other = row.copy()
    other.posted_micros, other.running, other.more = 6, ["c"], {"y": 1}
    assert (row.posted_micros, row.running, row.more) == (5, [], {})


def test_a_call_comes_back_with_every_field() -> None:
    curve = Flat()
    row = CallRow(
        "c", ["a", "b"], 1, 2, True, 3, "ended", 4, 5, [["a", 5]], [[0, 60_000]], None, "limit", 6,
        "host", {"revenue": 5}, {"revenue": 1}, {"a": 1}, 1, 2, curve,
    )  # fmt: skip
    for back in (CallRow.load(row.dump(), curve), row.copy()):
        for field in fields(CallRow):
            assert getattr(back, field.name) == getattr(row, field.name), field.name
