"""What a group of operations puts into PostgreSQL: one question before, one message after.

The head of the chain is the one row that every operation changes. A transaction that *holds* it
has locked it before anything is read, and reads in the same message what the group's operations
name; what it writes goes in one more message, which ends with COMMIT. So between taking the head
and letting it go there is one way over the wire and back, however many operations there are.
The disk is not among what others wait for: the head is let go when the transaction is over, and
another message has the log synced before anybody is told an answer. Whoever builds on the
transaction meanwhile comes after it in the log, and has it synced with his own.

Where nobody else has been writing there is no need to take the head first. What is cached is most
likely still so, and the one message that writes says on what head it rests: if that is another one
by now, nothing is kept. Whatever was read meanwhile was read of that head or of a later one, since
every operation moves it, so that this looks after all that an operation went by.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from psycopg import Connection, Cursor

from securecall.ledger.chain import sign
from securecall.ledger.compact_json import encoder
from securecall.ledger.curve import Loaders, PriceCurve, dumped
from securecall.ledger.rows import AccountRow, CallRow, OpRow
from securecall.ledger.stores.door import Head
from securecall.ledger.stores.pending import Cache, Pending
from securecall.ledger.stores.postgres_arrays import columns, texts
from securecall.ledger.stores.postgres_link import message
from securecall.ledger.stores.postgres_news import TELL, payload
from securecall.ledger.stores.postgres_view import ACCOUNTS, HEAD, OPS, View

__all__ = ["MOVE", "NOTES", "PAPERS", "Change", "NotHeld", "names_in"]

_dumps = encoder()

# Accounts, and with them the instants that were closed, which matter where calls run. Then calls
# that an operation names, and those that run on accounts that it names.
_ACCOUNTS: Final = ACCOUNTS.replace(
    " FROM", ", (SELECT value FROM note WHERE name = 'closings') FROM", 1
)
_CALLS: Final = """
    SELECT id, state, cutoff_ms, body FROM call WHERE id = ANY(%s::text[]) OR id = ANY(ARRAY(
        SELECT json_array_elements_text(running::json) FROM account WHERE id = ANY(%s::text[])
        AND running <> '[]'))
"""
# Everything hangs on the head being moved: if it is another one, nothing is put, and the division
# fails, with whatever else stands in the message.
MOVE: Final = """
    WITH moved AS (
        UPDATE head SET seq = %s, entry_seq = %s, hash = %s, at_ms = %s
        WHERE seq = %s AND hash = %s AND turn = %s RETURNING seq
    ), ops AS (
        INSERT INTO op SELECT put.* FROM moved, unnest(%s::bigint[], %s::text[], %s::bytea[],
            %s::text[], %s::bigint[], %s::text[], %s::text[], %s::bytea[]) AS put
    ), entries AS (
        INSERT INTO entry SELECT put.* FROM moved, unnest(%s::bigint[], %s::bigint[], %s::bigint[],
            %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[]) AS put
    ), accounts AS (
        INSERT INTO account SELECT put.* FROM moved, unnest(%s::text[], %s::text[], %s::bigint[],
            %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[], %s::text[],
            %s::bigint[], %s::text[]) AS put
        ON CONFLICT (id) DO UPDATE SET posted = excluded.posted, credit = excluded.credit,
            settled_ms = excluded.settled_ms, touched = excluded.touched,
            active_ms = excluded.active_ms, closed = excluded.closed, running = excluded.running,
            reload_ms = excluded.reload_ms, more = excluded.more
    )
    SELECT 1 / count(*), set_config('synchronous_commit', %s, true) FROM moved
"""
# A transaction of its own, which ends when the log is on disk as far as here.
_SYNC: Final = "SELECT pg_logical_emit_message(true, 'securecall', '')"
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
PAPERS: Final = """
    INSERT INTO paper (kind, id, account, state, body)
    SELECT kind, id, account, state, body
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
        WITH ORDINALITY AS put (kind, id, account, state, body, nth) ORDER BY nth
    ON CONFLICT (kind, id) DO UPDATE
    SET account = excluded.account, state = excluded.state, body = excluded.body
"""
NOTES: Final = """
    INSERT INTO note SELECT * FROM unnest(%s::text[], %s::text[])
    ON CONFLICT (name) DO UPDATE SET value = excluded.value
"""
_SIGNED: Final = "INSERT INTO checkpoint VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"


class NotHeld(Exception):
    """A group that goes without the head needs it after all; nothing was written."""


def names_in(content: Sequence[Any]) -> list[str]:
    """Return what may be ids of accounts and calls in what a job was asked for."""
    found = []
    for each in content:
        if type(each) is str:
            found.append(each)
        elif type(each) is list:
            found += [name for name in each if type(name) is str]
    return found


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
    cache : Cache
        Its version is the head's turn; a new one makes void what went without the head.
    level : str
        The session's ``synchronous_commit``.
    channel, teller : str
        Where others are told which cutoffs moved, and by whom.

    Attributes
    ----------
    held : bool
        Whether it holds the head.
    """

    def __init__(
        self,
        connection: Connection[Any],
        loaders: Loaders,
        curves: dict[str, PriceCurve],
        cache: Cache,
        *,
        level: str,
        channel: str,
        teller: str,
    ) -> None:
        self._known = _Known(connection, loaders, curves)
        super().__init__(self._known, curves, cache)
        self._connection = connection
        self._before = cache.head
        self._level, self._channel, self._teller = level, channel, teller
        self._moved: dict[str, None] = {}
        self.held = False
        self._laid = False

    def take_head(self, request_ids: Sequence[str], names: Collection[str]) -> bool:
        """Begin a transaction that holds the head, and read what is likely to be needed.

        Parameters
        ----------
        request_ids : sequence of str
        names : collection of str
            Ids of accounts and calls; others among them do no harm.

        Returns
        -------
        bool
            Whether nobody else has written since.
        """
        self.held = True
        execute = self._connection.execute
        wanted = texts(names)
        with message(self._connection):
            execute("BEGIN")
            asked_head = execute(f"{HEAD} FOR UPDATE")
            asked_ops = execute(OPS, (texts(request_ids),))
            asked_accounts = execute(_ACCOUNTS, (wanted,))
            asked_calls = execute(_CALLS, (wanted, wanted))
        row = asked_head.fetchone()
        assert row is not None, "a ledger has a head"
        cache = self._cache
        head, alone = Head(*row[:4]), Head(*row[:4]) == cache.head
        if not alone:
            cache.drop()
            cache.head = head
        cache.version = row[4]
        self._before = head
        self._looked_up = dict.fromkeys(request_ids)
        for row in asked_ops:
            self._looked_up[row[1]] = OpRow(*row)
        self._take_in(asked_accounts, asked_calls)
        self._known.absent = {
            name for name in names if name not in cache.accounts and name not in cache.calls
        }
        return alone

    def _take_in(self, accounts: Cursor[Any], calls: Cursor[Any]) -> None:
        """Cache what was read."""
        for *row, closings in accounts:
            self._cache.accounts[row[0]] = AccountRow.load(tuple(row))
            self._cache.notes["closings"] = None if closings is None else json.loads(closings)
        self._cache.calls.update(self._known.calls_from(calls.fetchall()))

    def look_around(self, request_ids: Sequence[str], names: Collection[str]) -> None:
        """Read what is likely to be needed and is not cached, without holding the head."""
        # A request that is there already shows when it is put: an id is put once.
        self._looked_up = dict.fromkeys(request_ids)
        cache, execute = self._cache, self._connection.execute
        missing = [name for name in names if name not in cache.accounts and name not in cache.calls]
        # One operation that finds what it begins with asks for the little else that it needs.
        if not missing or (len(request_ids) < 2 and len(missing) < len(names)):
            return
        wanted = texts(missing)
        with message(self._connection):
            asked_accounts = execute(_ACCOUNTS, (wanted,))
            asked_calls = execute(_CALLS, (wanted, wanted))
        self._take_in(asked_accounts, asked_calls)

    def _keep_call(self, call: CallRow, seq: int) -> None:
        before = self._cache.calls.get(call.id)
        if before is not None and before.cutoff_ms != call.cutoff_ms:
            self._moved[call.id] = None
        super()._keep_call(call, seq)

    @property
    def empty(self) -> bool:
        """Whether there is nothing to commit."""
        return not self._ops and not self._laid

    def lay_down(self) -> None:
        """Write what the group has put and the database has not.

        Raises
        ------
        NotHeld
            The head is not held, so that this would be kept at once.
        """
        if not self._ops:
            return
        if not self.held:
            raise NotHeld
        self._put(self._statements())

    def _put(self, statements: Iterable[tuple[str, Sequence[Any]]]) -> None:
        for sql, values in statements:
            self._connection.execute(sql, values)
        self._clear()
        self._known.absent.clear()
        self._before = self._cache.head
        self._laid = True

    def _statements(self) -> list[tuple[str, Sequence[Any]]]:
        """Return the statements that lay everything down."""
        head, before = self._cache.head, self._before
        assert head is not None
        assert before is not None
        accounts = [row.dump() for row in self._accounts.values()]
        found: list[tuple[str, Sequence[Any]]] = [
            (
                MOVE,
                (
                    *head, before.seq, before.hash, self._cache.version,
                    *columns(self._ops, "itbtittb"), *columns(self._entries, "iiittitt"),
                    *columns(accounts, "ttiiiiiitit"), "off" if self.held else self._level,
                ),
            )
        ]  # fmt: skip
        if self._calls:
            found += self._calls_statements()
        if self._papers:
            papers = [(*paper[:4], _dumps(paper.body)) for paper in self._papers.values()]
            found.append((PAPERS, columns(papers, "ttttt")))
        if self._notes:
            notes = [(name, _dumps(value)) for name, value in self._notes.items()]
            found.append((NOTES, columns(notes, "tt")))
        return found

    def _calls_statements(self) -> list[tuple[str, Sequence[Any]]]:
        started, others = [], []
        for call in self._calls.values():
            row = call.dump()
            if call.id in self._started:
                assert call.curve is not None
                started.append((*row, dumped(call.curve)))
            else:
                others.append(row)
        found: list[tuple[str, Sequence[Any]]] = []
        if started:
            found.append((_STARTED, columns(started, "ttitb")))
        if others:
            found.append((_OTHERS, columns(others, "ttit")))
        return found

    def commit(self, key: bytes | None) -> None:
        """Lay down, move the head, and commit, in one message.

        Parameters
        ----------
        key : bytes, optional
            Sign where the chain is.
        """
        head = self._cache.head
        assert head is not None
        statements = self._statements() if self._ops else []
        if key is not None:
            mac = sign(key, head.seq, head.entry_seq, head.hash)
            statements.append((_SIGNED, (*head, mac)))
        if self._moved:
            statements.append((TELL, (self._channel, payload(self._teller, self._moved))))
        if self.held:
            statements.append(("COMMIT", ()))
            self._end(statements)
        elif len(statements) == 1:
            self._put(statements)
        else:  # without BEGIN, what one message has is a transaction
            with message(self._connection):
                self._put(statements)

    def leave(self) -> None:
        """Let the head go; what was found there is on disk when this returns."""
        self._end([("ROLLBACK", ())])

    def _end(self, statements: Iterable[tuple[str, Sequence[Any]]]) -> None:
        with message(self._connection):
            self._put(statements)
        self._connection.execute(_SYNC)
