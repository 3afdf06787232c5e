"""A month of call records in files, and what a rated copy of them must come to."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.workloads import plain_calls, plain_deck, plain_tariff
from securecall.rating.tariff import Tariff

__all__ = ["COLUMNS", "Sums", "calls_in", "make", "sums_of", "tariff_of"]

BATCH: Final = 1 << 16
PREFIXES: Final = 10_000
#: What every engine is asked to write: seven of the sixteen columns that there are.
COLUMNS: Final = ("id", "status", "net", "tax", "total", "billed_ms", "rate_id")


@dataclass(frozen=True, slots=True)
class Sums:
    """What is compared: a row lost, repeated, or with another's price changes one of them.

    Attributes
    ----------
    rows, ids : int
        Rows, and different ids among them; ids count from 0.
    total_micros : int
    weighted : int
        Each total times its row's id and one, summed within 64 bits.
    """

    rows: int
    ids: int
    total_micros: int
    weighted: int


def make(folder: Path, rows: int, files: int) -> Sums:
    """Write records into files of a folder, and the tariff beside them; return their sums.

    Few texts are made and handed out again and again, each time under new ids: making 20 million
    would take ten times as long and tell nothing more.
    """
    deck = plain_deck(PREFIXES)
    tariff = plain_tariff(deck)
    made = [_drawn(deck, seed) for seed in range(4)]
    rated = [_micros(next(iter(_rated(tariff, batch)))) for batch in made]
    calls_in(folder).mkdir(parents=True)
    (folder / "tariff.pickle").write_bytes(pickle.dumps(tariff))
    total = weighted = first = 0
    for number in range(files):
        end = rows * (number + 1) // files
        with pq.ParquetWriter(calls_in(folder) / f"part-{number:04}.parquet", _schema(made)) as out:
            turn = number
            while first < end:
                size = min(BATCH, end - first)
                micros = rated[turn % len(made)][:size]
                ids = np.arange(first, first + size, dtype=np.int64)
                batch = made[turn % len(made)].slice(0, size)
                out.write_batch(
                    pa.RecordBatch.from_arrays(
                        [pa.array(ids), *batch.columns], schema=_schema(made)
                    )
                )
                total += int(micros.sum())
                weighted += _weighted(ids, micros)
                first += size
                turn += 1
    sums = Sums(rows, rows, total, weighted % 2**64)
    (folder / "sums.json").write_text(json.dumps(asdict(sums)))
    return sums


def calls_in(folder: Path) -> Path:
    """Return where the files lie."""
    return folder / "calls"


def tariff_of(folder: Path) -> Tariff:
    """Return the tariff that lies beside them."""
    tariff: Tariff = pickle.loads((folder / "tariff.pickle").read_bytes())
    return tariff


def sums_of(target: Path, rows: int) -> Sums:
    """Return the sums of what an engine wrote: every Parquet file in a folder."""
    seen = np.zeros(rows, np.uint8)
    found = total = weighted = 0
    for path in sorted(target.rglob("*.parquet")):
        for batch in pq.ParquetFile(path).iter_batches(BATCH, columns=["id", "total"]):
            ids = batch.column("id").to_numpy()
            micros = _micros(batch)
            found += len(ids)
            seen[ids] = 1
            total += int(micros.sum())
            weighted += _weighted(ids, micros)
    return Sums(found, int(seen.sum(dtype=np.int64)), total, weighted % 2**64)


def _weighted(ids: np.ndarray, micros: np.ndarray) -> int:
    return int(((ids + 1).astype(np.uint64) * micros.astype(np.uint64)).sum(dtype=np.uint64))


def _drawn(deck: Any, seed: int) -> pa.RecordBatch:
    calls = plain_calls(deck, BATCH, seed)
    people = pa.array([f"p{number % 997:05}" for number in range(BATCH)])
    calls = calls.append_column("person", people).append_column("station", people)
    return calls.combine_chunks().to_batches()[0]


def _schema(made: list[pa.RecordBatch]) -> pa.Schema:
    return pa.schema([("id", pa.int64()), *made[0].schema])


def _rated(tariff: Tariff, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    from securecall import rate_batches

    return rate_batches(tariff, [batch])


def _micros(batch: pa.RecordBatch) -> np.ndarray:
    """Return totals in micro-dollars; 0 where there is none."""
    column = batch.column("total")
    # A decimal128 is two words, the lower first; totals of calls need only that.
    words = np.frombuffer(column.buffers()[1], np.int64)[2 * column.offset :][: 2 * len(column)]
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    return np.where(valid, words[::2], 0)
