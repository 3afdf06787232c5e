"""Every door for tables takes every library's, and what comes out is taken by every library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from tests.fraud.patterns.records import call as pattern_call
from tests.fraud.patterns.records import table as pattern_table

import securecall as sc
from securecall.calls import post_month, records_table
from securecall.fraud.patterns import Velocity, scan
from securecall.testing import FACILITY, NOON, TARIFF_FILE, SmallJail, records, tariff

MONTH = records(60, accounts=2)
LATER = NOON + 40 * 86_400_000
DEARER = sc.Tariff.loads(TARIFF_FILE.replace("0.06", "0.07"))


def ledger() -> sc.Ledger:
    made = sc.Ledger.open("memory:")
    for number in range(2):
        made.open_account(f"fam-{number}", at=NOON, opening="100")
    return made


def as_polars(table: pa.Table) -> Any:
    return pl.from_arrow(table)


def as_pandas(table: pa.Table) -> Any:
    return table.to_pandas(types_mapper=pd.ArrowDtype)


def as_duckdb(table: pa.Table) -> Any:
    return duckdb.connect().from_arrow(table)


class Stream:
    """A stream of anybody's: all that it has is the interface."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


LIBRARIES: dict[str, Callable[[pa.Table], Any]] = {
    "pyarrow": lambda table: table,
    "reader": lambda table: table.to_reader(),
    "batch": lambda table: table.combine_chunks().to_batches()[0],
    "polars": as_polars,
    "pandas": as_pandas,
    "duckdb": as_duckdb,
    "stream": Stream,
}


def deposits() -> pa.Table:
    return pa.table(
        {
            "amount": ["25.00", "1.00"],
            "facility": [FACILITY] * 2,
            "at": pa.array([NOON] * 2, pa.timestamp("ms", "UTC")),
        }
    )


def posted(given: Any) -> tuple[int, Any]:
    books = ledger()
    made = books.post_records(given, at=LATER, request_id="m")
    return made.posted, made.posted_total


DOORS: dict[str, tuple[Callable[[], pa.Table], Callable[[Any], Any]]] = {
    "rate_batch": (lambda: MONTH, lambda given: tariff().rate_batch(given)["total"].to_pylist()),
    "rate_stream": (
        lambda: MONTH,
        lambda given: tariff().rate_stream(given).read_all()["total"].to_pylist(),
    ),
    "compare": (lambda: MONTH, lambda given: tariff().compare(given, DEARER).totals.to_pylist()),
    "quote_batch": (
        deposits,
        lambda given: tariff().quote_batch(given)["credited"].to_pylist(),
    ),
    "scan": (
        lambda: pattern_table([pattern_call(each, call_id=f"c{each}") for each in range(6)]),
        lambda given: scan(given, [Velocity(calls=6)]).table["subject"].to_pylist(),
    ),
    "post_records": (lambda: tariff().rate_batch(MONTH), posted),
    "check_records": (
        lambda: tariff().rate_batch(MONTH),
        lambda given: ledger().check_records(given).missing,
    ),
    "post_month": (
        lambda: MONTH,
        lambda given: post_month(tariff(), ledger(), given, at=LATER, request_id="m").posted,
    ),
}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("door", DOORS)
def test_every_door_takes_every_librarys_tables(door: str, library: str) -> None:
    given, through = DOORS[door]
    assert through(LIBRARIES[library](given())) == through(given())
    assert through(given())


def out() -> dict[str, Any]:
    """Return everything that gives a table."""
    books = ledger()
    rated = tariff().rate_batch(MONTH)
    refused: list[pa.RecordBatch] = []
    books.post_records(rated, at=LATER, request_id="m")
    sc.Ledger.open("memory:").post_records(rated, at=LATER, request_id="m", refusals=refused.append)
    jail = SmallJail()
    jail.open_account("fam-1", "1.00")
    call = jail.call("fam-1").hang_up()
    return {
        "rate_batch": rated,
        "rate_stream": tariff().rate_stream(MONTH),
        "compare, rows": tariff().compare(MONTH, DEARER).rows,
        "compare, totals": tariff().compare(MONTH, DEARER).totals,
        "entries": books.entries(),
        "refusals": refused[0],
        "records_table": records_table([call.record]),
        "scan": scan(DOORS["scan"][0](), [Velocity(calls=6)]).table,
        "quote_batch": tariff().quote_batch(deposits()),
    }


@pytest.mark.parametrize("name", out())
def test_what_comes_out_is_taken_by_every_library(name: str) -> None:
    rows = pa.table(out()[name]).num_rows
    assert rows > 0
    for given in (out()[name], Stream(pa.table(out()[name]))):
        assert pl.DataFrame(given).height == rows
    table = pa.table(out()[name])
    assert len(duckdb.connect().from_arrow(table).fetchall()) == rows
    assert len(table.to_pandas()) == rows
