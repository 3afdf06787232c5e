"""One PIN at several facilities, by hand."""

from __future__ import annotations

from tests.fraud.patterns.records import call, only

from securecall.fraud.patterns import SharedPin


def test_two_facilities_within_two_hours() -> None:
    rows = [call(0, facility="f"), call(7199, facility="g")]
    [found] = only(rows, SharedPin(), "shared_pin")
    assert (found.subject, found.facility, found.calls) == ("p", "g", 2)
    assert found.reason == "used at 2 facilities within 2 h (limit: 2); 2 calls in all"


def test_who_was_moved_in_between_is_innocent() -> None:
    rows = [call(0, facility="f"), call(7200, facility="g"), call(7300, facility="g")]
    assert only(rows, SharedPin(), "shared_pin") == ()


def test_an_account_is_no_pin() -> None:
    rows = [
        call(at, facility=where, person=None, account="a") for at, where in ((0, "f"), (9, "g"))
    ]
    assert only(rows, SharedPin(), "shared_pin") == ()
