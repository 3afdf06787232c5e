"""How fast the ledger is: the solve, operations in memory and durable ones, opening a long book."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from benchmarks.measure import least_seconds
from benchmarks.row import Row

__all__ = ["deposits", "durable", "long_book", "memory", "meters", "solve"]

START_MS: Final = 1_777_680_000_000  # 2026-05-01 19:00 in Chicago
CALLERS: Final = 64
# One call of three hours and more by the second, with a time of day and a tax in cents.
TARIFF: Final = """
[[facility]]
id = "f"
kind = "jail"
adp = 400
state = "TX"
timezone = "America/Chicago"
contract = "c"
regulation = "none"
[[contract]]
id = "c"
[[contract.rate]]
id = "day"
steps = [{ from_ms = 0, price = "0.21", per_ms = 60_000, increment_ms = 1_000 }]
[[contract.rate]]
id = "night"
priority = 1
when = { from = "20:00", to = "07:00" }
steps = [{ from_ms = 0, price = "0.10", per_ms = 60_000, increment_ms = 1_000 }]
[[tax]]
id = "ny"
percent = "8.875"
"""


def meters(calls: int, dollars: int) -> list[Any]:
    """Return calls that run on one account."""
    import securecall as sc
    from securecall.ledger.meter import Meter, Purse

    tariff = sc.Tariff.loads(TARIFF)
    purse = Purse("a", dollars * 1_000_000)
    made = []
    for number in range(calls):
        start = START_MS + number * 7_777
        call = sc.Call(facility="f", number="+17135550123", start=start, duration_ms=0)
        meter = Meter(f"c{number}", tariff.curve(call), start, [purse], order=(start, number))
        meter.step(start)
        made.append(meter)
    return made


def solve(rounds: int, times: int = 200) -> list[Row]:
    """One solve for one call and for ten that share an account."""
    from securecall.ledger.cutoff import cutoffs

    rows = []
    for calls, dollars, most in ((1, 30, 100.0), (10, 300, 400.0)):
        running = meters(calls, dollars)

        def work(running: list[Any] = running) -> None:
            for _ in range(times):
                cutoffs(running)

        seconds = least_seconds(work, rounds) / times
        what = "one call" if calls == 1 else "ten calls"
        rows.append(Row("ledger-solve", what, seconds * 1e6, "us", most, "most"))
    return rows


def _bare(count: int) -> None:
    """Do double entry in a dict, with a digest of each request and a chain."""
    balances = {"a": 0, "cash": 0}
    requests: dict[str, tuple[bytes, str]] = {}
    book: list[tuple[Any, ...]] = []
    before = b"\x00" * 32
    for number in range(count):
        name, amount = f"d{number}", int(Decimal("1.00").scaleb(6))
        digest = sha256(ascii(("deposit", "a", amount)).encode()).digest()
        if name in requests:
            continue
        balances["a"] += amount
        balances["cash"] -= amount
        line = (number, "a", "cash", amount, "deposit", name)
        before = sha256(before + digest + ascii(line).encode()).digest()
        book.append((line, before))
        requests[name] = (digest, "ok")


def deposits(count: int) -> None:
    """Make deposits in a ledger in memory."""
    from securecall.ledger.ledger import Ledger

    ledger = Ledger.open("memory:")
    ledger.open_account("a", at=START_MS)
    for number in range(count):
        ledger.deposit("a", "1.00", at=START_MS, request_id=f"d{number}")


def memory(ops: int, rounds: int) -> list[Row]:
    """Deposits in memory, and the bare dict."""
    ours = least_seconds(lambda: deposits(ops), rounds) / ops
    bare = least_seconds(lambda: _bare(ops), rounds) / ops
    name = "ledger-memory"
    return [
        Row(name, "deposits", 1e-3 / ours, "k/s"),
        Row(name, "bare dict with digest and chain", 1e-3 / bare, "k/s"),
        Row(name, "of the bare dict's speed", bare / ours, "x", 0.5),
    ]


def _durable(path: Path, each: int) -> float:
    from securecall.ledger.ledger import Ledger

    with Ledger.open(f"sqlite:///{path}") as ledger:
        for caller in range(CALLERS):
            ledger.open_account(f"a{caller}", at=START_MS)

        def work(caller: int) -> None:
            for number in range(each):
                ledger.deposit(
                    f"a{caller}", "1.00", at=START_MS + number, request_id=f"{caller}-{number}"
                )

        threads = [threading.Thread(target=work, args=(caller,)) for caller in range(CALLERS)]
        began = perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return CALLERS * each / (perf_counter() - began)


_STATEMENTS: Final = (
    "INSERT INTO op VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT OR REPLACE INTO account VALUES (?,?,?,?,?,?,?,?,?,?,?)",
)


def _plain(path: Path, each: int, *, many: bool) -> float:
    """Run the statements of our deposits in groups of 64, without looking anything up.

    Either row by row, or table by table with ``executemany``, which is how ours go.
    """
    from securecall.ledger.ledger import Ledger

    with Ledger.open(f"sqlite:///{path}") as ledger:
        for caller in range(CALLERS):
            ledger.open_account(f"a{caller}", at=START_MS)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    execute, executemany = connection.execute, connection.executemany
    answer = '{"Deposit":["ok","1-1","a1",1777680000000,1000000,1000000,[]]}'
    digest = b"\x00" * 32
    op, entry = CALLERS, 0
    began = perf_counter()
    for number in range(each):
        at = START_MS + number
        tables: tuple[list[Any], ...] = ([], [], [])
        execute("BEGIN IMMEDIATE")
        for caller in range(CALLERS):
            op, entry = op + 1, entry + 1
            name, account = f"{caller}-{number}", f"a{caller}"
            row = (op, name, digest, "deposit", at, "ok", answer, digest)
            line = (entry, op, at, account, "cash", 1_000_000, "deposit", name)
            kept = (account, "prepaid", number, 0, at, op, at, 0, "[]", None, '{"opened_ms":0}')
            for statement, rows, values in zip(_STATEMENTS, tables, (row, line, kept), strict=True):
                if many:
                    rows.append(values)
                else:
                    execute(statement, values)
        if many:
            for statement, rows in zip(_STATEMENTS, tables, strict=True):
                executemany(statement, rows)
        execute("INSERT OR REPLACE INTO note VALUES ('latest_ms', ?)", (str(at),))
        execute("COMMIT")
    rate = CALLERS * each / (perf_counter() - began)
    connection.close()
    return rate


def durable(each: int, rounds: int) -> list[Row]:
    """Deposits that survive a power cut, 64 callers at once; and plain sqlite3 in groups of 64."""
    ours, one, many = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            ours.append(_durable(Path(folder) / f"ours{number}.db", each))
            one.append(_plain(Path(folder) / f"one{number}.db", each, many=False))
            many.append(_plain(Path(folder) / f"many{number}.db", each, many=True))
    name = "ledger-durable"
    plain = max(one + many)
    return [
        Row(name, "deposits, 64 callers", max(ours) / 1e3, "k/s"),
        Row(name, "plain sqlite3, groups of 64, row by row", max(one) / 1e3, "k/s"),
        Row(name, "plain sqlite3, groups of 64, executemany", max(many) / 1e3, "k/s"),
        Row(name, "of plain sqlite3's speed, the quicker way", max(ours) / plain, "x", 0.5),
    ]


def _grow(path: Path, entries: int) -> None:
    """Make a book of so many entries with a whole chain, ten entries an operation."""
    from securecall.ledger.chain import link, sign
    from securecall.ledger.ledger import Ledger

    accounts = 1_000
    with Ledger.open(f"sqlite:///{path}") as ledger:
        for number in range(accounts):
            ledger.open_account(f"a{number}", at=START_MS)
        head = ledger._store.read(lambda view: view.head())
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    seq, entry, before = head.seq, 0, head.hash
    digest = b"\x00" * 32
    while entry < entries:
        ops, lines = [], []
        for _ in range(min(10_000, (entries - entry + 9) // 10)):
            seq += 1
            own = []
            for _ in range(10):
                entry += 1
                name = f"a{entry % accounts}"
                own.append((entry, seq, START_MS, name, "cash", 1_000_000, "deposit", "x"))
            op = (seq, f"g{seq}", digest, "deposit", START_MS, "ok", "null")
            before = link(before, op, own)
            ops.append((*op, before))
            lines += own
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO op VALUES (?, ?, ?, ?, ?, ?, ?, ?)", ops)
        connection.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?)", lines)
        connection.execute("COMMIT")
    mac = sign(b"", seq, entry, before)
    connection.execute(
        "INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?)", (seq, entry, before, START_MS, mac)
    )
    sums = "(SELECT coalesce(sum(amount), 0) FROM entry WHERE entry.account = account.id)"
    connection.execute(f"UPDATE account SET posted = {sums}")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _open_seconds(path: Path, rounds: int) -> float:
    from securecall.ledger.ledger import Ledger

    least = float("inf")
    for _ in range(rounds):
        began = perf_counter()
        with Ledger.open(f"sqlite:///{path}") as ledger:
            assert ledger.balance("a7").posted > 0
        least = min(least, perf_counter() - began)
    return least


def long_book(short: int, long: int, rounds: int) -> list[Row]:
    """Open a book and ask for a balance: a short one and a long one."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = []
        for entries in (short, long):
            path = Path(folder) / f"{entries}.db"
            _grow(path, entries)
            seconds.append(_open_seconds(path, rounds))
    name = "ledger-open"
    return [
        Row(name, f"{short:,} entries", seconds[0] * 1e3, "ms"),
        Row(name, f"{long:,} entries", seconds[1] * 1e3, "ms"),
        Row(name, "long over short", seconds[1] / seconds[0], "x", 1.5, "most"),
    ]
