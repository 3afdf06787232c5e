"""What a summary says of itself."""

from __future__ import annotations

import json
import pickle
from dataclasses import FrozenInstanceError, replace
from decimal import Decimal

import pytest
from tests.rating.summing import TARIFF, calls

from securecall.rating.summarizer import Summarizer
from securecall.rating.summary import MINUTES_MAX, Summary


@pytest.fixture(scope="module")
def summary() -> Summary:
    sums = Summarizer(TARIFF)
    for batch in TARIFF.rate_stream(calls(2000)):
        sums.add(batch)
    return sums.summary()


def test_totals_are_those_of_the_places(summary: Summary) -> None:
    for name in ("net", "tax", "total", "state_paid", "saved"):
        parts = [getattr(place, name) for place in summary.by_place]
        assert getattr(summary, name) == sum(parts) > 0
    assert summary.total == summary.net - summary.state_paid + summary.tax


def test_every_row_is_counted_once(summary: Summary) -> None:
    assert summary.rows == 2000 == sum(summary.statuses.values())
    assert summary.calls + summary.rejected == 2000
    assert summary.calls == sum(place.calls for place in summary.by_place)
    assert summary.calls == sum(hour.calls for hour in summary.by_hour)
    assert summary.statuses["ok"] == sum(one.calls for one in summary.by_ceiling)
    assert len(summary.by_minute) == MINUTES_MAX + 1


def test_statuses_stand_in_their_order_of_precedence(summary: Summary) -> None:
    from securecall.rating.words import STATUSES

    assert list(summary.statuses) == sorted(summary.statuses, key=STATUSES.index)


def test_the_largest_saving_comes_first(summary: Summary) -> None:
    savings = [one.saved for one in summary.by_ceiling]
    assert savings == sorted(savings, reverse=True)


def test_plain_values_go_through_json_with_money_as_text(summary: Summary) -> None:
    plain = json.loads(json.dumps(summary.to_dict(), default=str))
    assert plain["rows"] == 2000
    assert plain["rejected"] == summary.rejected
    assert plain["by_facility"][0]["facility"] == "co"
    total = sum((Decimal(one["total"]) for one in plain["by_facility"]), Decimal(0))
    assert total == summary.total
    assert sum((Decimal(one["total"]) for one in plain["by_hour"]), Decimal(0)) == total
    assert sum(one["calls"] for one in plain["by_ceiling"]) == summary.statuses["ok"]
    assert sum(plain["by_minute"]) == summary.statuses["ok"]
    assert plain["first"].startswith("2026-03-0")
    assert plain["first"].endswith("+00:00")


def test_a_summary_never_changes_and_can_be_sent_elsewhere(summary: Summary) -> None:
    with pytest.raises(FrozenInstanceError):
        summary.rows = 3  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(summary)) == summary
    assert replace(summary, rows=3) != summary
