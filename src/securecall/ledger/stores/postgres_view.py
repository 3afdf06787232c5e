"""The rows of a ledger in PostgreSQL, as a connection sees them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from psycopg import Connection

from securecall.ledger.curve import Loaders, PriceCurve, loaded
from securecall.ledger.rows import AccountRow, CallRow, OpRow
from securecall.ledger.stores.door import Head, Paper
from securecall.ledger.values.money import Entry

__all__ = ["ACCOUNTS", "CALLS", "HEAD", "OPS", "View"]

CURVES_MAX: Final = 4_096
PAGE: Final = 2_000  # rows that a long reading takes at a time

_OP: Final = "seq, request_id, digest, method, at_ms, code, answer, hash"
_ENTRY: Final = "seq, op, at_ms, account, contra, amount, kind, ref"
_ACCOUNT: Final = (
    "id, kind, posted, credit, settled_ms, touched, active_ms, closed, running, reload_ms, more"
)
_PAPER: Final = "kind, id, account, state, body"
_CALL: Final = "id, state, cutoff_ms, body"
HEAD: Final = "SELECT seq, entry_seq, hash, at_ms, turn FROM head"
OPS: Final = f"SELECT {_OP} FROM op WHERE request_id = ANY(%s::text[])"
ACCOUNTS: Final = f"SELECT {_ACCOUNT} FROM account WHERE id = ANY(%s::text[])"
CALLS: Final = f"SELECT {_CALL} FROM call WHERE id = ANY(%s::text[])"


def _paper(row: tuple[str, str, str, str, str]) -> Paper:
    kind, id, account, state, body = row
    return Paper(kind, id, account, state, json.loads(body))


class View:
    """What a connection sees."""

    def __init__(
        self, connection: Connection[Any], loaders: Loaders, curves: dict[str, PriceCurve]
    ) -> None:
        self._connection = connection
        self._loaders = loaders
        self._curves = curves  # of calls; a curve never changes

    def _one(self, sql: str, *values: Any) -> Any:
        return self._connection.execute(sql, values).fetchone()

    def _all(self, sql: str, *values: Any) -> list[Any]:
        return self._connection.execute(sql, values).fetchall()

    def _pages(self, sql: str, after: Any, key: int, *values: Any) -> Iterator[Any]:
        """Return rows page by page; the last value of a page says where the next begins."""
        while True:
            rows = self._all(sql, *values, after, PAGE)
            yield from rows
            if len(rows) < PAGE:
                return
            after = rows[-1][key]

    def head(self) -> Head:
        return Head(*self._one(HEAD)[:4])

    def op(self, request_id: str) -> OpRow | None:
        return self.ops_of([request_id])[request_id]

    def ops_of(self, request_ids: Sequence[str]) -> dict[str, OpRow | None]:
        """Return the operations of many requests at once."""
        found: dict[str, OpRow | None] = dict.fromkeys(request_ids)
        for row in self._all(OPS, list(request_ids)):
            found[row[1]] = OpRow(*row)
        return found

    def account(self, id: str) -> AccountRow | None:
        return self.accounts_of([id]).get(id)

    def call(self, id: str) -> CallRow | None:
        return self.calls_of([id]).get(id)

    def accounts_of(self, ids: Collection[str]) -> dict[str, AccountRow]:
        return {row[0]: AccountRow.load(row) for row in self._all(ACCOUNTS, list(ids))}

    def calls_of(self, ids: Collection[str]) -> dict[str, CallRow]:
        return self.calls_from(self._all(CALLS, list(ids)))

    def calls_from(self, rows: Sequence[tuple[Any, ...]]) -> dict[str, CallRow]:
        """Return calls as their rows say; curves that are not known are read at once."""
        unknown = [row[0] for row in rows if row[0] not in self._curves]
        if unknown:
            if len(self._curves) + len(unknown) > CURVES_MAX:
                self._curves.clear()
                unknown = [row[0] for row in rows]
            sql = "SELECT id, curve FROM call WHERE id = ANY(%s::text[])"
            for id, body in self._all(sql, unknown):
                self._curves[id] = loaded(body, self._loaders)
        return {row[0]: CallRow.load(row, self._curves[row[0]]) for row in rows}

    def paper(self, kind: str, id: str) -> Paper | None:
        row = self._one(f"SELECT {_PAPER} FROM paper WHERE kind = %s AND id = %s", kind, id)
        return None if row is None else _paper(row)

    def papers(self, kind: str, account: str) -> list[Paper]:
        sql = f"SELECT {_PAPER} FROM paper WHERE kind = %s AND account = %s ORDER BY place"
        return [_paper(row) for row in self._all(sql, kind, account)]

    def note(self, name: str) -> Any:
        row = self._one("SELECT value FROM note WHERE name = %s", name)
        return None if row is None else json.loads(row[0])

    def entries(self, account: str | None, after_seq: int) -> Iterator[Entry]:
        where = "" if account is None else "account = %s AND "
        values = () if account is None else (account,)
        sql = f"SELECT {_ENTRY} FROM entry WHERE {where}seq > %s ORDER BY seq LIMIT %s"
        return (Entry(*row) for row in self._pages(sql, after_seq, 0, *values))

    def ops(self, after_seq: int) -> Iterator[OpRow]:
        sql = f"SELECT {_OP} FROM op WHERE seq > %s ORDER BY seq LIMIT %s"
        return (OpRow(*row) for row in self._pages(sql, after_seq, 0))

    def accounts(self) -> Iterator[AccountRow]:
        sql = f"SELECT {_ACCOUNT} FROM account WHERE id > %s ORDER BY id LIMIT %s"
        return (AccountRow.load(row) for row in self._pages(sql, "", 0))

    def calls(self) -> Iterator[CallRow]:
        sql = f"SELECT {_CALL}, curve, place FROM call WHERE place > %s ORDER BY place LIMIT %s"
        return (
            CallRow.load(row[:4], loaded(row[4], self._loaders)) for row in self._pages(sql, 0, 5)
        )

    def running_calls(self) -> list[str]:
        sql = "SELECT id FROM call WHERE state = 'running' ORDER BY id"
        return [row[0] for row in self._all(sql)]

    def due_calls(self, at_ms: int) -> list[str]:
        sql = (
            "SELECT id FROM call WHERE state = 'running' AND cutoff_ms <= %s ORDER BY cutoff_ms, id"
        )
        return [row[0] for row in self._all(sql, at_ms)]

    def due_reloads(self, at_ms: int) -> list[str]:
        sql = "SELECT id FROM account WHERE reload_ms <= %s ORDER BY reload_ms, id"
        return [row[0] for row in self._all(sql, at_ms)]
