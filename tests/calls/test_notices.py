"""Notices: what the holder of an account is told, once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.calls.house import NOON_MS, by_minute, house, talking

from securecall.calls.notices import Notices
from securecall.errors import InputError, InputTypeError, Unknown
from securecall.ledger.instant import instant


def kinds(found: object) -> list[str]:
    return [each.kind for each in found]  # type: ignore[attr-defined]


def test_a_low_balance_is_told_once_and_again_after_it_was_not_low() -> None:
    sessions = house("6.00")
    ledger, notices = sessions.terms.ledger, Notices(sessions.terms.ledger)
    assert notices.look("fam-1", at=NOON_MS) == ()
    talking(sessions)
    assert notices.look("fam-1", at=NOON_MS + 90_000) == ()
    (told,) = notices.look("fam-1", at=NOON_MS + 120_000)
    assert (told.kind, told.amount, told.at) == (
        "low_balance", Decimal("4.790000"), instant(NOON_MS + 120_000),
    )  # fmt: skip
    assert told.text == "only $4.79 is left for calls"
    assert notices.look("fam-1", at=NOON_MS + 130_000) == ()
    ledger.deposit("fam-1", "10.00", at=NOON_MS + 140_000, request_id="d-1")
    assert notices.look("fam-1", at=NOON_MS + 140_000) == ()
    ledger.withdraw("fam-1", "10.00", at=NOON_MS + 150_000)
    assert kinds(notices.look("fam-1", at=NOON_MS + 150_000)) == ["low_balance"]


@pytest.mark.parametrize("price", ["0.60", "0.07", "0.99"])
def test_when_it_will_be_low_is_solved_and_not_polled(price: str) -> None:
    sessions = house("8.00", by_minute(price))
    ledger, notices = sessions.terms.ledger, Notices(sessions.terms.ledger, low="5.00")
    assert notices.low_at("fam-1", at=NOON_MS) is None
    talking(sessions, max_ms=3_600_000)
    talking(sessions, "c-2", at_ms=NOON_MS + 10_000, max_ms=3_600_000)
    found = notices.low_at("fam-1", at=NOON_MS + 10_000)
    at_ms = next(
        at_ms for at_ms in range(NOON_MS + 10_000, NOON_MS + 3_700_000, 1_000)
        if ledger.balance("fam-1", at=at_ms).available < 5
    )  # fmt: skip
    assert found == instant(at_ms)
    assert kinds(notices.look("fam-1", at=at_ms - 1)) == []
    assert kinds(notices.look("fam-1", at=at_ms)) == ["low_balance"]
    assert notices.low_at("fam-1", at=at_ms) == instant(at_ms)


def test_a_call_that_never_costs_so_much_makes_it_never_low() -> None:
    sessions = house("8.00", by_minute("0.01"))
    talking(sessions)
    assert Notices(sessions.terms.ledger).low_at("fam-1", at=NOON_MS) is None


def test_automatic_deposits_are_told_as_they_go_on() -> None:
    sessions = house("6.00")
    ledger, notices = sessions.terms.ledger, Notices(sessions.terms.ledger, low="1.00")
    notices.look("fam-1", at=NOON_MS)
    ledger.set_auto_reload("fam-1", below="5.00", amount="20.00", at=NOON_MS)
    talking(sessions)
    ledger.settle_due(at=NOON_MS + 200_000)
    (asked,) = notices.look("fam-1", at=NOON_MS + 200_000)
    assert (asked.kind, asked.amount, asked.ref) == ("reload_asked", Decimal(20), "auto:fam-1:1")
    ledger.reload_result(asked.ref, ok=None, at=NOON_MS + 205_000)
    assert kinds(notices.look("fam-1", at=NOON_MS + 205_000)) == ["reload_timed_out"]
    ledger.reload_result(asked.ref, ok=True, at=NOON_MS + 210_000)
    (made,) = notices.look("fam-1", at=NOON_MS + 210_000)
    assert (made.kind, made.text) == (
        "reload_credited", "an automatic deposit of $20.00 was made",
    )  # fmt: skip


def test_refunds_are_told() -> None:
    sessions = house()
    ledger, notices = sessions.terms.ledger, Notices(sessions.terms.ledger)
    session = talking(sessions)
    session.hang_up(NOON_MS + 60_000)
    notices.look("fam-1", at=NOON_MS + 60_000)
    ledger.request_refund("c-1", why="noise", at=NOON_MS + 61_000, request_id="r-1")
    assert kinds(notices.look("fam-1", at=NOON_MS + 61_000)) == ["refund_asked"]
    ledger.decide_refund("r-1", approve=True, at=NOON_MS + 62_000)
    (told,) = notices.look("fam-1", at=NOON_MS + 62_000)
    assert (told.kind, told.text) == ("refund_approved", "$0.60 went back to the account")


def test_what_was_there_before_is_no_news() -> None:
    sessions = house("3.00")
    ledger = sessions.terms.ledger
    talking(sessions).hang_up(NOON_MS + 60_000)
    ledger.request_refund("c-1", why="noise", at=NOON_MS + 61_000, request_id="r-1")
    notices = Notices(ledger)
    assert kinds(notices.look("fam-1", at=NOON_MS + 61_000)) == ["low_balance"]


def test_an_account_may_have_a_limit_of_its_own() -> None:
    ledger = house("3.00").terms.ledger
    notices = Notices(ledger)
    notices.set_low("fam-1", "2.00")
    assert notices.look("fam-1", at=NOON_MS) == ()
    notices.set_low("fam-1", None)
    assert kinds(notices.look("fam-1", at=NOON_MS)) == ["low_balance"]


def test_what_was_told_is_not_told_again_after_a_restart() -> None:
    ledger = house("3.00").terms.ledger
    notices = Notices(ledger)
    notices.set_low("fam-1", "4.00")
    assert notices.look("fam-1", at=NOON_MS)
    again = Notices(ledger)
    again.load(notices.save())
    assert again.look("fam-1", at=NOON_MS + 1) == ()
    assert again.save() == notices.save()
    with pytest.raises(InputTypeError):
        again.load("text")  # type: ignore[arg-type]
    for wrong in (b"", b"[]", b"{}", b'{"own":{"a":"x"},"seen":{}}'):
        with pytest.raises(InputError, match="no state of notices"):
            again.load(wrong)


def test_an_account_that_is_not_there() -> None:
    notices = Notices(house().terms.ledger)
    with pytest.raises(Unknown):
        notices.look("nobody", at=NOON_MS)
