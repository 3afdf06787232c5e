"""The tables of a ledger in PostgreSQL: those of SQLite, and the head of the chain as a row."""

from __future__ import annotations

from typing import Final

__all__ = ["FORMAT", "SCHEMA", "TABLES"]

FORMAT: Final = 1
TABLES: Final = ("account", "call", "checkpoint", "entry", "head", "note", "op", "paper")

# Ids sort by their bytes, as in every other store: the order of accounts and of calls that fall due
# at one instant must not depend on a server's locale. The head is the one row that every operation
# changes, so its pages keep room for the next version beside the last.
SCHEMA: Final = (
    """
    CREATE TABLE account (
        id text COLLATE "C" PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('prepaid', 'inmate_debit', 'direct_bill')),
        posted bigint NOT NULL CHECK (abs(posted) <= 999999999999999999),
        credit bigint NOT NULL CHECK (credit >= 0),
        settled_ms bigint NOT NULL,
        touched bigint NOT NULL,
        active_ms bigint NOT NULL,
        closed smallint NOT NULL CHECK (closed IN (0, 1)),
        running text NOT NULL,
        reload_ms bigint,
        more text NOT NULL
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX account_reload ON account (reload_ms) WHERE reload_ms IS NOT NULL",
    """
    CREATE TABLE call (
        id text COLLATE "C" PRIMARY KEY,
        state text NOT NULL CHECK (state IN ('running', 'ended', 'refused')),
        cutoff_ms bigint,
        body text NOT NULL,
        curve bytea NOT NULL,
        place bigint GENERATED ALWAYS AS IDENTITY UNIQUE
    )
    """,
    "CREATE INDEX call_due ON call (cutoff_ms, id) WHERE state = 'running'",
    """
    CREATE TABLE paper (
        kind text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL,
        account text COLLATE "C" NOT NULL,
        state text NOT NULL,
        body text NOT NULL,
        place bigint GENERATED ALWAYS AS IDENTITY,
        PRIMARY KEY (kind, id)
    )
    """,
    "CREATE INDEX paper_account ON paper (kind, account, place)",
    'CREATE TABLE note (name text COLLATE "C" PRIMARY KEY, value text NOT NULL)',
    """
    CREATE TABLE op (
        seq bigint PRIMARY KEY,
        request_id text COLLATE "C" NOT NULL UNIQUE,
        digest bytea NOT NULL,
        method text NOT NULL,
        at_ms bigint NOT NULL,
        code text NOT NULL,
        answer text NOT NULL,
        hash bytea NOT NULL
    )
    """,
    """
    CREATE TABLE entry (
        seq bigint PRIMARY KEY,
        op bigint NOT NULL,
        at_ms bigint NOT NULL,
        account text COLLATE "C" NOT NULL,
        contra text NOT NULL,
        amount bigint NOT NULL CHECK (amount <> 0),
        kind text NOT NULL,
        ref text NOT NULL
    )
    """,
    "CREATE INDEX entry_account ON entry (account, seq)",
    """
    CREATE TABLE checkpoint (
        seq bigint PRIMARY KEY,
        entry_seq bigint NOT NULL,
        hash bytea NOT NULL,
        at_ms bigint NOT NULL,
        mac bytea NOT NULL
    )
    """,
    """
    CREATE TABLE head (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        format integer NOT NULL,
        seq bigint NOT NULL,
        entry_seq bigint NOT NULL,
        hash bytea NOT NULL,
        at_ms bigint NOT NULL,
        turn bigint NOT NULL
    ) WITH (fillfactor = 10)
    """,
    """
    CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'operations and entries are never changed or erased'; END $$
    """,
    "CREATE TRIGGER op_stays BEFORE UPDATE OR DELETE ON op FOR EACH ROW EXECUTE FUNCTION stays()",
    "CREATE TRIGGER op_remains BEFORE TRUNCATE ON op EXECUTE FUNCTION stays()",
    """
    CREATE TRIGGER entry_stays BEFORE UPDATE OR DELETE ON entry
        FOR EACH ROW EXECUTE FUNCTION stays()
    """,
    "CREATE TRIGGER entry_remains BEFORE TRUNCATE ON entry EXECUTE FUNCTION stays()",
)
