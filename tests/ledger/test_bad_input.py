"""Bad input at every door of the ledger: it is refused with the rule, and nothing moves."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.small_book import fill
from tests.ledger.table import T0

from securecall.errors import AmountOverflow, InputError, InputTypeError, SecurecallError, Unknown
from securecall.ledger.ledger import Ledger

NOW = T0 + 300_000
# Every method that writes, with arguments that it takes.
WRITES: dict[str, dict[str, Any]] = {
    "open_account": {"account": "new", "kind": "direct_bill", "credit_limit": "5", "numbers": []},
    "deposit": {"account": "two", "amount": "1"},
    "withdraw": {"account": "two", "amount": "0.01"},
    "pay": {"account": "bill", "amount": "0.01"},
    "transfer": {"source": "two", "target": "three", "amount": "0.01"},
    "set_credit_limit": {"account": "bill", "amount": "8"},
    "start_call": {
        "call_id": "c9", "accounts": ["two"], "curve": Flat(), "max_ms": 60_000,
        "about": {"host": "one"},
    },
    "end_call": {"call_id": "c1"},
    "recover": {"call_id": "c1", "last_alive_ms": NOW - 5},
    "settle_due": {},
    "refund": {"call_id": "c1", "policy": "amount", "amount": "0.01"},
    "request_refund": {"call_id": "c1", "why": "noise", "until_ms": 5},
    "decide_refund": {
        "refund_request_id": "asked", "approve": True, "policy": "amount", "amount": "0.01",
    },
    "chargeback": {"deposit_request_id": "d2", "fee": "1"},
    "chargeback_result": {"chargeback_id": "cb", "won": True},
    "statement": {"account": "two", "through": NOW - 1},
    "late_fee": {"account": "owing", "percent": "1.5"},
    "inactivity": {"account": "two", "timezone": "UTC", "period_days": 180},
    "payout_failed": {"account": "é/2", "amount": "0.01"},
    "release": {"account": "two"},
    "touch": {"account": "two"},
    "link_number": {"number": "+17135550123", "account": "two"},
    "set_auto_reload": {
        "account": "two", "below": "1", "amount": "5", "daily_max": "20", "monthly_max": "50",
        "timezone": "UTC",
    },
    "set_spending_limit": {"account": "two", "amount": "5", "timezone": "UTC"},
    "reload_result": {"reload_id": "auto:three:1", "ok": True},
}  # fmt: skip
READS: dict[str, dict[str, Any]] = {
    "balance": {"account": "two", "at": NOW},
    "cutoffs": {"account": "two", "at": NOW},
    "warnings": {"account": "two", "at": NOW, "left_ms": 5},
    "call": {"call_id": "c1", "at": NOW},
    "entries": {"account": "two"},
    "iter_entries": {"account": "two"},
    "explain": {"call_id": "c1"},
    "export": {"path": "unused", "account": "two"},
    "draw": {"path": "unused", "account": "two"},
    "statements": {"account": "two"},
    "reloads": {"account": "two"},
    "next_reload": {"account": "two"},
    "account_of": {"number": "+1"},
    "about_call": {"call_id": "c1"},
    "refund_requests": {"account": "two"},
    "admits": {"accounts": ["two"], "curve": Flat(), "at": NOW, "max_ms": 60_000},
}
# They take nothing of these.
# What is posted in bulk has tables of its own: tests/ledger/posting.
POSTING = {"post_records", "posting", "check_records"}
OTHERS = POSTING | {
    "open", "close", "subscribe", "totals", "verify", "code_words", "running_calls", "news",
}  # fmt: skip
DOLLARS = {
    "amount", "opening", "credit_limit", "fee", "below", "daily_max", "monthly_max", "percent",
}  # fmt: skip
INSTANTS = {"at", "through", "last_alive_ms", "until_ms"}
IDS = {
    "account", "source", "target", "call_id", "deposit_request_id", "chargeback_id",
    "refund_request_id", "reload_id", "request_id", "number",
}  # fmt: skip
SOUGHT = IDS - {"request_id", "number"}
NEW = {("open_account", "account"), ("start_call", "call_id"), ("account_of", "number")}

Bad = list[tuple[Any, type[Exception], str]]
BAD_DOLLARS: Bad = [
    (1, InputTypeError, "must not be int"),
    (25.0, InputTypeError, "must not be float"),
    (float("nan"), InputTypeError, "must not be float"),
    (True, InputTypeError, "must not be bool"),
    (b"1", InputTypeError, "must not be bytes"),
    (["1"], InputTypeError, "must not be list"),
    ("NaN", InputError, "must be plain decimal digits"),
    ("1e3", InputError, "must be plain decimal digits"),
    ("\ud800", InputError, "must be plain decimal digits"),
    ("1" * 10_000, InputError, "must be plain decimal digits"),
    (Decimal("NaN"), InputError, "must be a finite number"),
    (Decimal("sNaN"), InputError, "must be a finite number"),
    (Decimal("-Infinity"), InputError, "must be a finite number"),
    (Decimal("1e-9999"), InputError, "must be a number of ordinary size"),
    (Decimal("1e999999"), InputError, "must be a number of ordinary size"),
    ("0.0000000000001", InputError, "must have at most "),
    ("-0.01", InputError, "or more|must be more than 0|must be whole cents above 0"),
    (Decimal("-0.01"), InputError, "or more|must be more than 0|must be whole cents above 0"),
]
BAD_AMOUNTS: Bad = [
    ("1000000000000", AmountOverflow, "is beyond 999 999 999 999.999999 dollars"),
    (Decimal("1e40"), AmountOverflow, "is beyond 999 999 999 999.999999 dollars"),
    ("0.0000001", InputError, "must have at most 6 decimals"),
]
FAR = timezone(timedelta(hours=14))
BAD_INSTANTS: Bad = [
    (datetime(2026, 5, 1), InputError, "must have a time zone"),
    (datetime(1969, 12, 31, tzinfo=UTC), InputError, "must be from 1970 to 2099"),
    (datetime(2100, 1, 1, tzinfo=UTC), InputError, "must be from 1970 to 2099"),
    (datetime.max.replace(tzinfo=UTC), InputError, "must be from 1970 to 2099"),
    (datetime.min.replace(tzinfo=FAR), InputError, "must be from 1970 to 2099"),
    (-1, InputError, "must be from 1970 to 2099"),
    (1 << 200, InputError, "must be from 1970 to 2099"),
    (True, InputTypeError, "must be an aware datetime or int epoch milliseconds"),
    (1.5, InputTypeError, "must be an aware datetime or int epoch milliseconds"),
    ("2026-05-01", InputTypeError, "must be an aware datetime or int epoch milliseconds"),
    (Decimal(5), InputTypeError, "must be an aware datetime or int epoch milliseconds"),
]
BAD_IDS: Bad = [
    ("", InputError, "must have 1 to "),
    ("x" * 10_000, InputError, "must have 1 to "),
    ("\ud800", InputError, "must be printable UTF-8 text"),
    ("a\udcffb", InputError, "must be printable UTF-8 text"),
    ("a\nb", InputError, "must be printable UTF-8 text"),
    ("\x00", InputError, "must be printable UTF-8 text"),
    ("a\x7f", InputError, "must be printable UTF-8 text"),
    ("a\u202eb", InputError, "must be printable UTF-8 text"),
    (5, InputTypeError, "must be text, not int"),
    (True, InputTypeError, "must be text, not bool"),
    (b"two", InputTypeError, "must be text, not bytes"),
    (["two"], InputTypeError, "must be text, not list"),
    ({}, InputTypeError, "must be text, not dict"),
]
BEYOND: Bad = [
    ("#1", InputError, "must not begin with '#'"),
    ("*cash", InputError, r"must not begin with '\*'"),
]


@pytest.fixture
def book(make: Callable[[], Ledger]) -> Ledger:
    ledger = make()
    fill(ledger)
    at = T0 + 210_000
    ledger.open_account("two", at=at)
    ledger.deposit("two", "5", at=at, request_id="d2")
    # SQLite would take a number for a text that looks like it.
    ledger.open_account("5", at=at)
    ledger.open_account("three", at=at)
    ledger.set_auto_reload("three", below="1", amount="5", at=at)
    ledger.open_account("owing", "direct_bill", credit_limit="9", opening="-2", at=at)
    ledger.statement("owing", through=at, at=at + 1)
    ledger.request_refund("c1", why="noise", at=T0 + 220_000, request_id="asked")
    ledger.start_call("running", ["two"], Flat(), at=T0 + 230_000)
    return ledger


def state(ledger: Ledger) -> tuple[Any, ...]:
    """Return all that a refused request must leave as it was."""
    return ledger._store.read(
        lambda view: (
            view.head(),
            list(view.entries(None, 0)),
            [row.dump() for row in view.accounts()],
            [row.dump() for row in view.calls()],
            [
                view.papers(kind, row.id)
                for row in view.accounts()
                for kind in (
                    "deposit",
                    "chargeback",
                    "reload",
                    "request",
                    "statement",
                    "number",
                    "call",
                )
            ],
        )
    )


def bad_values(method: str, name: str) -> Bad:
    """Return what an argument must not be, with the rule that says so."""
    if name in DOLLARS:
        found = BAD_DOLLARS + ([] if name == "percent" else BAD_AMOUNTS)
        # Caps may also be a number of times.
        return [bad for bad in found if not (name.endswith("_max") and type(bad[0]) is int)]
    if name in INSTANTS:
        return BAD_INSTANTS
    if name in IDS:
        return BAD_IDS + ([] if name == "number" else BEYOND)
    return []


def refuses(
    ledger: Ledger, method: str, given: dict[str, Any], error: type[Exception], rule: str
) -> None:
    with pytest.raises(error, match=rule) as caught:
        getattr(ledger, method)(**given)
    assert type(caught.value) is error
    assert isinstance(caught.value, SecurecallError)
    assert len(str(caught.value)) < 300 or "must be plain decimal digits" in str(caught.value)


def asked(method: str) -> dict[str, Any]:
    """Return what a method takes."""
    if method in READS:
        return READS[method]
    return {"at": NOW, "request_id": "bad-1", **WRITES[method]}


def test_every_door_is_in_the_tables() -> None:
    doors = {name for name, _ in inspect.getmembers(Ledger, inspect.isroutine) if name[0] != "_"}
    assert doors == WRITES.keys() | READS.keys() | OTHERS
    for method in WRITES.keys() | READS.keys():
        known = set(inspect.signature(getattr(Ledger, method)).parameters)
        assert asked(method).keys() <= known, method
        assert known & (IDS | INSTANTS | {"amount", "fee", "percent"}) <= asked(method).keys() | {
            "until_ms", "amount", "at", "opening",
        }, method  # fmt: skip


@pytest.mark.parametrize("method", WRITES)
def test_what_it_is_given_otherwise_is_taken(method: str, book: Ledger) -> None:
    answer = getattr(book, method)(**asked(method))
    assert getattr(answer, "code", "ok") == "ok"


@pytest.mark.parametrize("method", [*WRITES, *READS])
def test_bad_dollars_instants_and_ids_are_refused_by_the_rule(method: str, book: Ledger) -> None:
    before = state(book)
    tried = 0
    for name in asked(method):
        for value, error, rule in bad_values(method, name):
            refuses(book, method, {**asked(method), name: value}, error, rf"{name}\b.*({rule})")
            tried += 1
        assert state(book) == before, f"{method} has moved something for a bad {name}"
    assert tried or method == "settle_due"
    assert book.verify().ok


@pytest.mark.parametrize("method", [*WRITES, *READS])
def test_what_is_not_there_is_unknown(method: str, book: Ledger, tmp_path: Path) -> None:
    before = state(book)
    for name in asked(method).keys() & SOUGHT:
        if (method, name) not in NEW:
            given = {**asked(method), name: "nobody"}
            if "path" in given:
                given["path"] = tmp_path / "a.png"
            refuses(book, method, given, Unknown, "no .* has the id 'nobody'")
    assert state(book) == before


@pytest.mark.parametrize(
    ("method", "given", "error", "rule"),
    [
        ("open_account", {"kind": "prepaid", "credit_limit": None, "opening": "-1"}, InputError,
         "opening must be 0 or more"),
        ("open_account", {"opening": 1.5}, InputTypeError, "opening must not be float"),
        ("open_account", {"kind": "checking"}, InputError, "kind must be one of"),
        ("open_account", {"numbers": ["\ud800"]}, InputError, "number must be printable"),
        ("start_call", {"accounts": "two"}, InputTypeError, "accounts must be a list of ids"),
        ("start_call", {"accounts": None}, InputTypeError, "accounts must be a list of ids"),
        ("start_call", {"accounts": 5}, InputTypeError, "accounts must be a list of ids"),
        ("start_call", {"accounts": []}, InputError, "at least one account"),
        ("start_call", {"accounts": ["two", "two"]}, InputError, "each once"),
        ("start_call", {"accounts": ["\ud800"]}, InputError, "must be printable UTF-8 text"),
        ("start_call", {"accounts": [5]}, InputTypeError, "must be text, not int"),
        ("start_call", {"accounts": [["two"]]}, InputTypeError, "must be text, not list"),
        ("start_call", {"accounts": ["nobody"]}, Unknown, "no account has the id 'nobody'"),
        ("start_call", {"curve": object()}, InputTypeError, "curve must have a method"),
        ("start_call", {"max_ms": 0}, InputError, "max_ms must be 1 or more"),
        ("start_call", {"max_ms": True}, InputTypeError, "max_ms must be an int"),
        ("start_call", {"max_ms": 1 << 60}, InputError, "max_ms must be at most"),
        ("start_call", {"split": 1}, InputTypeError, "split must be True or False"),
        ("transfer", {"target": "two"}, InputError, "target must be another account"),
        ("refund", {"policy": "all"}, InputError, "policy must be one of"),
        ("decide_refund", {"approve": "no"}, InputTypeError, "approve must be True or False"),
        ("chargeback_result", {"won": 1}, InputTypeError, "won must be True or False"),
        ("inactivity", {"period_days": -1}, InputError, "period_days must be"),
        ("inactivity", {"timezone": "Mars/Base"}, InputError, "timezone"),
        ("set_spending_limit", {"timezone": "Mars/Base"}, InputError, "timezone"),
        ("set_auto_reload", {"daily_max": 0}, InputError, "daily_max must be 1 or more"),
        ("request_refund", {"why": "a\nb"}, InputError, "why must be printable"),
        ("warnings", {"left_ms": -1}, InputError, "left_ms must be 0 or more"),
    ],
)  # fmt: skip
def test_what_only_some_doors_take_has_its_rules_too(
    method: str, given: dict[str, Any], error: type[Exception], rule: str, book: Ledger
) -> None:
    before = state(book)
    refuses(book, method, {**asked(method), **given}, error, rule)
    assert state(book) == before
    assert book.verify().ok


@pytest.mark.parametrize(
    "method",
    [
        "deposit", "withdraw", "pay", "transfer", "set_credit_limit", "start_call", "refund",
        "request_refund", "decide_refund", "chargeback", "late_fee", "payout_failed", "release",
        "touch", "set_auto_reload", "set_spending_limit",
    ],
)  # fmt: skip
def test_an_instant_before_what_is_settled_is_late_and_moves_nothing(
    method: str, book: Ledger
) -> None:
    book.touch("two", at=NOW)
    book.touch("three", at=NOW)
    for name in ("bill", "owing", "fam 1", "é/2"):
        book.touch(name, at=NOW)
    head, *before = state(book)
    given = {**asked(method), "at": NOW - 1}
    answer = getattr(book, method)(**given)
    assert answer.code == "late"
    after, *rest = state(book)
    assert rest == before
    # The refusal itself is kept: who asks again gets it again.
    assert after.seq == head.seq + 1
    assert getattr(book, method)(**given) == answer
    assert book.verify().ok
