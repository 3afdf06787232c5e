"""Batches of call records, one in, one out: what every engine that spreads work calls.

Nothing is kept between batches, so an engine may ask for one twice, elsewhere, or in another order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from securecall.errors import InputTypeError
from securecall.rating.batch import Rater

if TYPE_CHECKING:
    import pyarrow as pa

    from securecall.rating.tariff import Tariff

__all__ = ["rate_batches", "rated_schema"]


def rate_batches(
    tariff: Tariff, batches: Iterable[Any], *, explain: bool = False, replace: bool = False
) -> Iterator[pa.RecordBatch]:
    """Rate batches of call records, one in, one out, in order: what every engine calls.

    Parameters
    ----------
    tariff : Tariff
        Never changed: any number of threads and processes may rate with it.
    batches : iterable of Arrow batches, or an Arrow stream
        Each anything with ``__arrow_c_array__`` or ``__arrow_c_stream__`` (a stream or a table is
        one batch), of any number of rows, also none. Columns as in `Tariff.rate_batch`; types may
        differ from batch to batch, as engines infer them.
    explain, replace : bool
        As in `Tariff.rate_batch`.

    Yields
    ------
    pyarrow.RecordBatch
        The rows of one batch that came in, each with what it costs, as `rated_schema` says. It
        depends on that batch alone: an engine may ask twice, elsewhere, or in another order.

    Raises
    ------
    ColumnError, InputTypeError
        As in `Tariff.rate_batch`, when the batch is reached.

    Source
    ------
    own; charging law.

    Examples
    --------
    >>> import pyarrow
    >>> from securecall import Tariff
    >>> tariff = Tariff.loads('''
    ... [[facility]]
    ... id = "tx-harris"
    ... kind = "jail"
    ... adp = 8932
    ... state = "TX"
    ... timezone = "America/Chicago"
    ... contract = "c"
    ... [[contract]]
    ... id = "c"
    ... [[contract.rate]]
    ... id = "all"
    ... steps = [{ price = "0.12", per_ms = 60_000, increment_ms = 1_000 }]
    ... ''')
    >>> batch = pyarrow.record_batch(
    ...     {
    ...         "facility": ["tx-harris"],
    ...         "number": ["+17135550123"],
    ...         "start": pyarrow.array([1_777_658_400_000]),
    ...         "duration_ms": [613_000],
    ...     }
    ... )
    >>> [rated.column("total").to_pylist() for rated in rate_batches(tariff, [batch, batch])]
    [[Decimal('1.021666')], [Decimal('1.021666')]]
    """
    _check_tariff(tariff)
    if hasattr(batches, "__arrow_c_stream__") or hasattr(batches, "__arrow_c_array__"):
        from securecall.rating.columns import open_stream

        batches = open_stream(batches)
    elif not isinstance(batches, Iterable):
        raise InputTypeError(
            f"batches must be an iterable of Arrow batches, not {type(batches).__name__}"
        )
    return _rated(tariff, batches, explain, replace)


def _rated(
    tariff: Tariff, batches: Iterable[Any], explain: bool, replace: bool
) -> Iterator[pa.RecordBatch]:
    from securecall.rating.columns import one_batch

    rater: Rater | None = None
    for given in batches:
        batch = one_batch(given)
        if rater is None or not batch.schema.equals(rater.given, check_metadata=True):
            rater = Rater(tariff, batch.schema, explain, replace)
        yield rater.rate_whole(batch)


def rated_schema(
    tariff: Tariff, schema: Any, *, explain: bool = False, replace: bool = False
) -> pa.Schema:
    """Say what `rate_batches` makes of batches, before there is one.

    Parameters
    ----------
    tariff : Tariff
    schema : pyarrow.Schema, or anything with ``__arrow_c_schema__``
        Of what will come in.
    explain, replace : bool
        As in `rate_batches`.

    Returns
    -------
    pyarrow.Schema

    Raises
    ------
    ColumnError
        A column is missing, of a type that is refused, or called like a rated one.
    InputTypeError
        It is no schema, or the tariff is none.

    Source
    ------
    own.
    """
    import pyarrow as pa

    _check_tariff(tariff)
    if not hasattr(schema, "__arrow_c_schema__"):
        raise InputTypeError(f"schema must be an Arrow schema, not {type(schema).__name__}")
    return Rater(tariff, pa.schema(schema), explain, replace).schema


def _check_tariff(tariff: object) -> None:
    from securecall.rating.tariff import Tariff

    if not isinstance(tariff, Tariff):
        raise InputTypeError(f"tariff must be a Tariff, not {type(tariff).__name__}")
