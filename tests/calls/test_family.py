"""A family's account as the family sees it, from the token to the refund."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from tests.calls.house import NOON_MS, house, talking

from securecall.calls.directory import Directory
from securecall.calls.family import Families, FamilyAccount
from securecall.calls.number_review import NumberReviews
from securecall.calls.profile import Profiles
from securecall.calls.sessions import Sessions
from securecall.errors import InputError, Unknown

NUMBER, OTHER = "+17135550123", "+17135550124"


@pytest.fixture(autouse=True)
def _quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    cost = {"n": 2, "r": 1, "p": 1, "dklen": 32}
    monkeypatch.setattr("securecall.calls.token_hash._COST", cost)


def families(sessions: Sessions, **parts: Any) -> Families:
    numbers = count(10_000_000)
    profiles = Profiles(token=lambda: f"{next(numbers)}")
    return Families(sessions.terms.ledger, sessions.terms.tariff, profiles, **parts)


def ana(known: Families) -> FamilyAccount:
    sent = known.set_up("ana", facility="f", number=NUMBER, at=NOON_MS, account="ana-money")
    account = known.of("ana")
    assert account.confirm(NUMBER, sent.token, at=NOON_MS + 1_000) == "ok"
    return account


def test_from_the_token_to_the_refund() -> None:
    sessions = house()
    known = families(sessions)
    account = ana(known)
    ledger = known.ledger
    assert ledger.account_of(NUMBER) == "ana-money"

    sent = account.add_number(OTHER, at=NOON_MS + 2_000)
    assert account.confirm(OTHER, "00000000", at=NOON_MS + 3_000) == "wrong_token"
    assert ledger.account_of(OTHER) is None
    assert account.confirm(OTHER, sent.token, at=NOON_MS + 3_000) == "ok"
    assert account.confirm(OTHER, sent.token, at=NOON_MS + 3_001) == "verified"
    assert (account.profile.numbers, ledger.account_of(OTHER)) == ((NUMBER, OTHER), "ana-money")

    quoted = account.quote(at=NOON_MS + 4_000, pays="25.00")
    assert account.fund(quoted, at=NOON_MS + 5_000, request_id="p-1").credited == Decimal(25)
    assert account.limit("2.00", at=NOON_MS + 6_000).ok
    assert account.reload(below="5.00", amount="20.00", at=NOON_MS + 6_000).ok

    session = talking(
        sessions, at_ms=NOON_MS + 10_000, wants={"number": OTHER, "accounts": ("ana-money",)}
    )
    assert session.cutoff_ms == NOON_MS + 210_000  # the spending limit, not the balance
    session.hang_up(NOON_MS + 70_000)
    assert account.balance().available == Decimal("24.400000")

    asked = account.ask_refund("c-1", why="noise", at=NOON_MS + 80_000, request_id="r-1")
    assert (asked.state, account.refunds()) == ("pending", (asked,))
    ledger.decide_refund("r-1", approve=True, at=NOON_MS + 90_000)
    assert [each.state for each in account.refunds()] == ["approved"]

    page = account.statement(through=NOON_MS + 100_000)
    assert page.statement.closing_balance == Decimal("25.000000")
    assert [each.kind for each in page.lines] == ["deposit", "charge", "refund"]
    assert account.statements() == (page,)
    with pytest.raises(InputError, match="no statement of 'ana-money' can end there: late"):
        account.statement(through=NOON_MS + 99_000)


def test_a_call_of_another_account_is_nobody_elses_business() -> None:
    sessions = house()
    account = ana(families(sessions))
    talking(sessions).hang_up(NOON_MS + 30_000)
    with pytest.raises(Unknown, match="no call has the id 'c-1'"):
        account.ask_refund("c-1", why="?", at=NOON_MS + 40_000, request_id="r-1")


def test_a_host_that_failed_between_the_two_files_does_it_again() -> None:
    sessions = house()
    known = families(sessions)
    sent = known.set_up("ana", facility="f", number=NUMBER, at=NOON_MS)
    # The profile's file has it, and the process dies before the ledger does.
    assert known.profiles.verify("ana", NUMBER, sent.token, at=NOON_MS + 1_000) == "ok"
    account = known.of("ana")
    for later in (2_000, 3_000):
        assert account.confirm(NUMBER, sent.token, at=NOON_MS + later) == "verified"
    assert known.ledger.account_of(NUMBER) == "ana"


def test_a_number_that_comes_back_calls_on_its_account_again() -> None:
    sessions = house()
    known = families(sessions)
    account = ana(known)
    theirs = known.set_up("bob", facility="f", number=NUMBER, at=NOON_MS + 2_000)
    assert known.of("bob").confirm(NUMBER, theirs.token, at=NOON_MS + 3_000) == "ok"
    assert known.ledger.account_of(NUMBER) == "bob"
    back = account.add_number(NUMBER, at=NOON_MS + 4_000)
    assert account.confirm(NUMBER, back.token, at=NOON_MS + 5_000) == "ok"
    assert known.ledger.account_of(NUMBER) == "ana-money"


def test_a_number_that_its_holder_blocked_is_unblocked_by_a_review() -> None:
    directory = Directory()
    directory.block(NUMBER, kind="customer", at=NOON_MS, by="desk", why="pressed 7")
    sessions = house()
    account = ana(families(sessions, reviews=NumberReviews(directory)))
    with pytest.raises(InputError, match="must be verified first"):
        account.ask_unblock(OTHER, why="mother", at=NOON_MS + 5_000)
    review = account.ask_unblock(NUMBER, why="we talked", at=NOON_MS + 5_000)
    assert (review.state, [each.kind for each in review.evidence]) == ("open", ["consent"])
    reviews = account.families.reviews
    assert reviews is not None
    reviews.decide(review.id, granted=True, at=NOON_MS + 9_000, by="lt-3", because="she asked")
    assert [each.state for each in account.reviews()] == ["granted"]
    assert not directory.facts("p-1", NUMBER, NOON_MS + 9_000).customer


def test_what_cannot_be() -> None:
    sessions = house()
    known = families(sessions)
    with pytest.raises(InputError, match="the tariff has no facility 'g'"):
        known.set_up("ana", facility="g", number=NUMBER, at=NOON_MS)
    with pytest.raises(Unknown):
        known.of("ana")
    account = ana(known)
    with pytest.raises(InputError, match="nobody reviews"):
        account.ask_unblock(NUMBER, why="x", at=NOON_MS)
    assert account.reviews() == ()
