"""DuckDB rates a row and hands out a struct."""

from __future__ import annotations

import duckdb
import pytest
from tests.integrations.engine_month import calls, rated, rows_of, tariff

from securecall.errors import ColumnError
from securecall.integrations.duckdb_function import register_rate


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 2})
    connection.from_arrow(calls()).create("calls")
    return connection


def test_it_rates_as_we_do(connection: duckdb.DuckDBPyConnection) -> None:
    register_rate(connection, connection.table("calls"), tariff())
    made = connection.sql("SELECT c.*, unnest(rate(c)) FROM calls c").to_arrow_table()
    expected = rated()
    found = rows_of(made)
    for row in found:  # it gives instants with a zone of its own, and in microseconds
        row["start"] = row["start"].astimezone(expected[0]["start"].tzinfo)
    assert found == expected


def test_some_columns_under_another_name_and_summed(connection: duckdb.DuckDBPyConnection) -> None:
    calls_there = connection.table("calls")
    register_rate(connection, calls_there, tariff(), name="price", columns=["total", "status"])
    query = (
        "SELECT r.status, count(*), sum(r.total) FROM (SELECT price(c) r FROM calls c) GROUP BY 1"
    )
    found = {word: (count, total) for word, count, total in connection.sql(query).fetchall()}
    for word, (count, total) in found.items():
        totals = [row["total"] for row in rated() if row["status"] == word]
        assert count == len(totals)
        priced = [each for each in totals if each is not None]
        assert total == (sum(priced) if priced else None)
    assert len(found) > 2


def test_a_row_of_nothing_has_a_status(connection: duckdb.DuckDBPyConnection) -> None:
    register_rate(connection, connection.table("calls"), tariff())
    query = (
        "SELECT rate(c).status, rate(c).total FROM (SELECT * REPLACE (NULL AS number) FROM calls) c"
    )
    assert set(connection.sql(query).fetchall()) <= {
        ("bad_number", None), ("bad_facility", None),
    }  # fmt: skip


def test_a_column_that_is_missing_is_told(connection: duckdb.DuckDBPyConnection) -> None:
    fewer = connection.sql("SELECT * EXCLUDE (duration_ms) FROM calls")
    with pytest.raises(ColumnError, match="'duration_ms'"):
        register_rate(connection, fewer, tariff())


def test_a_column_of_ones_own_may_be_called_like_a_rated_one(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    own = connection.sql("SELECT *, 'mine' AS status FROM calls")
    register_rate(connection, own, tariff())
    found = connection.sql("SELECT DISTINCT c.status, rate(c).status FROM own c").fetchall()
    assert sorted(found) == sorted({("mine", row["status"]) for row in rated()})


def test_no_rows_are_no_rows(connection: duckdb.DuckDBPyConnection) -> None:
    none = connection.sql("SELECT * FROM calls WHERE id < 0")
    register_rate(connection, none, tariff(), columns=["total"])
    assert connection.sql("SELECT rate(c) FROM none c").fetchall() == []
