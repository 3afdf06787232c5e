"""Every invariant, from the entries alone."""

from __future__ import annotations

from securecall.ledger.ledger import Ledger


def test_totals_add_up_to_zero_and_verify_is_content(busy: Ledger) -> None:
    totals = busy.totals()
    assert sum(totals.values()) == 0
    assert set(totals) >= {"*cash", "*revenue", "*tax:ny", "*fee:card", "*refunds", "*transfers"}
    found = busy.verify()
    assert (found.ok, found.accounts, found.calls) == (True, 3, 2)
    assert found.entries == busy.entries().num_rows
