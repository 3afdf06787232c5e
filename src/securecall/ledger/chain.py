"""The chain: each operation and its entries hashed with the hash of the operation before."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from hmac import new as hmac
from typing import Final

from securecall.ledger.rows import OpRow
from securecall.ledger.values.money import Entry

__all__ = ["GENESIS", "Line", "Linked", "link", "link_of", "sign"]

FEW_LINES: Final = 8
GENESIS: Final = sha256(b"securecall.ledger/1").digest()

# An entry before it has become a value: (seq, op, at_ms, account, contra, amount, kind, ref).
Line = tuple[int, int, int, str, str, int, str, str]
# An operation before it has a hash: (seq, request_id, digest, method, at_ms, code, answer).
Linked = tuple[int, str, bytes, str, int, str, str]


def link(before: bytes, op: Linked, lines: Sequence[Line]) -> bytes:
    """Return the hash of an operation.

    Parameters
    ----------
    before : bytes
        The hash of the operation before it.
    op : tuple
        What an `OpRow` has before its hash.
    lines : sequence of tuple
        What it posts.

    Ids have no control characters, so that 0x1f between fields and a newline between lines keep
    every two operations apart.

    Source
    ------
    own; docs/ledger.md, "Chain".
    """
    seq, request_id, digest, method, at_ms, code, answer = op
    text = f"{seq}\x1f{request_id}\x1f{method}\x1f{at_ms}\x1f{code}\x1f{answer}"
    if len(lines) > FEW_LINES:  # laid end to end once: growing a text line by line is quadratic
        text = "\n".join([text, *(_text_of(line) for line in lines)])
    else:
        for entry_seq, of, when, account, contra, amount, kind, ref in lines:
            text = (
                f"{text}\n{entry_seq}\x1f{of}\x1f{when}\x1f{account}\x1f{contra}\x1f{amount}"
                f"\x1f{kind}\x1f{ref}"
            )
    return sha256(before + digest + text.encode()).digest()


def _text_of(line: Line) -> str:
    entry_seq, of, when, account, contra, amount, kind, ref = line
    return f"{entry_seq}\x1f{of}\x1f{when}\x1f{account}\x1f{contra}\x1f{amount}\x1f{kind}\x1f{ref}"


def link_of(before: bytes, op: OpRow, entries: Sequence[Entry]) -> bytes:
    """Return the hash that an operation that was read back should have."""
    lines: list[Line] = [
        (e.seq, e.op, e.at_ms, e.account, e.contra, e.amount_micros, e.kind, e.ref) for e in entries
    ]
    return link(before, op[:7], lines)


def sign(key: bytes, seq: int, entry_seq: int, hash: bytes) -> bytes:
    """Return the signature of a checkpoint: HMAC-SHA256 over where the chain is."""
    return hmac(key, b"%d %d " % (seq, entry_seq) + hash, "sha256").digest()
