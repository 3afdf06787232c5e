"""The price of a call of which only the total is known."""

from __future__ import annotations

from securecall.ledger.curve import checked, dumped, loaded
from securecall.ledger.posting.whole import Whole


def test_it_is_sold_as_one_piece() -> None:
    curve = checked(Whole(60_000, 210_000))
    assert [curve.next(at) for at in (0, 59_999, 60_000)] == [60_000, 60_000, 120_000]
    assert [curve.total_micros(at) for at in (0, 1, 60_000, 60_001)] == [
        0,
        210_000,
        210_000,
        420_000,
    ]
    assert curve.bought(0) == 60_000
    assert [curve.reach_micros(at) for at in (-1, 209_999, 210_000)] == [0, 0, 60_000]
    assert Whole(60_000, 0).reach_micros(5) is None


def test_it_is_kept_as_bytes_that_any_ledger_reads() -> None:
    again = loaded(dumped(Whole(61_000, 1_234_567)), {})
    assert isinstance(again, Whole)
    assert (again.bought_ms, again.price_micros) == (61_000, 1_234_567)
