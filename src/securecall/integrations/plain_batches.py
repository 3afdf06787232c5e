"""Rated batches in the types that every engine knows: no dictionaries, no views of text.

Spark and DuckDB read no dictionaries from Python, and the others each make something else of them.
Here a status is text everywhere, so that two engines give the same table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from securecall.errors import ColumnError, InputTypeError, nearest

if TYPE_CHECKING:
    import pyarrow as pa

    from securecall.rating.tariff import Tariff

__all__ = ["plain_batches", "plain_schema"]


def plain_schema(
    tariff: Tariff,
    schema: Any,
    *,
    columns: Sequence[str] | None = None,
    explain: bool = False,
    replace: bool = False,
) -> pa.Schema:
    """Say what `plain_batches` makes of batches, before there is one.

    Parameters
    ----------
    tariff : Tariff
    schema : pyarrow.Schema, or anything with ``__arrow_c_schema__``
        Of what will come in.
    columns : sequence of str, optional
        What comes out, of the columns that came in and those that rating adds; all of them if not
        said.
    explain, replace : bool
        As in `securecall.rate_batches`.

    Raises
    ------
    ColumnError
        As in `securecall.rated_schema`, or ``columns`` names one that is not there, or one twice.
    InputTypeError
        It is no schema, or ``columns`` is no list of names, or an empty one.

    Source
    ------
    own; docs/engines.md.
    """
    import pyarrow as pa

    from securecall.rating.batches import rated_schema
    from securecall.rating.columns import plain_type

    rated = rated_schema(tariff, schema, explain=explain, replace=replace)
    fields = [rated.field(name) for name in _asked(columns, rated.names)]
    return pa.schema([field.with_type(plain_type(field.type)) for field in fields], rated.metadata)


def plain_batches(
    tariff: Tariff,
    batches: Iterable[Any],
    *,
    columns: Sequence[str] | None = None,
    explain: bool = False,
    replace: bool = False,
) -> Iterator[pa.RecordBatch]:
    """Rate batches, one in, one out, in order, as `plain_schema` says.

    Parameters
    ----------
    tariff, batches, explain, replace
        As in `securecall.rate_batches`.
    columns : sequence of str, optional
        As in `plain_schema`.

    Raises
    ------
    ColumnError, InputTypeError
        As in `securecall.rate_batches` and `plain_schema`, when the batch is reached.

    Source
    ------
    own; docs/engines.md.
    """
    import pyarrow as pa

    from securecall.rating.batches import rate_batches
    from securecall.rating.columns import plain

    for rated in rate_batches(tariff, batches, explain=explain, replace=replace):
        names = _asked(columns, rated.schema.names)
        arrays = [plain(rated.column(name)) for name in names]
        fields = [
            rated.schema.field(name).with_type(array.type)
            for name, array in zip(names, arrays, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=pa.schema(fields, rated.schema.metadata))


def _asked(columns: Sequence[str] | None, there: Sequence[str]) -> Sequence[str]:
    """Return the columns that come out.

    Engines do different things with none, with one twice, and with the letters of a word; some of
    them lose every row and say nothing.
    """
    if columns is None:
        return there
    if isinstance(columns, str) or not columns or not all(isinstance(one, str) for one in columns):
        raise InputTypeError(f"columns must be a list of names, one or more, not {columns!r}")
    for place, name in enumerate(columns):
        if name not in there:
            near = nearest(name, there)
            hint = f"; did you mean {near!r}?" if near else f"; there are {', '.join(there)}"
            raise ColumnError(name, f"is asked for, but neither read nor rated{hint}")
        if name in columns[:place]:
            raise ColumnError(name, "is asked for twice")
    return columns
