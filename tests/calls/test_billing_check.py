"""Billing: what the line called says, silence, and the courtesy that eases a refusal."""

from __future__ import annotations

from typing import Any

import pytest
from tests.calls.gates import NOON_MS, NUMBER, Broken, asked

from securecall.calls.billing_check import NOT_ASKED, courtesy_of, eased, line_reasons
from securecall.calls.directory import Directory
from securecall.calls.facility import Courtesy, Facility
from securecall.calls.lidb import BillingAnswer, SqliteLidb
from securecall.calls.reasons import reason
from securecall.errors import InputTypeError

COLLECT = Facility("f", "UTC", lidb_bill_types=("collect",), lidb_timeout_ms=700)
KIND = Courtesy(calls=2, max_ms=60_000, period_days=30)
DAY_MS = 86_400_000


class Line:
    """Says what it is told to say."""

    def __init__(self, said: object) -> None:
        self.said = said
        self.asked: list[tuple[str, str, int]] = []

    def ask(self, number: str, *, bill_type: str, at_ms: int, timeout_ms: int) -> Any:
        self.asked.append((number, bill_type, timeout_ms))
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def told(said: object, bill_type: str = "collect") -> list[tuple[str, str]]:
    found = line_reasons(COLLECT, Line(said), asked(bill_type=bill_type), NOON_MS)
    return [(each.code, each.detail) for each in found]


def test_what_the_line_says_is_told() -> None:
    assert told(BillingAnswer("billable")) == []
    assert told(BillingAnswer("denied", "no collect calls")) == [
        ("billing_denied", "no collect calls")
    ]
    assert told(BillingAnswer("unknown")) == [("billing_unknown", "")]


@pytest.mark.parametrize("said", [None, TimeoutError(), ConnectionResetError()])
def test_silence_fails_closed(said: object) -> None:
    assert told(said) == [("billing_silent", "within 700 ms")]


def test_an_adapter_that_fails_bills_nobody() -> None:
    assert told(ValueError("half an answer")) == [("billing_silent", "it raised ValueError")]
    with pytest.raises(InputTypeError, match=r"lidb\.ask must return a BillingAnswer or None"):
        told(True)


def test_a_directory_that_cannot_be_read_is_silent() -> None:
    broken: Any = Broken()
    (found,) = line_reasons(COLLECT, broken, asked(bill_type="collect"), NOON_MS)
    assert found.code == "billing_silent"


def test_only_the_bill_types_that_need_it_are_asked_about() -> None:
    line = Line(BillingAnswer("denied"))
    assert line_reasons(COLLECT, line, asked(), NOON_MS) == []
    assert line.asked == []
    line_reasons(COLLECT, line, asked(bill_type="collect"), NOON_MS)
    assert line.asked == [(NUMBER, "collect", 700)]


def courtesy(directory: Any, *codes: str, kind: Courtesy | None = KIND) -> Courtesy | None:
    facility = Facility("f", "UTC", courtesy=kind)
    return courtesy_of(facility, directory, asked(), [reason(code) for code in codes], NOON_MS)


@pytest.mark.parametrize("code", ["account_missing", "billing_denied", "billing_unknown"])
def test_a_courtesy_eases_what_an_account_would_cure(code: str) -> None:
    assert courtesy(Directory(), code) == KIND
    assert courtesy(Directory(), code, "number_hot") == KIND
    assert courtesy(Directory(), code, kind=None) is None


@pytest.mark.parametrize(
    "codes",
    [
        (), ("billing_silent",), ("account_missing", "billing_silent"), ("insufficient_funds",),
        ("billing_denied", "number_not_approved"), ("account_missing", "person_busy"),
        ("number_hot",), ("account_missing", "facility_lockdown"),
    ],
)  # fmt: skip
def test_a_courtesy_eases_nothing_else(codes: tuple[str, ...]) -> None:
    assert courtesy(Directory(), *codes) is None


def test_a_number_has_so_many_courtesy_calls_in_a_period() -> None:
    directory = Directory()
    for number, days_ago in enumerate((31, 30, 1)):
        directory.note_placed(
            f"c{number}", "p-9", NUMBER, NOON_MS - days_ago * DAY_MS, courtesy=True
        )
    assert courtesy(directory, "account_missing") == KIND  # two are out of the period
    directory.note_placed("c7", "p-9", NUMBER, NOON_MS, courtesy=True)
    assert courtesy(directory, "account_missing") is None


def test_where_they_cannot_be_counted_there_are_none() -> None:
    assert courtesy(Broken(), "account_missing") is None


def test_what_is_eased_is_told_as_an_alert() -> None:
    found = eased([reason("account_missing"), reason("number_hot", detail="case 114")], KIND)
    assert [(each.code, each.detail, each.refuses) for each in found] == [
        ("number_hot", "case 114", False), ("courtesy_call", "up to 60 s", False),
    ]  # fmt: skip


def test_what_was_not_asked_allows_nothing() -> None:
    assert (NOT_ASKED.balance_ms, NOT_ASKED.billable) == (0, True)


def test_a_line_of_ones_own_is_asked_at_the_calls_instant() -> None:
    lidb = SqliteLidb()
    lidb.put(NUMBER, "billable", at=NOON_MS, by="feed")
    attempt = asked(bill_type="collect")
    assert line_reasons(COLLECT, lidb, attempt, NOON_MS) == []
    assert [each.code for each in line_reasons(COLLECT, lidb, attempt, NOON_MS - 1)] == [
        "billing_unknown"
    ]
