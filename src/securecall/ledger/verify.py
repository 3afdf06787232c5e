"""Every invariant of the books, checked from the entries alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from securecall.ledger.chain import GENESIS, link_of
from securecall.ledger.stores.door import Reading
from securecall.ledger.values.money import Entry
from securecall.money import dollars
from securecall.notebook import Shown

__all__ = ["Verification", "verify"]

FAULTS_MAX = 100


@dataclass(frozen=True, slots=True)
class Verification(Shown):
    """What `Ledger.verify` found.

    Attributes
    ----------
    faults : tuple of str
        At most 100; empty if all is well.
    ops, entries, accounts, calls : int
        How many were looked at.
    hash : str
        Of the last operation, hexadecimal.

    Source
    ------
    own; charging law, rule 9.
    """

    faults: tuple[str, ...]
    ops: int
    entries: int
    accounts: int
    calls: int
    hash: str

    @property
    def ok(self) -> bool:
        """Whether nothing was wrong."""
        return not self.faults


class _Auditor:
    def __init__(self, view: Reading) -> None:
        self.view = view
        self.faults: list[str] = []
        self.balances: Counter[str] = Counter()
        self.charges: Counter[str] = Counter()
        self.refunds: Counter[str] = Counter()
        self.opened: set[str] = set()

    def fault(self, text: str) -> None:
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(text)

    def run(self) -> Verification:
        ops, entries, last = self._walk_chain()
        head = self.view.head()
        if (head.seq, head.entry_seq, head.hash) != (ops, entries, last):
            self.fault(f"the head says {head.seq} operations and {head.entry_seq} entries")
        accounts = self._check_accounts()
        calls = self._check_calls()
        return Verification(tuple(self.faults), ops, entries, accounts, calls, last.hex())

    def _walk_chain(self) -> tuple[int, int, bytes]:
        """Hash every operation with its entries again, and add the entries up."""
        before, ops, entries = GENESIS, 0, 0
        requests: set[str] = set()
        rows = iter(self.view.entries(None, 0))
        waiting: Entry | None = next(rows, None)
        for op in self.view.ops(0):
            ops += 1
            own: list[Entry] = []
            while waiting is not None and waiting.op == op.seq:
                own.append(waiting)
                waiting = next(rows, None)
            if op.seq != ops:
                self.fault(f"operation {ops} is missing: {op.seq} follows {ops - 1}")
                ops = op.seq
            if op.request_id in requests:
                self.fault(f"request {op.request_id!r} counts twice")
            requests.add(op.request_id)
            # A refused call attempt has settled older calls all the same.
            if op.code != "ok" and any(entry.kind != "charge" for entry in own):
                self.fault(f"operation {op.seq} was refused ({op.code}) and has entries")
            for entry in own:
                entries += 1
                if entry.seq != entries:
                    self.fault(f"entry {entries} is missing: {entry.seq} follows")
                    entries = entry.seq
                self._add(entry)
            before = link_of(before, op, own)
            if before != op.hash:
                self.fault(f"operation {op.seq} ({op.method}) was changed: its hash is another")
                before = op.hash
        if waiting is not None:
            self.fault(f"entry {waiting.seq} belongs to no operation")
        return ops, entries, before

    def _add(self, entry: Entry) -> None:
        self.balances[entry.account] += entry.amount_micros
        if entry.kind in ("charge", "correction"):
            self.charges[entry.ref] -= entry.amount_micros
        elif entry.kind.startswith("refund:"):
            self.refunds[entry.ref] += entry.amount_micros

    def _check_accounts(self) -> int:
        count = 0
        known = set()
        indebted = {
            entry.account for entry in self.view.entries(None, 0) if entry.kind == "chargeback"
        }
        for row in self.view.accounts():
            count += 1
            known.add(row.id)
            if self.balances[row.id] != row.posted_micros:
                self.fault(
                    f"account {row.id!r} says {dollars(row.posted_micros)}, its entries "
                    f"{dollars(self.balances[row.id])}"
                )
            if row.kind != "direct_bill" and row.posted_micros < 0 and row.id not in indebted:
                self.fault(f"account {row.id!r} is below 0 without a chargeback")
        for name in sorted(set(self.balances) - known):
            self.fault(f"entries name an account {name!r} that is not there")
        return count

    def _check_calls(self) -> int:
        count = 0
        known = set()
        for call in self.view.calls():
            count += 1
            known.add(call.id)
            charged = 0 if call.state == "running" else call.charged
            if self.charges[call.id] != charged:
                self.fault(
                    f"call {call.id!r} was charged {dollars(charged)}, its entries say "
                    f"{dollars(self.charges[call.id])}"
                )
            if self.refunds[call.id] != call.refunded:
                self.fault(
                    f"call {call.id!r} was refunded {dollars(call.refunded)}, its entries say "
                    f"{dollars(self.refunds[call.id])}"
                )
            if self.refunds[call.id] > self.charges[call.id]:
                self.fault(f"call {call.id!r} was refunded more than it was charged")
        for name in sorted(({*self.charges, *self.refunds}) - known):
            self.fault(f"entries name a call {name!r} that is not there")
        return count


def verify(view: Reading) -> Verification:
    """Check the chain, the sums, every account and every call; see `Ledger.verify`."""
    return _Auditor(view).run()
