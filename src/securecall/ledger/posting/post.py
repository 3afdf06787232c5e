"""One operation of a posting: some thousand rated records, each charged to its account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from securecall.ledger.operation import Operation, Unfit
from securecall.ledger.posting.record_code import RecordCode
from securecall.ledger.posting.records import Record
from securecall.ledger.posting.whole import Whole
from securecall.ledger.rows import CallRow
from securecall.ledger.stores.door import Paper
from securecall.ledger.values.posting import PostedPart

__all__ = ["PAPER", "post", "same_charge"]

PAPER = "posting"


def post(op: Operation, posting: str, records: Sequence[Record]) -> PostedPart:
    """Charge records to their accounts: each once, whatever came before."""
    clerk = _Clerk(op, records)
    for place, record in enumerate(records):
        code = clerk.post(record)
        if code:
            clerk.refused.append((place, code))
    assert sum(clerk.parts.values()) == clerk.total_micros, "parts must add up to the total"
    if clerk.posted:
        _note(op, posting, clerk)
    return PostedPart(
        "ok", posting, op.at_ms, len(records), clerk.posted, clerk.already, clerk.free,
        clerk.total_micros, clerk.already_micros, tuple(sorted(clerk.parts.items())),
        tuple(clerk.refused),
    )  # fmt: skip


def same_charge(call: CallRow, record: Record) -> bool:
    """Return whether the books have a record's charge.

    Of a call that the ledger metered itself it is enough that the record's account paid just that:
    its meter knows each tax by name, and the instants of a switch are not those of a ledger.
    """
    if call.state != "ended" or call.charged != record.total_micros:
        return False
    if call.ended_by != "record":
        return record.account in call.accounts
    taxes = [(name, part) for name, part in call.parts.items() if name != "revenue"]
    return (
        call.accounts == [record.account]
        and (call.start_ms, call.ended_ms, call.bought_ms)
        == (record.start_ms, record.ended_ms, record.bought_ms)
        and sorted(taxes) == sorted(record.taxes)
    )


class _Clerk:
    """Charges the records of one operation, and counts."""

    def __init__(self, op: Operation, records: Sequence[Record]) -> None:
        self.op = op
        self.posted, self.already, self.free = 0, 0, 0
        self.total_micros, self.already_micros = 0, 0
        self.parts: dict[str, int] = {}
        self.refused: list[tuple[int, str]] = []
        good = [each for each in records if not each.code and each.account is not None]
        # In order of their ids, so that two postings never wait for each other in a circle.
        self.unopened = _open(op, sorted({str(each.account) for each in good}))
        self.calls = op.tx.calls_of([each.key for each in good if each.total_micros])

    def post(self, record: Record) -> str:
        """Charge a record, or return why not."""
        key, account, start_ms, ended_ms, bought_ms, total, taxes, code = record
        if code:
            return code
        op = self.op
        if account is None:
            if total:
                return RecordCode.NO_ACCOUNT.value
            self.free += 1
            return ""
        row = op.rows.get(account)
        if not total:
            if row is not None:
                row.active_ms = max(row.active_ms, ended_ms)
            self.free += 1
            return ""
        if self.unopened.get(account) == RecordCode.UNKNOWN_ACCOUNT.value:
            return RecordCode.UNKNOWN_ACCOUNT.value
        known = self.calls.get(key)
        if known is not None:
            if known.state == "running":
                return RecordCode.CALL_RUNNING.value
            if not same_charge(known, record):
                return RecordCode.CALL_EXISTS.value
            self.already += 1
            self.already_micros += total
            return ""
        if row is None:
            return self.unopened[account]
        if ended_ms > op.at_ms:
            return RecordCode.LATE.value
        if row.closed:
            return RecordCode.ACCOUNT_CLOSED.value
        if total > op.available(account):
            return RecordCode.INSUFFICIENT_FUNDS.value
        found = op.where.get(account)
        if found is not None:
            found.purse(account).room_micros -= total
        parts = {"revenue": total}
        for name, part in taxes:
            parts["revenue"] -= part
            parts[name] = part
        for name, part in parts.items():
            op.move(account, name, -part, "charge", key, paid_ms=ended_ms)
            self.parts[name] = self.parts.get(name, 0) + part
        call = CallRow(
            key, [account], start_ms, op.seq, state="ended", bought_ms=bought_ms, charged=total,
            takings=[[account, total]], reason="posted", ended_ms=ended_ms, ended_by="record",
            parts=parts, curve=Whole(bought_ms, total),
        )  # fmt: skip
        self.calls[key] = call
        op.ended.append(call)
        row.active_ms = max(row.active_ms, ended_ms)
        self.posted += 1
        self.total_micros += total
        return ""


def _open(op: Operation, ids: Sequence[str]) -> dict[str, str]:
    """Open accounts, each by itself; return the codes of those that cannot be.

    Where one is refused the others are opened all the same.
    """
    found, refused = op.tx.accounts_of(ids), {}
    for id in ids:
        row = found.get(id)
        if id in op.rows:  # a running call ties it to one before
            continue
        if row is None:
            refused[id] = RecordCode.UNKNOWN_ACCOUNT.value
        elif row.running or row.reload_ms is not None:
            try:
                op.open(id)
            except Unfit as unfit:
                refused[id] = unfit.outcome.value
        elif op.at_ms < row.settled_ms:
            refused[id] = RecordCode.LATE.value
        else:
            row.settled_ms = op.at_ms
            op.rows[id] = row
    return refused


def _note(op: Operation, posting: str, clerk: _Clerk) -> None:
    """Add to what the posting has put into the books in all its operations."""
    paper = op.tx.paper(PAPER, posting)
    before: dict[str, Any] = {"posted": 0, "total": 0, "parts": {}, "first_ms": op.at_ms}
    if paper is not None:
        before = paper.body
    parts: dict[str, int] = dict(before["parts"])
    for name, part in clerk.parts.items():
        parts[name] = parts.get(name, 0) + part
    body = {
        "posted": before["posted"] + clerk.posted,
        "total": before["total"] + clerk.total_micros,
        "parts": parts,
        "first_ms": before["first_ms"],
        "last_ms": op.at_ms,
    }
    op.tx.put_paper(Paper(PAPER, posting, posting, "open", body))
