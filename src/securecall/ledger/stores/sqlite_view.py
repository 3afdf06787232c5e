"""The rows of a ledger in SQLite, as a connection sees them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final

from securecall.ledger.chain import GENESIS
from securecall.ledger.curve import Loaders, PriceCurve, loaded
from securecall.ledger.rows import AccountRow, CallRow, OpRow
from securecall.ledger.stores.door import Head, Paper
from securecall.ledger.values.money import Entry

__all__ = ["View"]

CURVES_MAX: Final = 4_096

_OP: Final = "seq, request_id, digest, method, at_ms, code, answer, hash"
_ENTRY: Final = "seq, op, at_ms, account, contra, amount, kind, ref"


def _paper(row: tuple[str, str, str, str, str]) -> Paper:
    kind, id, account, state, body = row
    return Paper(kind, id, account, state, json.loads(body))


class View:
    """What a connection sees."""

    def __init__(
        self, connection: sqlite3.Connection, loaders: Loaders, curves: dict[str, PriceCurve]
    ) -> None:
        self._connection = connection
        self._loaders = loaders
        self._curves = curves  # of calls; a curve never changes

    def _one(self, sql: str, *values: Any) -> Any:
        return self._connection.execute(sql, values).fetchone()

    def head(self) -> Head:
        row = self._one("SELECT seq, hash FROM op ORDER BY seq DESC LIMIT 1")
        if row is None:
            return Head(0, 0, GENESIS, 0)
        (entry_seq,) = self._one("SELECT coalesce(max(seq), 0) FROM entry")
        latest = self._one("SELECT value FROM note WHERE name = 'latest_ms'")
        return Head(row[0], entry_seq, bytes(row[1]), int(latest[0]))

    def op(self, request_id: str) -> OpRow | None:
        row = self._one(f"SELECT {_OP} FROM op WHERE request_id = ?", request_id)
        return None if row is None else OpRow(*row)

    def ops_of(self, request_ids: Sequence[str]) -> dict[str, OpRow | None]:
        """Return the operations of many requests at once."""
        found: dict[str, OpRow | None] = dict.fromkeys(request_ids)
        # As many places as the next power of two, so that few statements have to be remembered.
        places = 1 << max(len(request_ids) - 1, 0).bit_length()
        sql = f"SELECT {_OP} FROM op WHERE request_id IN ({','.join('?' * places)})"
        values = [*request_ids, *[None] * (places - len(request_ids))]
        for row in self._connection.execute(sql, values):
            found[row[1]] = OpRow(*row)
        return found

    def account(self, id: str) -> AccountRow | None:
        row = self._one("SELECT * FROM account WHERE id = ?", id)
        return None if row is None else AccountRow.load(row)

    def call(self, id: str) -> CallRow | None:
        row = self._one("SELECT id, state, cutoff_ms, body FROM call WHERE id = ?", id)
        return None if row is None else CallRow.load(row, self._curve(id))

    def accounts_of(self, ids: Collection[str]) -> dict[str, AccountRow]:
        sql = "SELECT * FROM account WHERE id IN (SELECT value FROM json_each(?))"
        rows = self._connection.execute(sql, (json.dumps(list(ids)),))
        return {row[0]: AccountRow.load(row) for row in rows}

    def calls_of(self, ids: Collection[str]) -> dict[str, CallRow]:
        sql = (
            "SELECT id, state, cutoff_ms, body, curve FROM call "
            "WHERE id IN (SELECT value FROM json_each(?))"
        )
        rows = self._connection.execute(sql, (json.dumps(list(ids)),))
        return {row[0]: CallRow.load(row[:4], loaded(row[4], self._loaders)) for row in rows}

    def _curve(self, id: str) -> PriceCurve:
        curve = self._curves.get(id)
        if curve is None:
            (body,) = self._one("SELECT curve FROM call WHERE id = ?", id)
            curve = loaded(body, self._loaders)
            if len(self._curves) >= CURVES_MAX:
                self._curves.clear()
            self._curves[id] = curve
        return curve

    def paper(self, kind: str, id: str) -> Paper | None:
        row = self._one("SELECT * FROM paper WHERE kind = ? AND id = ?", kind, id)
        return None if row is None else _paper(row)

    def papers(self, kind: str, account: str) -> list[Paper]:
        sql = "SELECT * FROM paper WHERE kind = ? AND account = ? ORDER BY rowid"
        rows = self._connection.execute(sql, (kind, account))
        return [_paper(row) for row in rows]

    def note(self, name: str) -> Any:
        row = self._one("SELECT value FROM note WHERE name = ?", name)
        return None if row is None else json.loads(row[0])

    def entries(self, account: str | None, after_seq: int) -> Iterator[Entry]:
        where = "" if account is None else "account = ? AND "
        values = (after_seq,) if account is None else (account, after_seq)
        sql = f"SELECT {_ENTRY} FROM entry WHERE {where}seq > ? ORDER BY seq"
        return (Entry(*row) for row in self._connection.execute(sql, values))

    def ops(self, after_seq: int) -> Iterator[OpRow]:
        sql = f"SELECT {_OP} FROM op WHERE seq > ? ORDER BY seq"
        return (OpRow(*row) for row in self._connection.execute(sql, (after_seq,)))

    def accounts(self) -> Iterator[AccountRow]:
        rows = self._connection.execute("SELECT * FROM account ORDER BY id")
        return (AccountRow.load(row) for row in rows)

    def calls(self) -> Iterator[CallRow]:
        sql = "SELECT id, state, cutoff_ms, body, curve FROM call ORDER BY rowid"
        return (
            CallRow.load(row[:4], loaded(row[4], self._loaders))
            for row in self._connection.execute(sql)
        )

    def running_calls(self) -> list[str]:
        sql = "SELECT id FROM call WHERE state = 'running' ORDER BY id"
        return [row[0] for row in self._connection.execute(sql)]

    def due_calls(self, at_ms: int) -> list[str]:
        sql = (
            "SELECT id FROM call WHERE state = 'running' AND cutoff_ms <= ? ORDER BY cutoff_ms, id"
        )
        return [row[0] for row in self._connection.execute(sql, (at_ms,))]

    def due_reloads(self, at_ms: int) -> list[str]:
        sql = "SELECT id FROM account WHERE reload_ms <= ? ORDER BY reload_ms, id"
        return [row[0] for row in self._connection.execute(sql, (at_ms,))]
