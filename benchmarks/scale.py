"""Whether a record costs the same at 100 million as at a million, and streaming stays small.

Each size is a process of its own: it streams batches that are made as they are asked for, and tells
its processor seconds, without those of making them, and how much its memory grew.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterator
from statistics import median
from time import process_time

import pyarrow as pa

from benchmarks.measure import ask, say, spawn
from benchmarks.row import Row
from benchmarks.workloads import plain_calls, plain_deck, plain_tariff

__all__ = ["scale"]

BATCH = 250_000
COST_TARGET = 1.1
MEMORY_TARGET_MB = 300.0


def scale(large: int, small: int, prefixes: int, tries: int) -> list[Row]:
    """Compare the cost a record of two sizes; the smaller is run before and after."""
    costs: dict[int, list[float]] = {small: [], large: []}
    grown_mb = 0.0
    for rows in (*[small] * tries, large, *[small] * tries):
        say(f"  {rows:,} records")
        process = spawn("benchmarks.scale")
        seconds, grown = ask(process, [rows, small, prefixes])
        process.communicate()
        # Medians of equal pieces: a least of many short runs would be lower than any long one.
        costs[rows] += [piece / small for piece in seconds]
        grown_mb = max(grown_mb, grown) if rows == large else grown_mb
    cost = {rows: median(found) for rows, found in costs.items()}
    title = f"{large:,} records"
    return [
        Row("scale", f"a record of {small:,}", cost[small] * 1e9, "ns"),
        Row("scale", f"a record of {large:,}", cost[large] * 1e9, "ns"),
        Row("scale", f"cost at {title} over {small:,}", cost[large] / cost[small], "x",
            COST_TARGET, "most"),
        Row("scale", f"memory added by streaming {title}", grown_mb, "MB",
            MEMORY_TARGET_MB, "most"),
    ]  # fmt: skip


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _stream(rows: int, piece: int, prefixes: int) -> tuple[list[float], float]:
    """Return the seconds that each piece of rows took, and the megabytes that all added."""
    deck = plain_deck(prefixes)
    tariff = plain_tariff(deck)
    # Few batches, handed out many times: making 100 million texts would take ten times as long.
    made = [plain_calls(deck, BATCH, seed).combine_chunks().to_batches()[0] for seed in range(4)]
    for _ in tariff.rate_stream(pa.RecordBatchReader.from_batches(made[0].schema, made[:1])):
        pass
    before_mb = _peak_mb()
    given = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal given
        while given * BATCH < rows:
            yield made[given % len(made)]
            given += 1

    began = process_time()
    rated = 0
    seconds = []
    for rated_batch in tariff.rate_stream(
        pa.RecordBatchReader.from_batches(made[0].schema, batches())
    ):
        rated += rated_batch.num_rows
        if rated % piece == 0:
            seconds.append(process_time() - began)
            began = process_time()
    assert rated == given * BATCH
    return seconds, _peak_mb() - before_mb


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(_stream(*json.loads(line))), flush=True)
