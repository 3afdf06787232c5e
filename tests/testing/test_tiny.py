"""The tiny tariff, its facility, and a month of call records under it."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from securecall.errors import InputError
from securecall.rating.call import Call
from securecall.testing import FACILITY, NOON, NUMBER, facility, records, tariff


def test_a_minute_costs_six_cents_and_its_tax() -> None:
    rated = tariff().rate(Call(facility=FACILITY, number=NUMBER, start=NOON, duration_ms=119_000))
    assert (rated.net, rated.tax, rated.total) == (
        Decimal("0.12"),
        Decimal("0.01"),
        Decimal("0.13"),
    )
    assert tariff().lint() == []
    assert facility().id == FACILITY


def test_the_same_arguments_give_the_same_records() -> None:
    month = records(100, accounts=3, seed=7)
    assert month == records(100, accounts=3, seed=7)
    assert month != records(100, accounts=3, seed=8)
    assert set(month["account"].to_pylist()) == {"fam-0", "fam-1", "fam-2"}
    statuses = tariff().rate_batch(month)["status"].to_pylist()
    assert Counter(statuses) == {"ok": 95, "unanswered": 5}
    assert records(0).num_rows == 0


@pytest.mark.parametrize(("count", "accounts"), [(-1, 1), (1, 0)])
def test_counts_that_make_no_sense_are_refused(count: int, accounts: int) -> None:
    with pytest.raises(InputError):
        records(count, accounts=accounts)
