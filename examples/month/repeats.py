"""How many call ids occur more than once: exactly, and in bounded memory.

Rating neither drops nor merges such rows: whether the second is the same call written twice or
another call is not for a tariff to say. To count them one must remember every id, so the ids of a
large file are looked at in several turns, each of which remembers only the ids that fall to it. The
price is that the column is read once a turn.
"""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ENDING = 3  # an id falls to a turn by its last characters, which differ most


def repeated_ids(path: Path, *, ids_at_once: int = 1_000_000) -> tuple[int, int]:
    """Return how many ids of a Parquet file occur more than once, and how many rows those have.

    Remembers about ``ids_at_once`` ids at a time, if what they end in is spread evenly.
    """
    file = pq.ParquetFile(path)
    turns = max(1, -(-file.metadata.num_rows // ids_at_once))
    ids_repeated = rows_repeated = 0
    for turn in range(turns):
        mine = []
        for batch in file.iter_batches(columns=["call_id"]):
            ids = batch.column(0).drop_null()
            if turns > 1:
                ends = pc.utf8_slice_codeunits(ids, -ENDING).dictionary_encode()
                falls = [crc32(end.encode()) % turns == turn for end in ends.dictionary.to_pylist()]
                ids = ids.filter(pa.array(falls, pa.bool_()).take(ends.indices))
            mine.append(ids)
        counts = pc.value_counts(pa.chunked_array(mine, pa.string())).field("counts")
        counts = counts.filter(pc.greater(counts, 1))
        ids_repeated += len(counts)
        rows_repeated += pc.sum(counts).as_py() or 0
    return ids_repeated, rows_repeated
