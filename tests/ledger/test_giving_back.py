"""Refunds, their requests and reviews, and chargebacks."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.pricing import Flat, curve_of
from tests.ledger.small_book import TWICE_TAXED, taxed_call
from tests.ledger.table import T0, check

from securecall.errors import InputError, Unknown
from securecall.ledger.ledger import Ledger


def test_a_full_refund_reverses_every_part_and_goes_back_last_first(ledger: Ledger) -> None:
    taxed_call(ledger, split=True)
    before = ledger.call("c")
    found = ledger.refund("c", at=T0 + 300_000)
    assert found.refunded == before.charged
    assert found.parts == before.parts
    assert found.by_account == {"b": before.by_account["b"], "a": before.by_account["a"]}
    assert list(found.by_account) == ["b", "a"]
    assert ledger.balance("a").posted == Decimal("0.5")
    assert ledger.balance("b").posted == 5
    assert ledger.refund("c", at=T0 + 300_001).code == "nothing_left"


def test_a_part_reverses_tax_in_proportion_rounded_down(ledger: Ledger) -> None:
    taxed_call(ledger)
    call = ledger.call("c")
    found = ledger.refund("c", policy="amount", amount="0.10", at=T0 + 300_000)
    for name, part in call.parts.items():
        if name != "revenue":
            share = int(part * 1_000_000) * 100_000 // int(call.charged * 1_000_000)
            assert found.parts[name] == Decimal(share) / 1_000_000
    assert sum(found.parts.values()) == found.refunded == Decimal("0.1")
    assert ledger.call("c").refunded == Decimal("0.1")


@settings(max_examples=40)
@given(
    st.lists(st.integers(1, 400_000), max_size=6), st.sampled_from([0, 1, 60_000, 61_000, 130_000])
)
def test_refunds_in_any_pieces_give_back_the_whole_and_no_more(
    pieces: list[int], until_ms: int
) -> None:
    ledger = Ledger.open("memory:")
    taxed_call(ledger)
    call = ledger.call("c")
    sums: dict[str, Decimal] = {}
    answers = []
    at = T0 + 300_000
    for number, piece in enumerate(pieces):
        at += 1
        if number == 2:
            answers.append(ledger.refund("c", policy="rerate", until_ms=until_ms, at=at))
        amount = Decimal(piece) / 1_000_000
        answers.append(ledger.refund("c", policy="amount", amount=amount, at=at))
    answers.append(ledger.refund("c", at=at + 1))
    for answer in answers:
        assert answer.code in ("ok", "refund_exceeds_charge", "nothing_left")
        for name, part in answer.parts.items():
            assert part >= 0
            sums[name] = sums.get(name, Decimal(0)) + part
    assert sums == call.parts
    assert ledger.balance("a").posted + ledger.balance("b").posted == Decimal("5.5")
    assert ledger.verify().ok


def test_rerating_leaves_what_the_call_would_have_cost(ledger: Ledger) -> None:
    taxed_call(ledger)
    curve = curve_of(TWICE_TAXED, T0)
    found = ledger.refund("c", policy="rerate", until_ms=65_000, at=T0 + 300_000)
    assert ledger.call("c").charged - found.refunded == curve.total(120_000)
    left = {name: part - found.parts[name] for name, part in ledger.call("c").parts.items()}
    assert {name: int(part * 1_000_000) for name, part in left.items()} == curve.parts_micros(
        120_000
    )
    again = ledger.refund("c", policy="rerate", until_ms=60_000, at=T0 + 300_001)
    assert again.refunded == curve.total(120_000) - curve.total(60_000)
    assert (
        ledger.refund("c", policy="rerate", until_ms=90_000, at=T0 + 300_002).code == "nothing_left"
    )


def test_a_refund_saves_a_running_call(ledger: Ledger) -> None:
    check(
        ledger,
        """
        0    open       alice prepaid              ok
        0    deposit    alice 0.63                 ok
        0    start      c1 alice 0.21/60           cutoff 180
        30   hangup     c1                         hangup 30 0.21
        40   start      c2 alice 0.21/60           cutoff 160
        50   refund     c2 full                    call_running
        50   refund     c1 full                    0.21
        50   call       c2                         running 0.21
        220  settle                                c2
        220  call       c2                         balance 220 0.63
        """,
    )


def test_a_request_waits_for_review_and_is_decided_once(ledger: Ledger) -> None:
    taxed_call(ledger)
    asked = ledger.request_refund(
        "c", why="no sound", until_ms=65_000, at=T0 + 300_000, request_id="q"
    )
    assert (asked.state, asked.rule, asked.refunded) == ("pending", "review", 0)
    assert ledger.call("c").refunded == 0
    given_ = ledger.decide_refund("q", approve=True, at=T0 + 300_001)
    assert given_.state == "approved"
    assert ledger.call("c").refunded == given_.refunded > 0
    assert ledger.decide_refund("q", approve=False, at=T0 + 300_002).code == "already_decided"
    with pytest.raises(Unknown, match="refund request"):
        ledger.decide_refund("zzz", approve=True, at=T0 + 300_003)


def test_a_denied_request_moves_nothing(ledger: Ledger) -> None:
    taxed_call(ledger)
    ledger.request_refund("c", why="no sound", at=T0 + 300_000, request_id="q")
    assert ledger.decide_refund("q", approve=False, at=T0 + 300_001).state == "denied"
    assert ledger.call("c").refunded == 0


def test_an_automatic_rule_decides_at_once_and_is_kept(ledger: Ledger) -> None:
    taxed_call(ledger)
    found = ledger.request_refund(
        "c", why="media lost", until_ms=65_000, rule="media_lost", at=T0 + 300_000, request_id="q"
    )
    assert (found.state, found.rule) == ("approved", "media_lost")
    assert ledger.call("c").refunded == found.refunded


def test_a_chargeback_takes_fees_back_too_and_a_won_one_restores_all(ledger: Ledger) -> None:
    from tests.ledger.scenario import Quote

    ledger.open_account("a", at=T0)
    quote = Quote.of(10_000_000, [{"name": "card", "flat": 3_000_000}])
    ledger.deposit("a", "10.00", at=T0, fees=quote, request_id="d")
    before = ledger.totals()
    taken = ledger.chargeback("d", fee="15", at=T0 + 1, request_id="cb")
    assert taken.debited == 22
    assert ledger.balance("a").posted == -15
    assert ledger.totals()["*cash"] == 0
    assert ledger.chargeback("d", at=T0 + 2, request_id="cb2").code == "already_decided"
    assert ledger.chargeback_result("cb", won=True, at=T0 + 3).state == "won"
    after = ledger.totals()
    assert after.pop("*fee:chargeback") == 0
    assert after == before
    with pytest.raises(Unknown, match="deposit"):
        ledger.chargeback("nothing", at=T0 + 4, request_id="cb3")
    with pytest.raises(Unknown, match="chargeback"):
        ledger.chargeback_result("nothing", won=True, at=T0 + 4)


def test_a_lost_chargeback_stays(ledger: Ledger) -> None:
    ledger.open_account("a", at=T0)
    ledger.deposit("a", "10.00", at=T0, request_id="d")
    ledger.chargeback("d", at=T0 + 1, request_id="cb")
    assert ledger.chargeback_result("cb", won=False, at=T0 + 2).state == "lost"
    assert ledger.balance("a").posted == 0
    assert ledger.start_call("c", ["a"], Flat(), at=T0 + 3).refused


def test_a_request_settles_what_fell_due_once(ledger: Ledger) -> None:
    taxed_call(ledger)
    ledger.start_call("d", ["a", "b"], Flat(), at=T0 + 210_000, max_ms=60_000)
    found = ledger.request_refund(
        "c", why="no sound", rule="dropped", at=T0 + 300_000, request_id="q"
    )
    assert found.state == "approved"
    charges = [entry for entry in ledger.iter_entries() if entry.kind == "charge"]
    assert sum(1 for entry in charges if entry.ref == "d") == 1
    total = ledger.balance("a").posted + ledger.balance("b").posted
    assert total == Decimal("5.5") - Decimal("0.21")


def test_rerating_reverses_a_tax_that_stays_by_nothing(ledger: Ledger) -> None:
    second = {
        **TWICE_TAXED,
        "initial_ms": 1_000,
        "increment_ms": 1_000,
        "taxes": TWICE_TAXED["taxes"][:1],
    }
    ledger.open_account("a", at=T0, opening="5")
    ledger.start_call("c", ["a"], curve_of(second, T0), at=T0)
    ledger.end_call("c", at=T0 + 57_000)
    assert ledger.call("c").parts["tax:ny"] == Decimal("0.02")
    found = ledger.refund("c", policy="rerate", until_ms=54_000, at=T0 + 60_000)
    assert found.parts == {"revenue": Decimal("0.0105"), "tax:ny": 0}


def test_a_request_for_the_whole_call_is_approved_in_full_or_in_part(ledger: Ledger) -> None:
    taxed_call(ledger)
    ledger.request_refund("c", why="wrong number", at=T0 + 300_000, request_id="q1")
    ledger.request_refund("c", why="no sound", at=T0 + 300_000, request_id="q2")
    with pytest.raises(InputError, match="names no until_ms"):
        ledger.decide_refund("q1", approve=True, policy="rerate", at=T0 + 300_001)
    part = ledger.decide_refund("q1", approve=True, policy="amount", amount="0.10", at=T0 + 300_001)
    assert part.refunded == Decimal("0.1")
    rest = ledger.decide_refund("q2", approve=True, at=T0 + 300_002)
    assert rest.refunded == ledger.call("c").charged - Decimal("0.1")
