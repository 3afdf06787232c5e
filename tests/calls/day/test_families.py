"""Families: money that comes in, goes out and is disputed, in ledger and books alike."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.calls.day.days import quiet, world

from securecall.calls.day.caller import Caller, caller_of
from securecall.calls.day.families import Families
from securecall.calls.day.world import World

CALLERS = 300


def families(**changes: Any) -> tuple[World, Families]:
    made = world(callers=CALLERS, **changes)
    return made, Families(made, lambda at_ms: None)


def a_caller(kind: str, least: int = 40, **wants: Any) -> Caller:
    """Return a caller whose family pays so."""
    setting = quiet(callers=CALLERS)
    for number in range(least, CALLERS):
        caller = caller_of(setting, number)
        if caller.family.kind == kind and all(getattr(caller, k) == v for k, v in wants.items()):
            return caller
    raise AssertionError("no such caller among so many")


def agree(made: World) -> None:
    made.inspector.close(made.ledger)
    assert made.checks.broken == ()


def test_a_caller_is_enrolled_once_with_list_pin_and_account() -> None:
    made, desk = families()
    caller, at_ms = a_caller("prepaid", bill_type="prepaid"), made.setting.opens_ms
    desk.enrol(at_ms, caller)
    desk.enrol(at_ms + 1, caller)
    number = caller.family.numbers[0]
    assert made.directory.facts(caller.person, number, at_ms).approved
    assert made.directory.person(caller.person, at_ms).enrolled
    assert made.books.balance(caller.family.account) == caller.family.opening_cents * 10_000
    agree(made)


def test_a_new_family_sets_itself_up_and_pays_by_a_quote() -> None:
    made, desk = families()
    desk.enrol(made.setting.opens_ms, caller_of(made.setting, 0))
    assert made.tally.acts == {"profile set up": 1, "deposit": 1}
    assert made.books.flows["deposits"] == 12_000_000
    agree(made)


@pytest.mark.parametrize(("day", "fees"), [(date(2026, 5, 1), False), (date(2024, 3, 1), True)])
def test_deposits_have_the_fees_of_their_date(day: date, fees: bool) -> None:
    made, desk = families(day=day)
    account = a_caller("prepaid").family.account
    desk.enrol(made.setting.opens_ms, a_caller("prepaid"))
    for n in range(12):
        desk.deposit(made.setting.opens_ms + 1_000 * n, account)
    assert (made.books.flows["fees"] > 0) is fees
    rejected = made.tally.acts["deposit rejected: its fees would eat it"]
    assert made.tally.acts["deposit"] + rejected == 12
    agree(made)


@pytest.mark.parametrize("day", [date(2026, 5, 1), date(2024, 3, 1)])
@pytest.mark.parametrize("won", [True, False])
def test_a_chargeback_takes_back_and_gives_back(day: date, won: bool) -> None:
    made, desk = families(day=day)
    at_ms, account = made.setting.opens_ms, a_caller("prepaid").family.account
    desk.enrol(at_ms, a_caller("prepaid"))
    before = made.books.balance(account)
    while made.books.flows["deposits"] == 0:
        desk.deposit(at_ms + 1_000, account)
    fees_micros = made.books.flows["fees"]
    desk.dispute(at_ms + 2_000, account, "d-1", fees_micros)
    assert made.books.balance(account) == before - 15_000_000
    desk.dispute_ended(at_ms + 3_000, account, "cb:d-1", fees_micros, won)
    assert (made.books.balance(account) > before) is won
    agree(made)


def test_what_is_taken_out_is_gone() -> None:
    made, desk = families()
    at_ms, account = made.setting.opens_ms, a_caller("prepaid").family.account
    desk.enrol(at_ms, a_caller("prepaid"))
    desk.withdraw(at_ms + 1, account)
    assert made.books.flows["withdrawals"] > 0
    agree(made)


def test_who_is_released_is_paid_out_and_calls_no_more() -> None:
    made, desk = families()
    caller = a_caller("prepaid", bill_type="inmate_debit")
    at_ms, (account,) = made.setting.opens_ms, caller.accounts
    desk.enrol(at_ms, caller)
    desk.release(at_ms + 1, account, caller.person)
    assert made.books.balance(account) == 0
    assert made.books.is_closed(account)
    assert not made.directory.person(caller.person, at_ms + 2).enrolled
    assert made.tally.acts["release and payout"] == 1
    agree(made)


def test_a_bill_is_paid_only_where_something_is_owed() -> None:
    made, desk = families()
    caller, at_ms = a_caller("direct_bill"), made.setting.opens_ms
    desk.enrol(at_ms, caller)
    desk.pay(at_ms + 1, caller.family.account)
    assert made.books.flows["payments"] == 0
    agree(made)


@pytest.mark.parametrize("says", [True, False, None])
def test_an_automatic_deposit_is_credited_once(says: bool | None) -> None:
    made, desk = families()
    at_ms, account = made.setting.opens_ms, "fam-200"
    made.ledger.open_account(account, kind="prepaid", at=at_ms, opening="0.50")
    made.books.open(account, 500_000)
    made.ledger.set_auto_reload(account, below="1.00", amount="5.00", at=at_ms)
    made.ledger.settle_due(at=at_ms + 1)
    (asked,) = made.ledger.reloads(account)
    desk.reloaded(at_ms + 5_000, account, asked.id, says, asked.amount_micros)
    while made.agenda.next_ms is not None:
        made.agenda.run_next()
    assert made.tally.acts["automatic deposit"] == (0 if says is False else 1)
    agree(made)


def test_each_wish_for_an_automatic_deposit_is_answered_once() -> None:
    made, desk = families()
    at_ms, account = made.setting.opens_ms, "fam-200"
    made.ledger.open_account(account, kind="prepaid", at=at_ms, opening="0.50")
    made.ledger.set_auto_reload(account, below="1.00", amount="5.00", at=at_ms)
    made.ledger.settle_due(at=at_ms + 1)
    desk.look_for_reloads(at_ms + 2, account)
    desk.look_for_reloads(at_ms + 3, account)
    assert len(made.agenda) == 1
