"""What a group of operations puts into PostgreSQL: one question before, one message after.

A transaction begins by taking the head of the chain, the one row that every operation changes, and
by reading in the same message what the group's operations name. It ends with one message that
writes a statement a table, moves the head and commits. So between taking the head and letting it
go there is one way over the wire and back, however many operations there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from psycopg import Connection

from securecall.ledger.chain import sign
from securecall.ledger.compact_json import encoder
from securecall.ledger.curve import Loaders, PriceCurve, dumped
from securecall.ledger.rows import AccountRow, CallRow, OpRow
from securecall.ledger.stores.door import Head
from securecall.ledger.stores.pending import Cache, Pending
from securecall.ledger.stores.postgres_view import ACCOUNTS, HEAD, OPS, View

__all__ = ["Change"]

_dumps = encoder()

# Calls that an operation names, and those that run on accounts that it names.
_CALLS: Final = """
    SELECT id, state, cutoff_ms, body FROM call WHERE id = ANY(%s) OR id = ANY(ARRAY(
        SELECT json_array_elements_text(running::json) FROM account WHERE id = ANY(%s)))
"""
_OP: Final = """
    INSERT INTO op SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bytea[], %s::text[],
        %s::bigint[], %s::text[], %s::text[], %s::bytea[])
"""
_ENTRY: Final = """
    INSERT INTO entry SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[],
        %s::text[], %s::bigint[], %s::text[], %s::text[])
"""
_ACCOUNT: Final = """
    INSERT INTO account SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[],
        %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[], %s::text[], %s::bigint[],
        %s::text[])
    ON CONFLICT (id) DO UPDATE SET posted = excluded.posted, credit = excluded.credit,
        settled_ms = excluded.settled_ms, touched = excluded.touched,
        active_ms = excluded.active_ms, closed = excluded.closed, running = excluded.running,
        reload_ms = excluded.reload_ms, more = excluded.more
"""
_STARTED: Final = """
    INSERT INTO call (id, state, cutoff_ms, body, curve)
    SELECT id, state, cutoff_ms, body, curve
    FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::bytea[])
        WITH ORDINALITY AS put (id, state, cutoff_ms, body, curve, nth) ORDER BY nth
"""
_OTHERS: Final = """
    UPDATE call SET state = put.state, cutoff_ms = put.cutoff_ms, body = put.body
    FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[])
        AS put (id, state, cutoff_ms, body)
    WHERE call.id = put.id
"""
_PAPER: Final = """
    INSERT INTO paper (kind, id, account, state, body)
    SELECT kind, id, account, state, body
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
        WITH ORDINALITY AS put (kind, id, account, state, body, nth) ORDER BY nth
    ON CONFLICT (kind, id) DO UPDATE
    SET account = excluded.account, state = excluded.state, body = excluded.body
"""
_NOTE: Final = """
    INSERT INTO note SELECT * FROM unnest(%s::text[], %s::text[])
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_MOVE: Final = "UPDATE head SET seq = %s, entry_seq = %s, hash = %s, at_ms = %s"
_SIGNED: Final = "INSERT INTO checkpoint VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"


class _Known(View):
    """What the connection that writes sees; it need not ask again for what it found absent."""

    def __init__(
        self, connection: Connection[Any], loaders: Loaders, curves: dict[str, PriceCurve]
    ) -> None:
        super().__init__(connection, loaders, curves)
        self.absent: set[str] = set()

    def account(self, id: str) -> AccountRow | None:
        return None if id in self.absent else super().account(id)

    def call(self, id: str) -> CallRow | None:
        return None if id in self.absent else super().call(id)


class Change(Pending):
    """A transaction of many operations in PostgreSQL; see `Pending`.

    Parameters
    ----------
    connection : psycopg.Connection
        In autocommit, so that what begins and ends a transaction stands here.
    """

    def __init__(
        self,
        connection: Connection[Any],
        loaders: Loaders,
        curves: dict[str, PriceCurve],
        cache: Cache,
    ) -> None:
        self._known = _Known(connection, loaders, curves)
        super().__init__(self._known, curves, cache)
        self._connection = connection
        self._laid = False

    def begin(self, request_ids: Sequence[str], names: Collection[str], *, alone: bool) -> bool:
        """Take the head of the chain and read what is likely to be needed.

        Parameters
        ----------
        request_ids : sequence of str
        names : collection of str
            Ids of accounts and calls; others among them do no harm.
        alone : bool
            Nobody else wrote last time: most likely what is cached still holds, and is not read.

        Returns
        -------
        bool
            Whether nobody else has written since.
        """
        cache, execute = self._cache, self._connection.execute
        missing = list(names)
        if alone:
            missing = [
                each for each in names if each not in cache.accounts and each not in cache.calls
            ]
        with self._connection.pipeline():
            execute("BEGIN")
            asked_head = execute(f"{HEAD} FOR UPDATE")
            asked_ops = execute(OPS, (list(request_ids),)) if request_ids else None
            asked_accounts = execute(ACCOUNTS, (missing,)) if missing else None
            asked_calls = execute(_CALLS, (missing, missing)) if missing else None
        row = asked_head.fetchone()
        assert row is not None, "a ledger has a head"
        head = Head(*row)
        alone = head == cache.head
        if not alone:
            cache.drop()
            cache.head = head
        if asked_ops is not None:
            found: dict[str, OpRow | None] = dict.fromkeys(request_ids)
            for row in asked_ops:
                found[row[1]] = OpRow(*row)
            self._looked_up = found
        if asked_accounts is not None and asked_calls is not None:
            for row in asked_accounts:
                cache.accounts[row[0]] = AccountRow.load(row)
            calls = self._known.calls_from(asked_calls.fetchall())
            cache.calls.update(calls)
            self._known.absent = {
                each for each in missing if each not in cache.accounts and each not in calls
            }
        return alone

    @property
    def empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not self._ops and not self._laid

    def lay_down(self) -> None:
        """Write what the group has put and the database has not."""
        if not self._ops:
            return
        execute = self._connection.execute
        execute(_OP, _columns(self._ops))
        if self._entries:
            execute(_ENTRY, _columns(self._entries))
        if self._accounts:
            execute(_ACCOUNT, _columns(row.dump() for row in self._accounts.values()))
        if self._calls:
            self._lay_calls_down()
        if self._papers:
            papers = ((*paper[:4], _dumps(paper.body)) for paper in self._papers.values())
            execute(_PAPER, _columns(papers))
        if self._notes:
            notes = ((name, _dumps(value)) for name, value in self._notes.items())
            execute(_NOTE, _columns(notes))
        self._clear()
        self._known.absent.clear()
        self._laid = True

    def _lay_calls_down(self) -> None:
        started, others = [], []
        for call in self._calls.values():
            columns = call.dump()
            if call.id in self._started:
                assert call.curve is not None
                started.append((*columns, dumped(call.curve)))
            else:
                others.append(columns)
        if started:
            self._connection.execute(_STARTED, _columns(started))
        if others:
            self._connection.execute(_OTHERS, _columns(others))

    def commit(self, key: bytes | None) -> None:
        """Lay down, move the head, and commit, in one message.

        Parameters
        ----------
        key : bytes, optional
            Sign where the chain is.
        """
        execute = self._connection.execute
        with self._connection.pipeline():
            self.lay_down()
            head = self._cache.head
            assert head is not None
            execute(_MOVE, head)
            if key is not None:
                mac = sign(key, head.seq, head.entry_seq, head.hash)
                execute(_SIGNED, (*head, mac))
            execute("COMMIT")


def _columns(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Turn rows into columns, which go over the wire as one array each."""
    return [list(column) for column in zip(*rows, strict=True)]
