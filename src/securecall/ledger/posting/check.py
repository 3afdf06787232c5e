"""Rated records held against the books, record by record; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator

from securecall.ledger.posting.post import same_charge
from securecall.ledger.posting.records import Part
from securecall.ledger.stores.door import Store
from securecall.ledger.values.posting import Reconciliation

__all__ = ["reconcile"]

EXAMPLES_MAX = 100


def reconcile(store: Store, parts: Iterator[Part]) -> Reconciliation:
    """Look every record up; see `Ledger.check_records`."""
    counts = dict.fromkeys(("free", "there", "missing", "different", "unrated"), 0)
    sums = dict.fromkeys(("there", "missing", "different"), 0)
    rows, stream_micros = 0, 0
    examples: list[tuple[str, str]] = []
    for part in parts:
        keys = [each.key for each in part.records if not each.code and each.total_micros]
        found = store.read(lambda view, keys=keys: view.calls_of(keys))  # type: ignore[misc]
        for record in part.records:
            rows += 1
            total = record.total_micros
            stream_micros += total
            if record.code:
                counts["unrated"] += 1
                continue
            if not total:
                counts["free"] += 1
                continue
            call = found.get(record.key)
            if call is None:
                what = "missing"
            else:
                what = "there" if same_charge(call, record) else "different"
            counts[what] += 1
            sums[what] += total
            if what != "there" and len(examples) < EXAMPLES_MAX:
                examples.append((record.key, what))
    return Reconciliation(
        rows, counts["free"], counts["there"], counts["missing"], counts["different"],
        counts["unrated"], stream_micros, sums["there"], sums["missing"], sums["different"],
        tuple(examples),
    )  # fmt: skip
