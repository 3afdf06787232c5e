"""What several servers did, beside what one machine would have done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.ledger.servers.families import Family
from tests.ledger.servers.world import World

from securecall.errors import Unknown
from securecall.ledger.ledger import Ledger

__all__ = ["Outcome", "compare"]


@dataclass
class Outcome:
    """What was seen.

    Attributes
    ----------
    calls : int
    books_differ, media_differ : list of str
        Calls that the books end elsewhere or charge otherwise than the law; calls whose media did.
    early_ms, late_ms : list of int
        By how much the media ended before the law, and after it.
    unpaid_ms : list of int
        How long media ran beyond what its call has paid for.
    overspent : list of str
        What the books say that they must not.
    paused_ms, began_late_ms : list of int
        How long media stood still while its server asked; how long after its start a call was
        known to begin.
    missing : list of str
        Calls that never ended.
    counts, errors
        What happened how often; what processes said that failed.
    """

    calls: int = 0
    books_differ: list[str] = field(default_factory=list)
    media_differ: list[str] = field(default_factory=list)
    early_ms: list[int] = field(default_factory=list)
    late_ms: list[int] = field(default_factory=list)
    unpaid_ms: list[int] = field(default_factory=list)
    overspent: list[str] = field(default_factory=list)
    paused_ms: list[int] = field(default_factory=list)
    began_late_ms: list[int] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)


def compare(world: World, found: Sequence[Family], ledger: Ledger) -> Outcome:
    """Hold every call against the judge, and the books against themselves."""
    outcome = Outcome(counts=world.counts)
    for family in found:
        for call, judged in family.judged.items():
            outcome.calls += 1
            start_ms = next(
                family.t0 + e["at"] for e in family.case["events"]
                if e.get("call") == call and e["type"] == "call_start"
            )  # fmt: skip
            _one(outcome, world, ledger, (call, start_ms, judged))
    outcome.overspent += _overspent(ledger)
    return outcome


def _one(
    outcome: Outcome, world: World, ledger: Ledger, one: tuple[str, int, dict[str, Any]]
) -> None:
    call, start_ms, judged = one
    told = world.told.get(call)
    if told is None:
        outcome.missing.append(call)
        return
    assert judged["end_ms"] is not None, "every call has a maximum duration"
    law_ms = start_ms + judged["end_ms"]
    try:
        state = ledger.call(call)
        books = (state.ended_ms, state.charged_micros, not state.refused)
        paid_ms = start_ms + state.billed_ms
    except Unknown:
        books, paid_ms = (start_ms, 0, False), start_ms  # it never came to the books
    if books != (law_ms, judged["total"], judged["connected"]):
        outcome.books_differ.append(
            f"{call}: books {books}, law {(law_ms, judged['total'], judged['connected'])}"
        )
    by_ms = told.media_end_ms - law_ms
    if by_ms:
        outcome.media_differ.append(f"{call}: media {told.media_end_ms}, law {law_ms} ({by_ms})")
        (outcome.late_ms if by_ms > 0 else outcome.early_ms).append(abs(by_ms))
    if told.media_end_ms > paid_ms:
        outcome.unpaid_ms.append(told.media_end_ms - paid_ms)
    if told.paused_ms:
        outcome.paused_ms.append(told.paused_ms)
    if told.late_ms:
        outcome.began_late_ms.append(told.late_ms)


def _overspent(ledger: Ledger) -> list[str]:
    found = [f"verify: {fault}" for fault in ledger.verify().faults]
    if sum(ledger.totals().values()) != 0:
        found.append("the balances do not add up to 0")

    def job(view: Any) -> None:
        kinds = {row.id: row for row in view.accounts()}
        balances: Counter[str] = Counter()
        for entry in view.entries(None, 0):
            balances[entry.account] += entry.amount_micros
            row = kinds[entry.account]
            if row.kind != "direct_bill" and balances[entry.account] < 0:
                found.append(f"account {entry.account} is below 0 at entry {entry.seq}")

    ledger._store.read(job)
    return found
