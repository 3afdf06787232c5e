"""What rating adds to Spark's own `mapInArrow`, taken apart.

Spark turns rows into Arrow, hands them to Python and turns what comes back into rows; that costs by
the column. So there are four kinds of forms:

- `identity in`: what comes in goes out again, five columns;
- `carried`: the adapter without rating. It puts columns made beforehand, the same for every batch,
  where the rated ones belong; what it costs over the identity is what Spark asks for carrying other
  columns back than came in;
- `rated`: the adapter. What it costs over `carried` is rating;
- `identity out`: of all columns that rating can give, in and out.

The adapter is asked for as little as somebody wants who only asks for the price (`cost`, three
columns), for as many as come in (`equal`, five), for seven (`few`) and for all sixteen. And because
the difference of two runs of Spark is smaller than what a shared machine does to either, the same
rating is timed without Spark.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

import psutil

from benchmarks.engines.job import NEEDED, spark_session
from benchmarks.engines.source import BATCH, COLUMNS, calls_in, tariff_of

__all__ = ["ASKED", "FORMS", "main"]

#: What the adapter is asked for; None is all.
ASKED: Final[dict[str, tuple[str, ...] | None]] = {
    "cost": ("id", "status", "total"),
    "equal": ("id", "status", "total", "billed_ms", "rate_id"),
    "few": COLUMNS,
    "all": None,
}
FORMS: Final = (
    "identity in",
    *(f"{kind} {asked}" for asked in ASKED for kind in ("carried", "rated")),
    "identity out",
)
WARM: Final = 3  # rounds that are not counted: Spark's compiler makes each form faster for a while


def _identity(batches: Iterable[Any]) -> Iterator[Any]:
    yield from batches


def _carrying(tariff: Any, columns: Any) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """Return a function that gives what rating gives, but rates only one batch of each length."""

    def carry(batches: Iterable[Any]) -> Iterator[Any]:
        import pyarrow as pa

        from securecall.integrations.plain_batches import plain_batches

        made: dict[int, Any] = {}
        for batch in batches:
            if batch.num_rows not in made:
                made[batch.num_rows] = next(plain_batches(tariff, [batch], columns=columns))
            rated = made[batch.num_rows]
            came = batch.schema.names
            arrays = [
                batch.column(name) if name in came else rated.column(name)
                for name in rated.schema.names
            ]
            yield pa.RecordBatch.from_arrays(arrays, schema=rated.schema)

    return carry


def _spent() -> float:
    """Return the processor seconds of every process that this one started."""
    found = 0.0
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.Error:
            continue
        found += times.user + times.system + times.children_user + times.children_system
    return found


def alone(folder: Path, columns: tuple[str, ...] | None, rounds: int) -> float:
    """Return the processor seconds of rating all records without Spark, in batches like Spark's."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from securecall.integrations.plain_batches import plain_batches

    tariff = tariff_of(folder)
    table = pq.read_table(calls_in(folder), columns=["id", *NEEDED])
    spark_types = [
        pa.string() if pa.types.is_dictionary(kind) else
        pa.timestamp("us", kind.tz) if pa.types.is_timestamp(kind) else kind
        for kind in table.schema.types
    ]  # fmt: skip
    table = table.cast(pa.schema(zip(table.schema.names, spark_types, strict=True)))
    batches = table.combine_chunks().to_batches(max_chunksize=BATCH)
    least = float("inf")
    for _ in range(rounds):
        begun = process_time()
        for _ in plain_batches(tariff, batches, columns=columns):
            pass
        least = min(least, process_time() - begun)
    return least


def measure(folder: Path, rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Return (processor seconds, seconds) of each round of each form."""
    from securecall.integrations.spark import rate_frame

    session = spark_session("local[2,4]")
    tariff = tariff_of(folder)
    calls = session.read.parquet(str(calls_in(folder))).select("id", *NEEDED)
    forms = {"identity in": calls.mapInArrow(_identity, calls.schema)}
    for asked, columns in ASKED.items():
        rated = rate_frame(calls, tariff, columns=columns)
        forms[f"rated {asked}"] = rated
        forms[f"carried {asked}"] = calls.mapInArrow(_carrying(tariff, columns), rated.schema)
    # A frame of the columns that go out, in files: what identity out reads.
    forms["rated all"].write.parquet(str(folder / "wide"))
    wide = session.read.parquet(str(folder / "wide"))
    forms["identity out"] = wide.mapInArrow(_identity, wide.schema)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in FORMS}
    for number in range(-WARM, rounds):
        # There and back: what a form leaves to clear away, the next one pays.
        for name in FORMS if number % 2 else FORMS[::-1]:
            begun, spent = perf_counter(), _spent()
            forms[name].write.format("noop").mode("overwrite").save()
            if number >= 0:
                taken[name].append((_spent() - spent, perf_counter() - begun))
        print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    session.stop()
    return taken


def main() -> None:
    """Measure, and print the least of each as a line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    rating_s = {asked: alone(given.folder, columns, given.rounds)
                for asked, columns in ASKED.items()}  # fmt: skip
    taken = measure(given.folder, given.rounds)
    print(json.dumps({f"alone {asked}": {"cpu_s": cpu_s} for asked, cpu_s in rating_s.items()} | {
        name: {"cpu_s": min(cpu for cpu, _ in found), "wall_s": min(wall for _, wall in found),
               "cpu_s_all": [round(cpu, 3) for cpu, _ in found]}
        for name, found in taken.items()
    }))  # fmt: skip


if __name__ == "__main__":
    main()
