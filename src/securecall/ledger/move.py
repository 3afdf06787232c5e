"""Moving a ledger from a SQLite file into PostgreSQL, while calls go on.

First the chain goes over, operation by operation, each hashed again on the way, and then all rows;
the file is in use meanwhile. Then the file is told to refuse further operations, and what came
since goes over. Every row of both is hashed, every account's entries are added up, and only if all
of it agrees can the new ledger be opened. A move that was stopped anywhere goes on from there.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any, Final

import psycopg

from securecall.errors import InputError, StoreError
from securecall.ledger.chain import link_of
from securecall.ledger.stores.postgres_target import PostgresTarget
from securecall.ledger.stores.sqlite_source import ROWS, SqliteSource

__all__ = ["Moved", "move"]

PAGE: Final = 2_000

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Moved:
    """What went over.

    Attributes
    ----------
    ops, entries, accounts, calls, papers : int
    hash : str
        Of the last operation, hexadecimal; the same on both sides.
    digest : str
        SHA-256 of all rows beside the chain, hexadecimal; the same on both sides.
    pause_ms : int
        For how long neither side took operations; 0 if the move had been finished before.

    Source
    ------
    own.
    """

    ops: int
    entries: int
    accounts: int
    calls: int
    papers: int
    hash: str
    digest: str
    pause_ms: int


def move(source: str, target: str, *, tell: Tell = lambda _: None) -> Moved:
    """Move a ledger from SQLite to PostgreSQL; hosts may go on until they are told to turn over.

    A host whose file was handed over gets a `StoreError` that names the new address; it opens that
    and sends what it was about under the same request id. Once begun a move goes on where it was
    stopped when it is asked for again.

    Parameters
    ----------
    source : str
        ``sqlite:///path``.
    target : str
        ``postgresql://user@host/database?schema=name``, where there is no ledger yet.
    tell : callable, optional
        Is told how far it has come.

    Raises
    ------
    InputError
        An address is of another kind.
    StoreError
        The source is damaged, the target holds another ledger, or what went over is not what was
        there; then the source takes operations as before.

    Source
    ------
    own; docs/decisions/0102.
    """
    if not source.startswith("sqlite:///") or len(source) == len("sqlite:///"):
        raise InputError(f"FROM must be a ledger in SQLite, sqlite:///path, not {source!r}")
    if not target.startswith(("postgresql://", "postgres://")):
        raise InputError(f"TO must be a ledger in PostgreSQL, postgresql://..., not {target!r}")
    path = str(Path(source.removeprefix("sqlite:///")).absolute())
    old = SqliteSource(path)
    try:
        new = PostgresTarget(target, path)
        try:
            return _Move(old, new, tell).run()
        except psycopg.Error as error:
            raise StoreError(
                f"{new.address} was lost on the way, ask again to go on from there: {error}"
            ) from None
        finally:
            new.close()
    finally:
        old.close()


class _Move:
    def __init__(self, old: SqliteSource, new: PostgresTarget, tell: Tell) -> None:
        self.old, self.new, self.tell = old, new, tell
        # Of rows that went over, by their place in a table: so that the pause need only bring
        # those that are others by then.
        self.went: dict[str, array[int]] = {table: array("Q") for table in ROWS}

    def run(self) -> Moved:
        self._refuse_others()
        if self.new.finished:
            return self._compared(0)
        self._chain()
        self._rows()
        self._chain()  # what came while the rows went over
        began = time.monotonic()
        self.old.hand_over(str(self.new.address))
        try:
            self._chain()
            self._rows()
            found = self._compared(0)
            wrong = self.new.unbalanced()
            if wrong:
                raise StoreError(f"the entries of {', '.join(wrong)} do not add up to the balance")
        except BaseException:
            self.old.take_back()
            raise
        self.new.finish()
        pause_ms = max(round((time.monotonic() - began) * 1000), 1)
        return Moved(
            found.ops, found.entries, found.accounts, found.calls, found.papers, found.hash,
            found.digest, pause_ms,
        )  # fmt: skip

    def _refuse_others(self) -> None:
        moved_to = self.old.moved_to()
        if moved_to is not None and moved_to != str(self.new.address):
            raise StoreError(f"{self.old.path} was moved to {moved_to}")
        if self.new.finished and moved_to is None:
            raise StoreError(f"{self.new.address} holds a ledger already")
        seq = self.new.head.seq
        if seq and self.old.hash_of(seq) != self.new.head.hash:
            raise StoreError(f"{self.new.address} holds operations of another ledger")

    def _chain(self) -> None:
        """Bring the chain up to where the source is."""
        before = self.new.head.hash
        for batch in self.old.chain(self.new.head.seq, self.new.head.entry_seq):
            last = self.new.head.seq
            for op, entries in batch:
                before = link_of(before, op, entries)
                if op.seq != last + 1 or before != op.hash:
                    raise StoreError(f"{self.old.path}: the chain is broken at operation {op.seq}")
                last = op.seq
            lines = [entry for _, entries in batch for entry in entries]
            self.new.add([op for op, _ in batch], lines)
            self.tell(f"{last} operations")

    def _rows(self) -> None:
        """Bring over the rows that are not there, or not any more as they are."""
        for table, went in self.went.items():
            page: list[tuple[Any, ...]] = []
            count = 0
            for place, row in enumerate(self.old.rows(table)):
                mark = _mark(row)
                if place < len(went) and went[place] == mark:
                    continue
                if place < len(went):
                    went[place] = mark
                else:
                    went.append(mark)
                page.append(row)
                count += 1
                if len(page) >= PAGE:
                    self.new.put(table, page)
                    page = []
            self.new.put(table, page)
            if count:
                self.tell(f"{count} rows of {table}")

    def _compared(self, pause_ms: int) -> Moved:
        """Hash both sides, and refuse any difference."""
        ours, counts = _digest(self.new.rows)
        theirs, expected = _digest(self.old.rows)
        if (ours, counts) != (theirs, expected):
            raise StoreError(
                f"what went over is not what is in {self.old.path}: {counts} against {expected}"
            )
        head = self.new.head
        kept = self.old.hash_of(head.seq)
        if head.seq and kept != head.hash:
            raise StoreError(f"operation {head.seq} is another than in {self.old.path}")
        return Moved(
            head.seq, head.entry_seq, counts["account"], counts["call"], counts["paper"],
            head.hash.hex(), ours, pause_ms,
        )  # fmt: skip


def _mark(row: tuple[Any, ...]) -> int:
    return int.from_bytes(blake2b(repr(row).encode(), digest_size=8).digest(), "big")


def _digest(rows: Callable[[str], Iterator[tuple[Any, ...]]]) -> tuple[str, dict[str, int]]:
    """Return a hash of all rows, and how many each table has."""
    made = sha256()
    counts = {}
    for table in ROWS:
        count = 0
        for row in rows(table):
            made.update(f"{table} {row!r}\n".encode())
            count += 1
        counts[table] = count
    return made.hexdigest(), counts
