"""Numbers of a family account."""

from __future__ import annotations

from tests.ledger.table import T0

from securecall.ledger.ledger import Ledger


def test_several_numbers_call_on_one_family_account(ledger: Ledger) -> None:
    ledger.open_account("fam", at=T0, numbers=["+17135550100", "+17135550101"])
    ledger.open_account("other", at=T0)
    ledger.link_number("+17135550102", "fam", at=T0)
    for number in ("+17135550100", "+17135550101", "+17135550102"):
        assert ledger.account_of(number) == "fam"
    ledger.link_number("+17135550100", "other", at=T0 + 1)
    assert ledger.account_of("+17135550100") == "other"
    assert ledger.account_of("+1") is None
