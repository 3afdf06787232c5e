"""The judge of the ledger, judged by hand."""

from __future__ import annotations

from tests.oracles.ledger import Price, draw, simulate

START_MS = 1_767_625_200_000
SEVEN_CENTS = {"rates": [[0, 70_000]], "initial_ms": 1_000, "increment_ms": 1_000}


def case(*events: dict[str, object], balance: int = 420_000) -> dict[str, object]:
    tariff = {"rates": [[0, 210_000]], "initial_ms": 60_000, "increment_ms": 60_000}
    accounts = {"a": {"type": "prepaid", "balance": balance}}
    return {"accounts": accounts, "tariffs": {"t": tariff}, "events": list(events)}


def start(call: str, at: int) -> dict[str, object]:
    return {"at": at, "type": "call_start", "call": call, "tariff": "t", "funding": ["a"]}


def test_the_cumulative_price_is_rounded_and_not_each_increment() -> None:
    price = Price(SEVEN_CENTS, START_MS)
    assert price.total(3_000) == 3_500
    assert price.total(1_000) == 1_167
    assert price.total(8_571_000) == 9_999_500


def test_an_increment_that_is_cut_costs_its_part() -> None:
    assert Price(SEVEN_CENTS, START_MS).total(600) == 700


def test_a_window_takes_over_where_an_increment_begins() -> None:
    window = {"from": "15:01", "to": "16:00", "rates": [[0, 600_000]]}
    tariff = {**SEVEN_CENTS, "initial_ms": 90_000, "increment_ms": 60_000, "windows": [window]}
    price = Price(tariff, START_MS)
    assert price.total(90_000) == 105_000
    assert price.total(150_000) == 705_000


def test_two_calls_share_what_there_is_and_the_older_goes_first() -> None:
    told = simulate(case(start("one", 0), start("two", 0), balance=630_000), START_MS)
    assert told["calls"]["one"]["end_ms"] == 120_000
    assert told["calls"]["two"]["end_ms"] == 60_000
    assert told["available"] == {"a": 0}


def test_one_micro_dollar_short_is_never_connected() -> None:
    told = simulate(case(start("one", 0), balance=209_999), START_MS)
    assert told["calls"]["one"]["reason"] == "refused"


def test_a_hangup_on_a_boundary_owes_nothing_more() -> None:
    hangup = {"at": 60_000, "type": "hangup", "call": "one"}
    told = simulate(case(start("one", 0), hangup), START_MS)
    assert (told["calls"]["one"]["total"], told["available"]["a"]) == (210_000, 210_000)


def test_a_drawn_case_is_the_same_for_the_same_seed() -> None:
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)
