"""The closed list of endings."""

from __future__ import annotations

import pytest

from securecall.calls.ending import ENDINGS, FRAUD, checked_ending, ending_of_ledger, table
from securecall.calls.orders import ORDER_KINDS
from securecall.errors import InputError
from securecall.fraud.policy import KINDS


def test_every_ending_is_whole() -> None:
    for code, row in ENDINGS.items():
        assert row.code == code == code.lower()
        assert row.phase in ("denied", "before", "talking", "any")
        assert row.by in (
            "gate", "caller", "called", "network", "ledger", "policy", "staff", "host",
        )  # fmt: skip
        assert row.text
        assert not row.text.endswith(".")


def test_what_ends_calls_elsewhere_has_an_ending() -> None:
    assert set(FRAUD.values()) <= set(ENDINGS)
    assert set(ORDER_KINDS) <= set(ENDINGS)
    assert set(KINDS) - {"tone"} <= set(FRAUD)


def test_only_nobodys_wish_is_a_dropped_call() -> None:
    dropped = {code for code, row in ENDINGS.items() if row.dropped}
    assert dropped == {"media_timeout", "network_failure", "host_failure"}


def test_another_word_is_refused_with_the_nearest() -> None:
    assert checked_ending("lockdown") == "lockdown"
    with pytest.raises(InputError, match="did you mean 'staff_terminated'"):
        checked_ending("staff_terminate")
    with pytest.raises(InputError, match="reason must be"):
        checked_ending(7)


def test_the_table_has_a_row_an_ending() -> None:
    assert len(table().splitlines()) == len(ENDINGS) + 2


@pytest.mark.parametrize(
    ("reason", "bill_type", "closes", "code"),
    [
        ("balance", "prepaid", False, "balance_exhausted"),
        ("balance", "direct_bill", True, "credit_exhausted"),
        ("limit", "prepaid", False, "time_limit"),
        ("limit", "prepaid", True, "schedule_end"),
        ("released", "prepaid", False, "account_closed"),
        ("transferred", "prepaid", False, "account_closed"),
        ("recovered", "prepaid", False, "host_failure"),
        ("lockdown", "prepaid", False, "lockdown"),
        ("hangup", "prepaid", False, "unknown"),
    ],
)
def test_what_the_ledger_calls_an_end(reason: str, bill_type: str, closes: bool, code: str) -> None:
    assert ending_of_ledger(reason, bill_type=bill_type, closes=closes) == code
