"""Fees that the rules of some date forbid or bound, each with a payment that is quoted."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rating.deposits import deposits, stacks, written
from tests.rating.lint.small import found, only, rate, small, told
from tests.strategies import toml_of

from securecall.errors import AmountOverflow, FeesExceedDeposit
from securecall.rating.lint import Finding, Payment
from securecall.rating.lint.charges import payment_of
from securecall.rating.tariff import Tariff


def fee(*lines: str, kind: str = "automated_payment", flat: str = "3.95") -> Tariff:
    text = "\n".join(["[[fee]]", 'id = "e"', f'kind = "{kind}"', f'flat = "{flat}"', *lines])
    return small(rate("r"), tail=text)


def payment(finding: Finding) -> Payment:
    assert isinstance(finding.witness, Payment)
    return finding.witness


def test_a_fee_that_the_date_forbids_is_an_error_with_a_deposit_of_which_it_takes_nothing() -> None:
    tariff = fee()
    finding = only(tariff, "fee_forbidden")
    assert finding.severity == "error"
    assert finding.message.startswith(
        'fee "e" (automated_payment) is forbidden at f, such as on 2026-04-06 00:00: of $3.95 on a '
        "payment of $25.00 by card over web nothing is left; FCC2025"
    )
    shown = payment(finding)
    quote = tariff.quote_deposit(
        shown.amount, facility="f", method=shown.method, channel=shown.channel, at=shown.at
    )
    assert (quote.credited, quote.removed) == (Decimal("25.00"), Decimal("3.95"))


def test_a_fee_above_its_cap_is_an_error_and_one_at_it_is_none() -> None:
    # 47 CFR 64.6020 (2015): automated payments at most $3.00.
    when = {"since": date(2019, 1, 1), "until": date(2019, 2, 1)}
    finding = only(fee(), "fee_capped", **when)
    assert finding.severity == "error"
    assert "is held to $3.00 at f, such as on 2019-01-01 00:00: a payment of $25.00" in (
        finding.message
    )
    assert "would pay $3.95; FCC2015_fees: 47 CFR 64.6020" in finding.message
    assert found(fee(flat="3.00"), **when) == []


def test_a_percent_may_break_a_cap_only_on_a_large_payment_and_that_one_is_shown() -> None:
    # 2 % reaches $3.00 at $150: of the amounts tried, $1 000 is the first that shows it.
    when = {"since": date(2019, 1, 1), "until": date(2019, 2, 1)}
    finding = only(fee('percent = "2"', flat="0"), "fee_capped", **when)
    assert payment(finding).amount == Decimal("1000.00")
    assert "would pay $20.00" in finding.message


def test_a_third_party_s_fee_is_a_note_that_it_must_be_passed_through() -> None:
    when = {"since": date(2019, 1, 1), "until": date(2019, 2, 1)}
    [(code, severity, message)] = told(fee(kind="third_party_transfer"), **when)
    assert (code, severity) == ("fee_pass_through", "note")
    assert 'fee "e" (third_party_transfer) must be another\'s fee, without markup, at f' in message


def test_each_rule_that_a_fee_meets_over_the_years_is_told_once() -> None:
    findings = found(fee(), since=date(2019, 1, 1), until=date(2027, 1, 1))
    said = [(one.code, payment(one).at.year) for one in findings]
    assert ("fee_capped", 2019) in said
    assert ("fee_capped", 2020) in said
    assert ("fee_forbidden", 2025) in said
    assert ("fee_forbidden", 2026) in said
    assert len({one.message for one in findings}) == len(findings)


def test_machines_and_people_may_be_held_to_different_caps() -> None:
    # Since 2023-01-09 transfers cost at most $3.00 by machine and $5.95 through a person.
    when = {"since": date(2023, 2, 1), "until": date(2023, 3, 1)}
    tariff = fee(kind="third_party_transfer", flat="4.00")
    assert payment(only(tariff, "fee_capped", **when)).channel == "web"
    tariff = fee('channels = ["agent"]', kind="third_party_transfer", flat="4.00")
    assert [one for one in found(tariff, **when) if one.code == "fee_capped"] == []


def test_the_witness_pays_by_the_fee_s_own_words() -> None:
    shown = payment(only(fee('methods = ["cash"]', 'channels = ["kiosk"]'), "fee_forbidden"))
    assert (shown.method, shown.channel) == ("cash", "kiosk")


def test_a_fee_of_a_single_call_is_shown_by_a_call() -> None:
    tariff = fee('mode = "add"', kind="single_call", flat="13.19")
    finding = only(tariff, "fee_forbidden")
    shown = payment(finding)
    assert shown.call is not None
    assert "of $13.19 on a call by card" in finding.message
    assert tariff.quote_single_call(shown.call).removed == Decimal("13.19")


def test_facilities_that_a_rule_holds_for_alike_are_told_together() -> None:
    second = '[[facility]]\nid = "g"\nkind = "prison"\nstate = "TX"\n'
    second += 'timezone = "America/Chicago"\ncontract = "c"\n'
    text = '[[fee]]\nid = "e"\nkind = "paper_bill"\nflat = "2.00"\n'
    finding = only(small(rate("r"), facility=second, tail=text), "fee_forbidden")
    assert "is forbidden at f and g, such as on" in finding.message


def test_a_fee_that_is_in_force_at_no_time_is_unused() -> None:
    [(code, severity, message)] = told(fee("effective_to = 2019-01-01"))
    assert (code, severity) == ("unused_fee", "note")
    assert message == 'fee "e" is met by no payment: it is in force at no time looked at'


def test_a_fee_of_an_unregulated_facility_is_as_it_is() -> None:
    text = '[[fee]]\nid = "e"\nkind = "automated_payment"\nflat = "3.95"\n'
    assert found(small(rate("r"), tail=text, regulation="none")) == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((), ("card", "web")),
        (('methods = ["check", "cash"]',), ("cash", "web")),
        (('channels = ["web"]',), ("card", "web")),
    ],
)
def test_an_ordinary_payment_that_meets_a_fee(
    lines: tuple[str, ...], words: tuple[str, str]
) -> None:
    [here] = fee(*lines).document.fees
    at = payment_of(here, "f", 1_777_658_400_000)
    assert (at.method, at.channel) == words
    assert (at.amount, at.at) == (Decimal("25.00"), datetime(2026, 5, 1, 18, tzinfo=UTC))


def test_a_fee_on_a_fee_that_only_cash_meets_is_shown_by_a_payment_in_cash() -> None:
    first = '[[fee]]\nid = "a"\nkind = "paper_bill"\nmethods = ["cash"]\nflat = "2.00"\n'
    then = '[[fee]]\nid = "b"\nkind = "automated_payment"\npercent = "200"\nbase = "a"\n'
    when = {"since": date(2019, 1, 1), "until": date(2019, 2, 1)}
    finding = only(small(rate("r"), tail=first + then), "fee_capped", **when)
    assert payment(finding).method == "cash"
    assert "would pay $4.00" in finding.message


@settings(max_examples=30)
@given(stacks(), st.data())
def test_what_the_rules_take_off_any_deposit_is_told_of_its_facility(
    doc: dict[str, Any], data: st.DataObject
) -> None:
    tariff = Tariff.loads(toml_of(doc))
    findings = found(tariff, since=date(2016, 1, 1), until=date(2027, 1, 1))
    told_of = [
        (match[1], match[2], one.message)
        for one in findings
        if one.code in ("fee_forbidden", "fee_capped")
        for match in [re.match(r'fee "(\w+)" .* at (.*), such as on', one.message)]
        if match is not None
    ]
    unused = {one.where.key for one in findings if one.code == "unused_fee"}
    keys = {fee.id: fee.where.key for fee in tariff.document.fees}
    for _ in range(6):
        deposit = data.draw(deposits(doc, bad=False))
        try:
            quote = tariff.quote_deposit(
                written(deposit["amount"]), facility=deposit["facility"], at=deposit["at_ms"],
                method=deposit["method"], channel=deposit["channel"],
            )  # fmt: skip
        except (FeesExceedDeposit, AmountOverflow):
            continue
        for line in quote.lines:
            assert keys[line.id] not in unused
            rule = line.citation.replace("; channel not given, the strictest holds", "")
            assert not line.removed_micros or any(
                fee == line.id and deposit["facility"] in facilities and rule in message
                for fee, facilities, message in told_of
            )
