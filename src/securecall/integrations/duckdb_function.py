"""DuckDB rates: a function of a whole row, ``SELECT c.*, unnest(rate(c)) FROM calls c``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from securecall.integrations.plain_batches import plain_batches, plain_schema
from securecall.rating.batch import RATED

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from securecall.rating.tariff import Tariff

__all__ = ["register_rate"]


def register_rate(
    connection: DuckDBPyConnection,
    calls: DuckDBPyRelation,
    tariff: Tariff,
    *,
    name: str = "rate",
    columns: Sequence[str] | None = None,
) -> DuckDBPyConnection:
    """Teach a DuckDB connection to rate the rows of a relation.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
    calls : duckdb.DuckDBPyRelation
        Whose rows it will be asked about; columns as in `Tariff.rate_batch`.
    tariff : Tariff
    name : str, optional
        Of the function. It takes a row of ``calls`` and gives a struct of what rating adds.
    columns : sequence of str, optional
        What of that; all if not said.

    Returns
    -------
    duckdb.DuckDBPyConnection
        The same one.

    Raises
    ------
    ColumnError
        A column is missing or of a type that is refused.

    Source
    ------
    own; docs/engines.md.
    """
    given = calls.limit(0).to_arrow_table().schema
    # What rating adds stands apart in a struct: a column of its name in `calls` is in nobody's way.
    asked: dict[str, Any] = {"columns": RATED if columns is None else columns, "replace": True}
    made = connection.from_arrow(plain_schema(tariff, given, **asked).empty_table())

    def rate(rows: Any) -> Any:  # DuckDB evaluates what stands here
        import pyarrow as pa

        table = pa.Table.from_struct_array(rows)
        return next(plain_batches(tariff, [table], **asked)).to_struct_array()

    taken, given_back = (dict(zip(one.columns, one.types, strict=True)) for one in (calls, made))
    struct = connection.struct_type
    return connection.create_function(
        name, rate, [struct(taken)], struct(given_back), type="arrow", null_handling="special"
    )
