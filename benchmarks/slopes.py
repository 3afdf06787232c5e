"""What one more costs: processor time of one more record, call, second of a call, or request.

    python -m benchmarks.slopes

Each slope is the difference between two sizes of the same work, each in a process of its own, the
least of some rounds; what begins a process falls out. Processor time and not the clock's, so that
others on the machine disturb it little; only how long a PostgreSQL group takes is the clock's, and
that of quiet moments: the quickest tenth. Written to benchmarks/results, from which
`python -m benchmarks.capacity` works out machines.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import ROOT, machine, say

__all__ = ["SLOPES", "main", "measure"]

ROUNDS: Final = 3
CALLERS: Final = 64


def file_record(rows: int) -> float:
    """Rate records from a Parquet file into another, all columns; a deck of 10 000 prefixes."""
    import pyarrow.parquet as pq

    from benchmarks.engines.source import BATCH, calls_in, make, tariff_of
    from securecall import rate_batches, rated_schema

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "made"
        make(folder, rows, 1)
        (source,) = calls_in(folder).glob("*.parquet")
        tariff = tariff_of(folder)
        began = time.process_time()
        with pq.ParquetFile(source) as file:
            schema = rated_schema(tariff, file.schema_arrow)
            with pq.ParquetWriter(Path(place) / "rated.parquet", schema) as out:
                for batch in rate_batches(tariff, file.iter_batches(BATCH)):
                    out.write_batch(batch)
        return time.process_time() - began


def posted_record(records: int) -> float:
    """Post rated records into a ledger in SQLite, 4 096 an operation."""
    from benchmarks.posting import measure as posted

    with tempfile.TemporaryDirectory() as place:
        return float(posted(f"sqlite:///{place}/l.db", "bulk", records, 4_096, 500)["cpu_s"])


def live_call(calls: int) -> float:
    """Begin calls and hang them up after a minute: account, hold, cutoff, settlement, record."""
    from benchmarks.calls import START_MS, begin, sessions_of

    sessions = sessions_of(calls, monitor=None)
    began = time.process_time()
    live = [begin(sessions, number, START_MS, monitor=False) for number in range(calls)]
    for call in live:
        call.hang_up(START_MS + 61_000, by="called", cause=16)
    return time.process_time() - began


def silent_second(calls: int) -> float:
    """Hold calls without sound for five seconds, by the clock."""
    from benchmarks.calls import silent

    return silent(calls, 5).cpu_s / 5


def heard_second(calls: int) -> float:
    """Hold calls with two legs of sound and every detector for five seconds, by the clock."""
    from benchmarks.calls import heard, sound

    return heard(calls, 5, sound(calls=4, seconds=30)).cpu_s / 5


def _worked(folder: Path) -> float:
    """Return the processor seconds of a server's processes so far, those that ended too."""
    ticks = 0
    for each in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (each / "cwd").readlink() == folder:
                told = (each / "stat").read_text().rpartition(")")[2].split()
                ticks += sum(int(told[place]) for place in (11, 12))
    return ticks / os.sysconf("SC_CLK_TCK")


def _on_postgres(calls: int, callers: int) -> dict[str, float]:
    """Begin and end calls on PostgreSQL; return seconds of ours, of the server, and of the clock.

    ``clock`` is that of one request in the quickest tenth of stretches in which every caller had an
    answer, so that what else the machine did in the others does not count.
    """
    from tests.ledger.postgres_server import server

    from benchmarks.calls import START_MS, tariff
    from securecall.ledger.ledger import Ledger
    from securecall.rating.call import Call

    curve = tariff().curve(Call("f", "+17135550123", START_MS, duration_ms=0))
    with Ledger.open(server().new_url()) as ledger, ThreadPoolExecutor(callers) as pool:

        def opened(number: int) -> None:
            ledger.open_account(f"a-{number}", kind="prepaid", at=START_MS - 1_000)
            ledger.deposit(f"a-{number}", "5.00", at=START_MS - 500, request_id=f"d-{number}")

        answered: list[float] = []

        def called(number: int) -> None:
            ledger.start_call(
                f"c-{number}", accounts=[f"a-{number}"], curve=curve, at=START_MS,
                request_id=f"s-{number}",
            )  # fmt: skip
            answered.append(time.perf_counter())
            ledger.end_call(f"c-{number}", at=START_MS + 61_000, reason="hangup")
            answered.append(time.perf_counter())

        list(pool.map(opened, range(calls)))
        ours, theirs = time.process_time(), _worked(server().data)
        list(pool.map(called, range(calls)))
        ours, theirs = time.process_time() - ours, _worked(server().data) - theirs
        answered.sort()
        took = sorted(
            after - before for before, after in zip(answered, answered[callers:], strict=False)
        )
        return {"ours": ours, "theirs": theirs, "clock": took[len(took) // 10] / callers}


def postgres_alone(calls: int) -> dict[str, float]:
    """One caller: each request is a group of its own."""
    return _on_postgres(calls, 1)


def postgres_crowd(calls: int) -> dict[str, float]:
    """Many callers: what waits goes in one group."""
    return _on_postgres(calls, CALLERS)


# What is measured: how much of it, less and more, and what one is.
SLOPES: Final[dict[str, tuple[Callable[[int], Any], int, int, str]]] = {
    "file_record": (file_record, 200_000, 1_000_000, "a record rated from file to file"),
    "posted_record": (posted_record, 8_192, 40_960, "a rated record posted to SQLite"),
    "live_call": (live_call, 500, 2_500, "a call begun, metered and settled"),
    "silent_second": (silent_second, 1_000, 5_000, "a second of a call without ears"),
    "heard_second": (heard_second, 50, 250, "a second of a call with two legs heard"),
    "postgres_alone": (postgres_alone, 100, 300, "a call on PostgreSQL, one caller"),
    "postgres_crowd": (postgres_crowd, 500, 2_500, "a call on PostgreSQL, 64 callers"),
}


def _apart(name: str, size: int) -> Any:
    """Measure in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.slopes", "--one", name, str(size)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    return json.loads(told)


def measure(name: str, rounds: int = ROUNDS, sizes: tuple[int, int] | None = None) -> Any:
    """Return the slope in microseconds; a mapping of them where several clocks ran."""
    _, less, more, _ = SLOPES[name]
    less, more = sizes or (less, more)
    taken = [(_apart(name, less), _apart(name, more)) for _ in range(rounds)]
    if not isinstance(taken[0][0], dict):
        # The least of each size, and then the difference: a slow round makes neither smaller.
        small, large = (min(each[place] for each in taken) for place in (0, 1))
        return (large - small) / (more - less) * 1e6
    told = {
        each: (min(two[each] for _, two in taken) - min(one[each] for one, _ in taken))
        / (more - less)
        * 1e6
        for each in taken[0][0]
    }
    # The clock's is of one request already.
    return {**told, "clock": min(two["clock"] for _, two in taken) * 1e6}


def main(arguments: list[str] | None = None) -> int:
    """Measure all slopes, or some; write them."""
    parser = argparse.ArgumentParser(prog="slopes", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="*", choices=list(SLOPES), default=list(SLOPES))
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "results")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.one:
        print(json.dumps(SLOPES[given.one[0]][0](int(given.one[1]))))
        return 0
    about = machine()
    slopes: dict[str, Any] = {}
    for name in given.only:
        slopes[name] = measure(name, given.rounds)
        say(f"{SLOPES[name][3]}: {slopes[name]} us")
    path = given.out / f"{about['date'][:10]}-slopes.json"
    if path.exists():  # what was not asked for now stays as it was
        slopes = {**json.loads(path.read_text(encoding="utf-8"))["us"], **slopes}
    path.write_text(json.dumps({"machine": about, "us": slopes}, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
