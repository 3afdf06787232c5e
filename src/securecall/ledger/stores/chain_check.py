"""The chain since the last signed checkpoint, as a store looks at it when it is opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from securecall.errors import StoreError
from securecall.ledger.chain import GENESIS, link_of, sign
from securecall.ledger.stores.door import Reading

__all__ = ["check_chain"]


def check_chain(
    view: Reading, one: Callable[..., Any], *, mark: str, place: str, key: bytes
) -> int:
    """Check the chain since the last signed checkpoint; return that one's operation.

    Parameters
    ----------
    view : Reading
    one : callable
        Returns the first row that a statement with its parameters finds, or None.
    mark : str
        What stands for a parameter in a statement.
    place : str
        Of the ledger, for errors.
    key : bytes
        That signs checkpoints.

    Raises
    ------
    StoreError
        The chain is broken, or was signed with another key.

    Source
    ------
    own; docs/ledger.md, "Stores".
    """
    row = one("SELECT seq, entry_seq, hash, mac FROM checkpoint ORDER BY seq DESC LIMIT 1")
    seq, entry_seq, before = 0, 0, GENESIS
    if row is not None:
        seq, entry_seq, before = row[0], row[1], bytes(row[2])
        if sign(key, seq, entry_seq, before) != bytes(row[3]):
            raise StoreError(f"{place}: the checkpoint at {seq} has another key's signature")
        kept = one(f"SELECT hash FROM op WHERE seq = {mark}", seq)
        if kept is None or bytes(kept[0]) != before:
            raise StoreError(f"{place}: operation {seq} is not what was signed")
    entries = view.entries(None, entry_seq)
    waiting = next(entries, None)
    last = seq
    for op in view.ops(seq):
        own = []
        while waiting is not None and waiting.op == op.seq:
            own.append(waiting)
            waiting = next(entries, None)
        before = link_of(before, op, own)
        if op.seq != last + 1 or before != op.hash:
            raise StoreError(f"{place}: the chain is broken at operation {op.seq}")
        last = op.seq
    if waiting is not None:
        raise StoreError(f"{place}: entry {waiting.seq} belongs to no operation")
    return seq
