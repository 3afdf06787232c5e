"""Calls with all that a month meets, for every engine, and what they must come to."""

from __future__ import annotations

from functools import cache
from typing import Any

import pyarrow as pa
from benchmarks.workloads import everything_calls, everything_tariff

from securecall.integrations.plain_batches import plain_batches
from securecall.rating.tariff import Tariff

__all__ = ["FEW", "calls", "rated", "rows_of", "tariff"]

ROWS = 3_000
#: Some of what came in and some of what was added, in another order than either.
FEW = ["total", "id", "status"]


@cache
def tariff() -> Tariff:
    """Return the tariff: contracts, windows, ceilings by date, stacked taxes."""
    made: Tariff = everything_tariff()
    return made


@cache
def calls() -> pa.Table:
    """Return the calls, each with an id, and two of a facility that nobody knows."""
    table = everything_calls(ROWS)
    names = table["facility"].cast(pa.string()).to_pylist()
    names[7] = names[8] = "nowhere"
    table = table.set_column(0, "facility", pa.array(names))
    words = [
        field.with_type(pa.string()) if pa.types.is_dictionary(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(words)).add_column(0, "id", pa.array(range(ROWS), pa.int64()))


@cache
def _rated(explain: bool) -> pa.Table:
    return pa.Table.from_batches(plain_batches(tariff(), [calls()], explain=explain))


def rated(columns: list[str] | None = None, explain: bool = False) -> list[dict[str, Any]]:
    """Return what the calls come to without any engine, row by row."""
    table = _rated(explain)
    return rows_of(table if columns is None else table.select(columns))


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """Return rows in the order of their ids; an engine may hand them out in another."""
    rows: list[dict[str, Any]] = table.sort_by("id").to_pylist()
    return rows
