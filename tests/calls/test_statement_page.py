"""A statement as its holder reads it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.calls.house import NOON_MS, by_minute, house, talking
from tests.calls.test_funding import CARD
from tests.harris import tariff

from securecall.calls.funding import fund, quote
from securecall.calls.statement_page import StatementPage, statement_page
from securecall.ledger.ledger import Ledger

TAXES = """
[[tax]]
id = "state"
percent = "6.25"
base = "net"
"""


def adds_up(page: StatementPage) -> None:
    made = page.statement
    moved = sum((each.amount for each in page.lines), Decimal(0))
    assert made.opening_balance + moved == made.closing_balance


def test_every_line_and_that_it_adds_up() -> None:
    sessions = house("0", by_minute("0.60"))
    terms = sessions.terms
    ledger = terms.ledger
    quoted = quote(tariff(tail=CARD), facility="f", at=NOON_MS, pays="25.00")
    fund(ledger, "fam-1", quoted, at=NOON_MS, request_id="p-1")
    talking(sessions).hang_up(NOON_MS + 90_000)
    ledger.refund("c-1", at=NOON_MS + 100_000, policy="amount", amount="0.10")
    talking(sessions, "c-2", at_ms=NOON_MS + 200_000)
    made = ledger.statement("fam-1", through=NOON_MS + 230_000)
    page = statement_page(ledger, made)
    adds_up(page)
    assert [(each.kind, each.amount) for each in page.lines] == [
        ("deposit", Decimal("25.000000")), ("fee", -quoted.fees),
        ("charge", Decimal("-1.200000")), ("refund", Decimal("0.100000")),
    ]  # fmt: skip
    text = page.text()
    assert "call to +17135550123, 2:00 billed" in text
    assert "fee card on p-1" in text
    assert "held by calls that go on" in text


def test_a_later_period_begins_where_the_earlier_ended() -> None:
    sessions = house("10.00")
    ledger = sessions.terms.ledger
    talking(sessions).hang_up(NOON_MS + 60_000)
    first = statement_page(ledger, ledger.statement("fam-1", through=NOON_MS + 60_000))
    talking(sessions, "c-2", at_ms=NOON_MS + 61_000).hang_up(NOON_MS + 121_000)
    second = statement_page(ledger, ledger.statement("fam-1", through=NOON_MS + 200_000))
    adds_up(first)
    adds_up(second)
    assert [each.ref for each in first.lines] == ["d-0", "c-1"]
    assert [each.ref for each in second.lines] == ["c-2"]
    assert second.statement.opening_balance == first.statement.closing_balance


def test_what_comes_late_has_a_line_of_its_own() -> None:
    sessions = house("10.00", by_minute("0.60"))
    ledger = sessions.terms.ledger
    talking(sessions, max_ms=300_000)
    ledger.settle_due(at=NOON_MS + 301_000)
    ledger.statement("fam-1", through=NOON_MS + 302_000)
    ledger.end_call("c-1", at=NOON_MS + 65_000)  # a late report: three minutes come back
    page = statement_page(ledger, ledger.statement("fam-1", through=NOON_MS + 400_000))
    adds_up(page)
    assert page.statement.closing_balance == Decimal("8.800000")


@pytest.mark.parametrize("opening", ["5.00", "0"])
def test_an_opening_balance_is_no_line(opening: str) -> None:
    ledger = Ledger.open("memory:")
    ledger.open_account("old", at=NOON_MS, opening=opening)
    page = statement_page(ledger, ledger.statement("old", through=NOON_MS + 1))
    adds_up(page)
    assert page.lines == ()


def test_taxes_are_no_lines_of_their_own() -> None:
    ledger = Ledger.open("memory:")
    ledger.open_account("fam-1", at=NOON_MS, opening="5.00")
    priced = tariff(by_minute("0.60"), tail=TAXES)
    from tests.harris import call

    ledger.start_call("c-1", ["fam-1"], priced.curve(call(0)), at=NOON_MS)
    ledger.end_call("c-1", at=NOON_MS + 60_000)
    page = statement_page(ledger, ledger.statement("fam-1", through=NOON_MS + 60_000))
    adds_up(page)
    assert [(each.text, each.amount) for each in page.lines] == [
        ("call to c-1, 1:00 billed", Decimal("-0.640000"))
    ]
