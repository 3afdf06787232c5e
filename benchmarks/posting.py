"""How fast rated records go into the books: in bulk, and one operation a record.

    python -m benchmarks.posting --records 1000000 --few 20000 --stores memory,sqlite,postgres

Each figure is a process of its own, on a new ledger in which every account is open. Records are
made as they are asked for, so that the memory of a process is that of posting. Processor seconds
are those of the posting process; PostgreSQL works in others beside it.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from benchmarks.measure import ask, machine, say, spawn
from securecall.ledger.ledger import Ledger

__all__ = ["Figure", "main", "measure", "month"]

ROOT = Path(__file__).parents[1]
BEGAN_MS: Final = 1_777_658_400_000
BATCH: Final = 65_536
CALLERS: Final = 64
Figure = dict[str, Any]


def month(records: int, accounts: int) -> pa.RecordBatchReader:
    """Return a stream of rated records, batch by batch; the same ones every time."""
    amount = pa.decimal128(18, 6)
    schema = pa.schema(
        [
            ("call_id", pa.string()),
            ("account", pa.string()),
            ("start", pa.timestamp("ms", "UTC")),
            ("duration_ms", pa.int64()),
            ("status", pa.string()),
            ("tax", amount),
            ("total", amount),
            ("billed_ms", pa.int64()),
        ]
    )
    step_ms = max(30 * 86_400_000 // max(records, 1), 1)

    def made() -> Iterator[pa.RecordBatch]:
        for first in range(0, records, BATCH):
            numbers = range(first, min(first + BATCH, records))
            # A switch's ids are in no order: a random-looking half, and a number to be unique.
            ids = [f"{number * 2654435761 % 4294967296:08x}-{number:09d}" for number in numbers]
            minutes = [1 + number % 13 for number in numbers]
            yield pa.record_batch(
                [
                    pa.array(ids, pa.string()),
                    pa.array([f"fam-{number * 7919 % accounts}" for number in numbers]),
                    pa.array([BEGAN_MS + number * step_ms for number in numbers], schema.types[2]),
                    pa.array([minute * 60_000 for minute in minutes], pa.int64()),
                    pa.array(["ok"] * len(numbers)),
                    _amounts([minute * 1_000 for minute in minutes], amount),
                    _amounts([minute * 61_000 for minute in minutes], amount),
                    pa.array([minute * 60_000 for minute in minutes], pa.int64()),
                ],
                schema=schema,
            )

    return pa.RecordBatchReader.from_batches(schema, made())


def _amounts(micros: list[int], kind: pa.DataType) -> pa.Array:
    words = b"".join(value.to_bytes(16, "little") for value in micros)
    return pa.Array.from_buffers(kind, len(micros), [None, pa.py_buffer(words)])


def measure(url: str, how: str, records: int, rows: int, accounts: int) -> Figure:
    """Post records to a new ledger in this process; return what it took."""
    with Ledger.open(url) as ledger:
        with ThreadPoolExecutor(CALLERS) as pool:
            list(
                pool.map(
                    lambda number: ledger.open_account(f"fam-{number}", at=0, opening="99999999"),
                    range(accounts),
                )
            )
        at = BEGAN_MS + 40 * 86_400_000
        before_mb = _peak_mb()
        begun, worked = time.perf_counter(), time.process_time()
        if how == "bulk":
            stream = month(records, accounts)
            made = ledger.post_records(stream, at=at, request_id="bench", rows=rows)
            posted = made.posted
        else:
            callers = 1 if how == "one caller" else CALLERS
            pieces = [
                pa.Table.from_batches([batch.slice(place, 1)])
                for batch in month(records, accounts)
                for place in range(batch.num_rows)
            ]
            begun, worked = time.perf_counter(), time.process_time()

            def post(piece: pa.Table) -> int:
                return ledger.post_records(piece, at=at, request_id="bench").posted

            with ThreadPoolExecutor(callers) as pool:
                posted = sum(pool.map(post, pieces))
        seconds, worked = time.perf_counter() - begun, time.process_time() - worked
        grown_mb = _peak_mb() - before_mb
        assert posted == records, f"{posted} of {records} were posted"
        begun = time.perf_counter()
        found = ledger.check_records(month(records, accounts))
        checked = time.perf_counter() - begun
        assert found.ok, found
        begun = time.perf_counter()
        again = ledger.post_records(month(records, accounts), at=at, request_id="bench", rows=rows)
        resumed = time.perf_counter() - begun
        assert again.already == records, again
    return {
        "how": how, "records": records, "rows": rows, "seconds": seconds, "cpu_s": worked,
        "per_s": records / seconds, "cpu_us": worked / records * 1e6, "grown_mb": grown_mb,
        "checked_per_s": records / checked, "again_per_s": records / resumed,
    }  # fmt: skip


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _plan(records: int, few: int) -> list[tuple[str, int, int]]:
    """Return (how, records, rows of an operation)."""
    bulk = [("bulk", min(records, few * 10), rows) for rows in (64, 512, 16_384)]
    singles = [("one caller", few // 10, 1), (f"{CALLERS} callers", few, 1)]
    return [*singles, *bulk, ("bulk", records, 4_096)]


def main(given: list[str] | None = None) -> int:
    """Measure every store that is asked for; write a JSON file of results and a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--few", type=int, default=20_000)
    parser.add_argument("--accounts", type=int, default=5_000)
    parser.add_argument("--stores", default="memory,sqlite,postgres")
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results")
    asked = parser.parse_args(given)
    figures: list[Figure] = []
    for store in asked.stores.split(","):
        for how, records, rows in _plan(asked.records, asked.few):
            with tempfile.TemporaryDirectory() as folder:
                url = _url(store, folder)
                process = spawn("benchmarks.posting")
                found = ask(process, [url, how, records, rows, asked.accounts])
                process.communicate()
                found["store"] = store
                sizes = [each.stat().st_size for each in Path(folder).glob("book.db*")]
                found["bytes_a_record"] = sum(sizes) / records
            figures.append(found)
            say(_line(found))
    about = {**machine(), "what": "posting"}
    today = datetime.now(UTC).date()
    path = asked.results / f"{today}-posting.json"
    path.write_text(json.dumps({"about": about, "figures": figures}, indent=1) + "\n")
    say(str(path))
    return 0


def _url(store: str, folder: str) -> str:
    if store == "memory":
        return "memory:"
    if store == "sqlite":
        return f"sqlite:///{folder}/book.db"
    from tests.ledger.postgres_server import server

    return server().new_url()


def _line(found: Figure) -> str:
    return (
        f"{found['store']:<9} {found['how']:<11} {found['records']:>10,} records, "
        f"{found['rows']:>6,} an operation: {found['per_s']:>9,.0f} a second, "
        f"{found['cpu_us']:6.1f} us of processor each, memory +{found['grown_mb']:,.0f} MB; "
        f"again {found['again_per_s']:,.0f}, looked up {found['checked_per_s']:,.0f} a second"
    )


if __name__ == "__main__":
    if sys.argv[1:] or sys.stdin.isatty():
        sys.exit(main())
    for line in sys.stdin:
        print(json.dumps(measure(*json.loads(line))), flush=True)
