"""What a call's row says of its end."""

from __future__ import annotations

from securecall.ledger.rows import CallRow
from securecall.ledger.settlement import by_account, settlement_of
from securecall.ledger.values.calls import Settlement


def test_takings_of_one_account_are_one_sum_in_the_order_of_the_first() -> None:
    assert by_account([["b", 3], ["a", 5], ["b", -1]]) == (("b", 2), ("a", 5))
    assert by_account([]) == ()


def test_a_settlement_says_what_the_row_says() -> None:
    row = CallRow("c", ["a"], 1_000, 2, state="ended", bought_ms=60_000, charged=8, corrected=1)
    row.takings, row.reason, row.ended_ms = [["a", 5], ["b", 3]], "hangup", 50_000
    assert settlement_of(row) == Settlement(
        "ok", "c", 8, 60_000, "hangup", 50_000, 1, (("a", 5), ("b", 3))
    )
