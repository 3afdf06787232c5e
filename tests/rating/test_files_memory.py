"""A file is read and rated in memory that does not grow on the way through it."""

from __future__ import annotations

import random
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tests.rating.summing import TARIFF, calls

from securecall.rating.batch import Rater
from securecall.rating.files import open_records
from securecall.rating.summarizer import Summarizer, rate_and_sum

ROWS = 40_000
OPAQUE_BYTES = 100


def test_what_was_read_and_rated_is_let_go(tmp_path: Path) -> None:
    table = calls(ROWS // 10)
    table = pa.concat_tables([table] * 10)
    noise = pa.py_buffer(random.Random(1).randbytes(ROWS * OPAQUE_BYTES))
    opaque = pa.Array.from_buffers(pa.binary(OPAQUE_BYTES), ROWS, [None, noise])
    table = table.append_column("opaque", opaque)
    path = tmp_path / "calls.parquet"
    with pq.ParquetWriter(path, table.schema, use_dictionary=False) as writer:
        for _ in range(16):
            writer.write_table(table)
    assert path.stat().st_size > 16 * ROWS * OPAQUE_BYTES

    records = open_records(str(path))
    rater = Rater(TARIFF, records.schema)
    held = [pa.total_allocated_bytes() for _ in rate_and_sum(rater, records, Summarizer(TARIFF))]
    third = len(held) // 3
    assert third > 2
    assert max(held[-third:]) - max(held[:third]) < path.stat().st_size / 5
