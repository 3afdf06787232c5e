"""Dask rates: a DataFrame of call records, priced part by part; docs/engines.md has a job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from securecall.integrations.plain_batches import plain_batches, plain_schema

if TYPE_CHECKING:
    import dask.dataframe
    from dask.distributed import Client

    from securecall.rating.tariff import Tariff

__all__ = ["rate_frame", "run_jobs"]


def rate_frame(
    frame: dask.dataframe.DataFrame,
    tariff: Tariff,
    *,
    columns: Sequence[str] | None = None,
    explain: bool = False,
    replace: bool = False,
) -> dask.dataframe.DataFrame:
    """Rate the call records of a Dask DataFrame.

    Parameters
    ----------
    frame : dask.dataframe.DataFrame
        Columns as in `Tariff.rate_batch`; its index is kept.
    tariff : Tariff
        Goes to the workers with the job.
    columns : sequence of str, optional
        What comes out; all columns if not said.
    explain, replace : bool
        As in `Tariff.rate_batch`.

    Returns
    -------
    dask.dataframe.DataFrame
        Columns of Arrow types: amounts stay exact decimals.

    Raises
    ------
    ColumnError
        A column is missing, of a type that is refused, or called like a rated one.

    Source
    ------
    own; docs/engines.md.
    """
    import pandas
    import pyarrow as pa

    asked: dict[str, Any] = {"columns": columns, "explain": explain, "replace": replace}

    def framed(rated: pa.Table, index: pandas.Index) -> pandas.DataFrame:
        return rated.to_pandas(types_mapper=pandas.ArrowDtype).set_index(index)

    def rate(calls: pandas.DataFrame) -> pandas.DataFrame:
        table = pa.Table.from_pandas(calls, preserve_index=False)
        return framed(pa.Table.from_batches(plain_batches(tariff, [table], **asked)), calls.index)

    given = pa.Schema.from_pandas(frame._meta, preserve_index=False)
    # Dask does not know the words of a category before it has read them.
    fields = [f.with_type(pa.string()) if pa.types.is_dictionary(f.type) else f for f in given]
    made = plain_schema(tariff, pa.schema(fields), **asked).empty_table()
    return frame.map_partitions(rate, meta=framed(made, frame._meta.index))


def run_jobs(client: Client, jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run jobs of `scan_jobs` or `play_jobs`, each as a task; return what they give, in order.

    Parameters
    ----------
    client : dask.distributed.Client
    jobs : sequence of callable

    Source
    ------
    own; docs/engines.md.
    """
    return list(client.gather([client.submit(job, pure=False) for job in jobs]))
