"""The inspector: a fine record passes, and every sort of wrong one is seen for what it is."""

from __future__ import annotations

from typing import Any

import pytest
from tests.calls.day.days import world
from tests.calls.day.records import a_record

from securecall.calls.day.world import World


def broken(record: Any, *, privileged: bool = False) -> tuple[str, ...]:
    """Return what a record breaks."""
    made = world()
    made.inspector.record(record, privileged=privileged)
    made.inspector.rate_again()
    return made.checks.broken


def test_a_fine_record_breaks_nothing_and_is_looked_at() -> None:
    made = world()
    made.inspector.record(a_record(), privileged=False)
    made.inspector.rate_again()
    assert made.checks.ok
    assert {"reason", "charge", "rated_again", "cutoff"}.isdisjoint(made.checks.unseen)


@pytest.mark.parametrize(
    ("changes", "privileged", "what"),
    [
        ({"reason": ""}, False, ("reason",)),
        ({"reason": "gone"}, False, ("reason",)),
        ({"reason": "unknown"}, False, ("reason",)),
        ({"reason": "busy"}, False, ("reason",)),
        ({"by": ""}, False, ("reason",)),
        ({"total_micros": a_record().total_micros + 1}, False, ("charge", "rated_again")),
        ({"total_micros": 0}, False, ("charge", "rated_again")),
        ({"authorized_ms": 94_999}, False, ("cutoff",)),
        ({"ended_ms": a_record().ended_ms - 1}, False, ("cutoff",)),
        ({}, True, ("privileged",)),
        ({"privileged": True}, True, ("privileged",)),
        ({"privileged": True, "monitored": False}, True, ("privileged",)),
        ({"status": "free"}, False, ("free",)),
        ({"status": "unanswered", "accepted_ms": None, "reason": "busy"}, False, ("free",)),
        ({"status": "denied", "accepted_ms": None}, False, ("reason", "free")),
    ],
)
def test_what_is_wrong_is_seen(
    changes: dict[str, Any], privileged: bool, what: tuple[str, ...]
) -> None:
    found = broken(a_record(**changes), privileged=privileged)
    # A call that is said to be shorter than it was is also said to have cost too much.
    assert set(what) <= set(found)
    assert set(found) <= {*what, "rated_again"}


def test_a_call_beyond_the_longest_time_is_seen() -> None:
    long = a_record(duration_ms=1_200_001, authorized_ms=1_300_000)
    assert broken(long) == ("cutoff",)
    assert broken(a_record(duration_ms=1_200_000)) == ()


def opened(opening: str = "1.00") -> World:
    made = world()
    at_ms = made.setting.opens_ms
    made.ledger.open_account("fam-1", kind="prepaid", at=at_ms, opening=opening)
    made.books.open("fam-1", 1_000_000)
    return made


def test_books_that_agree_are_closed_without_a_fault() -> None:
    made = opened()
    assert len(made.inspector.close(made.ledger)) == 64
    assert made.checks.ok


def test_a_micro_dollar_too_much_in_an_account_is_seen() -> None:
    made = opened("1.000001")
    made.inspector.close(made.ledger)
    assert made.checks.broken == ("accounts", "conserved")


def test_a_call_that_still_runs_is_seen() -> None:
    made = opened()
    at_ms = made.setting.opens_ms
    record = a_record()
    from securecall.calls.day.pencil import curve_of

    made.ledger.start_call(
        "c-1", ["fam-1"], curve_of(record, made.tariff), at=record.accepted_ms, request_id="s-1"
    )
    assert record.accepted_ms > at_ms
    made.inspector.close(made.ledger)
    assert "verified" in made.checks.broken


def test_an_account_below_zero_is_seen() -> None:
    made = opened()
    made.books.move("fam-1", "charges", 1_000_001)
    made.inspector.paid(a_record())
    assert made.checks.broken == ("overrun",)
    made = opened()
    made.books.allow_debt("fam-1")
    made.books.move("fam-1", "charges", 1_000_001)
    made.inspector.paid(a_record())
    assert made.checks.ok
