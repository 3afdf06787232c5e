"""Spark rates: call records in a DataFrame, priced by `mapInArrow`; docs/engines.md has a job.

Spark's committer writes each part once however often its task is tried, so that a worker that is
killed costs time and no row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from securecall.integrations.plain_batches import plain_batches, plain_schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from securecall.rating.tariff import Tariff

__all__ = ["rate_frame", "run_jobs"]


def rate_frame(
    frame: DataFrame,
    tariff: Tariff,
    *,
    columns: Sequence[str] | None = None,
    explain: bool = False,
    replace: bool = False,
) -> DataFrame:
    """Rate the call records of a Spark DataFrame, also of one that streams.

    Parameters
    ----------
    frame : pyspark.sql.DataFrame
        Columns as in `Tariff.rate_batch`; ``start`` a timestamp or UTC epoch milliseconds.
    tariff : Tariff
        Goes to the workers with the job.
    columns : sequence of str, optional
        What comes out; Spark carries each column row by row, so that naming few saves most.
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
    asked: dict[str, Any] = {"columns": columns, "explain": explain, "replace": replace}
    session = frame.sparkSession
    # An empty frame of the same columns, because one that streams cannot be asked.
    given = session.createDataFrame([], frame.schema).toArrow().schema
    made = session.createDataFrame(plain_schema(tariff, given, **asked).empty_table()).schema

    def rate(batches: Iterable[Any]) -> Iterator[Any]:
        return plain_batches(tariff, batches, **asked)

    return frame.mapInArrow(rate, made)


def run_jobs(session: SparkSession, jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run jobs of `scan_jobs` or `play_jobs`, each as a task; return what they give, in order.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
    jobs : sequence of callable

    Source
    ------
    own; docs/engines.md.
    """
    if not jobs:
        return []
    tasks = session.sparkContext.parallelize(jobs, len(jobs))
    return list(tasks.map(lambda job: job()).collect())
