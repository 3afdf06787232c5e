"""Ray Data rates: call records in a Dataset, priced by `map_batches`; docs/engines.md has a job."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from securecall.integrations.plain_batches import plain_batches

if TYPE_CHECKING:
    import pyarrow as pa
    from ray.data import Dataset

    from securecall.rating.tariff import Tariff

__all__ = ["ROWS", "rate_dataset", "run_jobs"]

#: Of a batch: below 8 192 the calls of Python show, and results of so many stay in caches.
ROWS: Final = 1 << 16


def rate_dataset(
    dataset: Dataset,
    tariff: Tariff,
    *,
    columns: Sequence[str] | None = None,
    explain: bool = False,
    replace: bool = False,
    **options: Any,
) -> Dataset:
    """Rate the call records of a Ray dataset.

    Parameters
    ----------
    dataset : ray.data.Dataset
        Columns as in `Tariff.rate_batch`. Rows keep their order only where Ray is told to
        (``DataContext.execution_options.preserve_order``).
    tariff : Tariff
        Goes to the workers with the job.
    columns : sequence of str, optional
        What comes out; all columns if not said.
    explain, replace : bool
        As in `Tariff.rate_batch`.
    **options
        For ``map_batches``: ``batch_size``, ``num_cpus``, ``concurrency`` and others.

    Raises
    ------
    ColumnError
        In a worker, when the first batch is there: Ray knows no columns before that.

    Source
    ------
    own; docs/engines.md.
    """
    asked: dict[str, Any] = {"columns": columns, "explain": explain, "replace": replace}

    def rate(table: pa.Table) -> pa.Table:
        import pyarrow as pa

        return pa.Table.from_batches(plain_batches(tariff, [table], **asked))

    told = {"batch_size": ROWS, "zero_copy_batch": True, **options}
    return dataset.map_batches(rate, batch_format="pyarrow", **told)


def run_jobs(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run jobs of `scan_jobs` or `play_jobs`, each as a task; return what they give, in order.

    Parameters
    ----------
    jobs : sequence of callable

    Source
    ------
    own; docs/engines.md.
    """
    import ray

    task = ray.remote(lambda job: job())
    return list(ray.get([task.remote(job) for job in jobs]))
