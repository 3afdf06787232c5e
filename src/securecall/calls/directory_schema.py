"""The tables of the directory's file; every row holds from an instant to another."""

from __future__ import annotations

from typing import Final

__all__ = ["SCHEMA"]

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS persons (
    person TEXT NOT NULL, since_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, max_call_ms INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS persons_by_id ON persons (person);
CREATE TABLE IF NOT EXISTS suspensions (
    person TEXT NOT NULL, since_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, why TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS suspensions_by_id ON suspensions (person);
CREATE TABLE IF NOT EXISTS approved (
    person TEXT NOT NULL, number TEXT NOT NULL, since_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS approved_by_person ON approved (person, number);
CREATE TABLE IF NOT EXISTS blocked (
    kind TEXT NOT NULL, number TEXT NOT NULL, since_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,
    why TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS blocked_by_number ON blocked (number);
CREATE TABLE IF NOT EXISTS privileged (
    kind TEXT NOT NULL, number TEXT NOT NULL, person TEXT, since_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS privileged_by_number ON privileged (number);
CREATE TABLE IF NOT EXISTS hot (
    number TEXT NOT NULL, since_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, why TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS hot_by_number ON hot (number);
CREATE TABLE IF NOT EXISTS placed (
    call_id TEXT PRIMARY KEY, person TEXT NOT NULL, number TEXT NOT NULL, at_ms INTEGER NOT NULL,
    courtesy INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS placed_by_person ON placed (person, at_ms);
CREATE INDEX IF NOT EXISTS placed_by_number ON placed (number, courtesy, at_ms);
CREATE TABLE IF NOT EXISTS reviews (
    review INTEGER PRIMARY KEY, number TEXT NOT NULL, kind TEXT NOT NULL, person TEXT,
    asked_by TEXT NOT NULL, asked_ms INTEGER NOT NULL, why TEXT NOT NULL, state TEXT NOT NULL,
    decided_by TEXT, decided_ms INTEGER, because TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS evidence (
    review INTEGER NOT NULL, at_ms INTEGER NOT NULL, by TEXT NOT NULL, kind TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
"""
