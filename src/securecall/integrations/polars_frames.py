"""Polars rates: a LazyFrame of call records, priced as it streams; docs/engines.md has a job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from securecall.integrations.plain_batches import plain_batches, plain_schema

if TYPE_CHECKING:
    from polars import DataFrame, LazyFrame

    from securecall.rating.tariff import Tariff

__all__ = ["rate_frame"]


def rate_frame(
    frame: LazyFrame | DataFrame,
    tariff: Tariff,
    *,
    columns: Sequence[str] | None = None,
    explain: bool = False,
    replace: bool = False,
) -> LazyFrame:
    """Rate the call records of a Polars LazyFrame, or of a DataFrame when it is collected.

    Parameters
    ----------
    frame : polars.LazyFrame or polars.DataFrame
        Columns as in `Tariff.rate_batch`.
    tariff : Tariff
    columns : sequence of str, optional
        What comes out; all columns if not said.
    explain, replace : bool
        As in `Tariff.rate_batch`.

    Raises
    ------
    ColumnError
        A column is missing, of a type that is refused, or called like a rated one.

    Source
    ------
    own; docs/engines.md.
    """
    import polars

    asked: dict[str, Any] = {"columns": columns, "explain": explain, "replace": replace}
    frame = frame.lazy()
    given = frame.collect_schema().to_frame().to_arrow().schema
    made = polars.from_arrow(plain_schema(tariff, given, **asked).empty_table())

    def rate(calls: DataFrame) -> DataFrame:
        return polars.from_arrow(next(plain_batches(tariff, [calls], **asked)))

    # Polars does not look inside: what reads `total` must not be moved before there is one.
    kept = {"predicate_pushdown": False, "projection_pushdown": False}
    return frame.map_batches(rate, schema=made.schema, streamable=True, **kept)
