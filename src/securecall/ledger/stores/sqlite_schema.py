"""The tables of a ledger in SQLite."""

from __future__ import annotations

from typing import Final

__all__ = ["APPLICATION_ID", "FORMAT", "SCHEMA"]

APPLICATION_ID: Final = 0x5ECA11
FORMAT: Final = 1

SCHEMA: Final = """
CREATE TABLE account (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('prepaid', 'inmate_debit', 'direct_bill')),
    posted INTEGER NOT NULL CHECK (abs(posted) <= 999999999999999999),
    credit INTEGER NOT NULL CHECK (credit >= 0),
    settled_ms INTEGER NOT NULL,
    touched INTEGER NOT NULL,
    active_ms INTEGER NOT NULL,
    closed INTEGER NOT NULL CHECK (closed IN (0, 1)),
    running TEXT NOT NULL,
    reload_ms INTEGER,
    more TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX account_reload ON account (reload_ms) WHERE reload_ms IS NOT NULL;
CREATE TABLE call (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('running', 'ended', 'refused')),
    cutoff_ms INTEGER,
    body TEXT NOT NULL,
    curve BLOB NOT NULL
) STRICT;
CREATE INDEX call_due ON call (cutoff_ms) WHERE state = 'running';
CREATE TABLE paper (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    account TEXT NOT NULL,
    state TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
) STRICT;
CREATE INDEX paper_account ON paper (kind, account);
CREATE TABLE note (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE op (
    seq INTEGER PRIMARY KEY,
    request_id TEXT NOT NULL UNIQUE,
    digest BLOB NOT NULL,
    method TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    code TEXT NOT NULL,
    answer TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    op INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    account TEXT NOT NULL,
    contra TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0),
    kind TEXT NOT NULL,
    ref TEXT NOT NULL
) STRICT;
CREATE INDEX entry_account ON entry (account, seq);
CREATE TABLE checkpoint (
    seq INTEGER PRIMARY KEY,
    entry_seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    mac BLOB NOT NULL
) STRICT;
CREATE TRIGGER op_stays BEFORE UPDATE ON op
    BEGIN SELECT RAISE(ABORT, 'operations are never changed'); END;
CREATE TRIGGER op_remains BEFORE DELETE ON op
    BEGIN SELECT RAISE(ABORT, 'operations are never erased'); END;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END;
CREATE TRIGGER entry_remains BEFORE DELETE ON entry
    BEGIN SELECT RAISE(ABORT, 'entries are never erased'); END;
"""
