"""Reading: what the books say at an instant."""

from __future__ import annotations

from datetime import timedelta

from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.ledger.ledger import Ledger


def test_warnings_come_from_the_same_solve(ledger: Ledger) -> None:
    ledger.open_account("alice", at=T0)
    ledger.deposit("alice", "0.42", at=T0)
    ledger.start_call("c1", ["alice"], Flat(), at=T0)
    (end,) = ledger.cutoffs("alice").values()
    assert end is not None
    assert ledger.warnings("alice", left_ms=60_000) == {"c1": end - timedelta(seconds=60)}
