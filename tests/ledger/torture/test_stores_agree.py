"""One sequence of requests is one chain of hashes, whatever keeps it; the judge rests on that."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ledger.postgres_server import server
from tests.ledger.torture.sending import send_all

from securecall.ledger.ledger import Ledger
from securecall.ledger.torture.judge import Judge
from securecall.ledger.torture.workload import LOADERS, FlatCurve, script


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
@pytest.mark.parametrize("seed", range(6))
def test_a_database_and_memory_make_the_same_hashes(seed: int, store: str, tmp_path: Path) -> None:
    steps = script(seed, "a", 150)
    url = server().new_url() if store == "postgres" else f"sqlite:///{tmp_path}/ledger.db"
    with Ledger.open(url, curves=LOADERS) as ledger:
        acked = send_all(ledger, steps)
    with Ledger.open(url, curves=LOADERS) as ledger:
        assert Judge(steps).check(ledger, acked) == []


def test_calls_fall_due_in_order_of_their_cutoffs_in_every_store(tmp_path: Path) -> None:
    hashes = set()
    for url in ("memory:", f"sqlite:///{tmp_path}/ledger.db", server().new_url()):
        with Ledger.open(url, curves=LOADERS) as ledger:
            for name, money in (("slow", "9.00"), ("quick", "1.00")):
                ledger.open_account(name, at=0)
                ledger.deposit(name, money, at=0)
                curve = FlatCurve(60_000, 1_000_000)
                ledger.start_call(f"call-{name}", [name], curve, at=1, request_id=f"start-{name}")
            # The call that was started last is due first.
            ended = [each.call_id for each in ledger.settle_due(at=3_600_000)]
            assert ended == ["call-quick", "call-slow"]
            assert [e.ref for e in ledger.iter_entries() if e.kind == "charge"] == ended
            hashes.add(ledger.verify().hash)
    assert len(hashes) == 1
