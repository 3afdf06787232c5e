"""Whatever text, number or bytes goes into an array comes out of the server as it was."""

from __future__ import annotations

from typing import Any

import psycopg
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.postgres_server import server

from securecall.ledger.stores.postgres_arrays import columns, texts

# PostgreSQL has no text with a zero in it, and no half of a pair; ids and JSON have neither.
words = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
wholes = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1))
rows = st.lists(st.tuples(words, wholes, st.binary(max_size=9)), max_size=6)


def through(sql: str, values: Any) -> list[Any]:
    with psycopg.connect(server().conninfo()) as connection:
        return connection.execute(sql, values).fetchall()


@settings(max_examples=60)
@given(rows)
def test_rows_come_back(given_rows: list[Any]) -> None:
    sql = "SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bytea[])"
    assert through(sql, columns(given_rows, "tib")) == given_rows


@settings(max_examples=60)
@given(st.lists(words, max_size=6))
def test_text_comes_back(given_words: list[str]) -> None:
    assert through("SELECT unnest(%s::text[])", (texts(given_words),)) == [
        (word,) for word in given_words
    ]


def test_what_looks_like_null_is_text() -> None:
    assert through("SELECT unnest(%s::text[])", (texts(["NULL", "", "null", "{a}", ","]),)) == [
        ("NULL",), ("",), ("null",), ("{a}",), (",",)
    ]  # fmt: skip
