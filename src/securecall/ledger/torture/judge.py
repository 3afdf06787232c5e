"""Decides whether a ledger that went through a fault still says what it answered."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from securecall.errors import SecurecallError
from securecall.ledger.ledger import Ledger
from securecall.ledger.rows import OpRow
from securecall.ledger.stores.door import Head, Reading
from securecall.ledger.torture.workload import LOADERS, Step, fingerprint_of_text

__all__ = ["Judge"]

FAULTS_MAX = 10
PAPERS = ("deposit", "chargeback", "reload", "request", "statement", "number")


class Judge:
    """Knows every request that can have been sent, and plays what a file holds in memory.

    The hash of an operation covers its answer, its entries and all before it. So when the ledger
    under torture and one in memory that was sent the same requests in the same order have one
    hash, nothing was lost in between, nothing counted twice and no amount is another.

    Parameters
    ----------
    steps : iterable of Step
        All that may be sent, in any order.

    Source
    ------
    own; charging law, rule 9.
    """

    def __init__(self, steps: Iterable[Step]) -> None:
        self._steps = {step.request_id: step for step in steps}
        self._mirror = Ledger.open("memory:", curves=LOADERS)
        self._hashes: list[bytes] = [self._head(self._mirror).hash]
        self._seqs: dict[str, int] = {}
        self._answers: dict[str, str] = {}

    @staticmethod
    def _head(ledger: Ledger) -> Head:
        return ledger._store.read(lambda view: view.head())

    @property
    def known(self) -> int:
        """How many operations were played."""
        return len(self._hashes) - 1

    def seq_of(self, request_id: str) -> int | None:
        """Return which operation a request became in the file that was played last."""
        return self._seqs.get(request_id)

    def check(self, ledger: Ledger, acked: Mapping[str, str]) -> list[str]:
        """Return what is wrong with a ledger, nothing if all is well.

        Parameters
        ----------
        ledger : Ledger
            Opened again after the fault.
        acked : mapping of str to str
            Every request that was answered, and the `fingerprint` of its answer.
        """
        faults = list(self.check_quickly(ledger, acked))
        faults += ledger._store.read(self._play)
        missing = [name for name in acked if name not in self._seqs]
        faults += [f"request {name!r} was answered and is lost" for name in missing]
        faults += [
            f"request {name!r} was answered with another answer than is kept"
            for name, answer in acked.items()
            if self._answers.get(name, answer) != answer
        ]
        if not faults:
            faults += _differences(ledger._store.read(_rows), self._mirror._store.read(_rows))
        faults += ledger._store.read(_overdrawn)
        if sum(ledger.totals().values()) != 0:
            faults.append("the balances of all accounts do not add up to 0")
        return faults[:FAULTS_MAX]

    def check_quickly(self, ledger: Ledger, acked: Iterable[str]) -> list[str]:
        """Return what is wrong with a ledger that can only hold operations that were played."""
        found = ledger.verify()
        faults = [f"verify: {text}" for text in found.faults]
        head = self._head(ledger)
        if head.seq < self.known and head.hash != self._hashes[head.seq]:
            faults.append(f"operation {head.seq} is another than the one that was there")
        lost = [name for name in acked if self._seqs.get(name, 0) > head.seq]
        faults += [f"request {name!r} was answered and is lost" for name in lost]
        return faults

    def _play(self, view: Reading) -> list[str]:
        """Send to the mirror what it has not seen; compare hashes one by one."""
        head = view.head()
        if head.seq < self.known:
            return [f"{self.known - head.seq} operations that were there are gone"]
        before = None if self.known == 0 else next(view.ops(self.known - 1))
        if before is not None and before.hash != self._hashes[-1]:
            return [f"operation {self.known} is another than the one that was there"]
        for row in view.ops(self.known):
            fault = self._play_one(row)
            if fault:
                return [fault]
        return []

    def _play_one(self, row: OpRow) -> str:
        step = self._steps.get(row.request_id)
        if step is None:
            return f"operation {row.seq} has a request id {row.request_id!r} that nobody sent"
        if row.request_id in self._seqs:
            return f"request {row.request_id!r} counts twice"
        try:
            step.send(self._mirror)
        except SecurecallError as error:
            return f"operation {row.seq} was kept, and in memory raises {error}"
        head = self._head(self._mirror)
        if (head.seq, head.hash) != (row.seq, row.hash):
            return (
                f"operation {row.seq} ({row.method} {row.request_id!r}) answers {row.answer}, "
                "which the same requests in memory do not"
            )
        self._hashes.append(row.hash)
        self._seqs[row.request_id] = row.seq
        self._answers[row.request_id] = fingerprint_of_text(row.answer)
        return ""


def _rows(view: Reading) -> dict[str, Any]:
    """Return all rows that are not the chain's: they are what the next operation starts from."""
    found: dict[str, Any] = {"the closings": json.dumps(view.note("closings"))}
    for row in view.accounts():
        found[f"account {row.id}"] = row.dump()
        for kind in PAPERS:
            for paper in view.papers(kind, row.id):
                found[f"{kind} {paper.id}"] = json.dumps(paper, sort_keys=True)
    for call in view.calls():
        found[f"call {call.id}"] = (call.dump(), call.curve)
    return found


def _differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    return [
        f"{name} is kept as {ours.get(name)}, in memory it is {theirs.get(name)}"
        for name in {**ours, **theirs}
        if ours.get(name) != theirs.get(name)
    ]


def _overdrawn(view: Reading) -> list[str]:
    """Return who was below 0 at any entry by more than chargebacks took."""
    kinds = {row.id: row.kind for row in view.accounts()}
    balances: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    faults = []
    for entry in view.entries(None, 0):
        balances[entry.account] += entry.amount_micros
        if entry.kind in ("chargeback", "reinstated"):
            taken[entry.account] -= entry.amount_micros
        below = balances[entry.account] + taken[entry.account] < 0
        if below and kinds[entry.account] != "direct_bill":
            faults.append(f"account {entry.account!r} is overdrawn at entry {entry.seq}")
    return faults
