"""Deposits in PostgreSQL beside plain psycopg: ``python -m benchmarks.postgres [--report PAGE]``.

The server is a real one in a temporary folder, with fsync on. Callers are threads; a plain caller
has a connection of his own and sends, in one transaction a deposit, the statements that a ledger
needs: look the request up, lock the account's row, insert operation and entry, update the account.
``with a chain`` it also locks and moves the head of a chain, as a ledger does that is one order of
operations for all; ``with revenue`` it updates a revenue account instead, which a ledger does not.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from time import perf_counter
from typing import Any, Final

__all__ = ["Figure", "main", "measure"]

ACCOUNTS: Final = 1_000
AT_MS: Final = 1_777_680_000_000
MODES: Final = {
    "plain": "plain psycopg",
    "revenue": "plain psycopg with revenue",
    "chain": "plain psycopg with a chain",
    "ours": "securecall",
}
PLAIN: Final = """
CREATE TABLE p_account (id text PRIMARY KEY, posted bigint NOT NULL CHECK (posted >= 0),
    touched bigint NOT NULL);
CREATE TABLE p_op (seq bigserial PRIMARY KEY, request_id text NOT NULL UNIQUE, digest bytea,
    method text, at_ms bigint, code text, answer text, hash bytea);
CREATE TABLE p_entry (seq bigserial PRIMARY KEY, account text NOT NULL, contra text,
    amount bigint, kind text, ref text, at_ms bigint);
CREATE INDEX p_entry_account ON p_entry (account, seq);
CREATE TABLE p_head (seq bigint, hash bytea);
INSERT INTO p_head VALUES (0, '');
INSERT INTO p_account SELECT 'a' || n, 0, 0 FROM generate_series(0, 999) AS n;
INSERT INTO p_account VALUES ('revenue', 0, 0);
"""
ANSWER: Final = '["deposit","ok","d-123456","a123",1777680000000,1000000,1000000,[]]'


class Figure:
    """What a way of depositing reached, deposits a second, in each round.

    Attributes
    ----------
    mode : str
    processes, callers : int
        So many callers in each of so many processes.
    rates : list of float
    """

    def __init__(self, mode: str, processes: int, callers: int) -> None:
        self.mode, self.processes, self.callers = mode, processes, callers
        self.rates: list[float] = []

    @property
    def rate(self) -> float:
        """The median."""
        return median(self.rates)


def _account(caller: int, number: int) -> str:
    return f"a{(caller * 7_919 + number * 31) % ACCOUNTS}"


def _plain(conninfo: str, mode: str, tag: str) -> Callable[[int, int], None]:
    import psycopg

    def work(caller: int, count: int) -> None:
        with psycopg.connect(conninfo, autocommit=True) as connection:
            execute = connection.execute
            for number in range(count):
                name, request = _account(caller, number), f"{tag}:{caller}:{number}"
                execute("BEGIN")
                if mode == "chain":
                    execute("SELECT seq, hash FROM p_head FOR UPDATE")
                execute("SELECT answer FROM p_op WHERE request_id = %s", (request,))
                execute("SELECT * FROM p_account WHERE id = %s FOR UPDATE", (name,))
                execute(
                    "INSERT INTO p_op (request_id, digest, method, at_ms, code, answer, hash) "
                    "VALUES (%s, %s, 'deposit', %s, 'ok', %s, %s)",
                    (request, b"d" * 32, AT_MS, ANSWER, b"h" * 32),
                )
                execute(
                    "INSERT INTO p_entry (account, contra, amount, kind, ref, at_ms) "
                    "VALUES (%s, 'cash', 10000, 'deposit', %s, %s)",
                    (name, request, AT_MS),
                )
                execute(
                    "UPDATE p_account SET posted = posted + 10000, touched = %s WHERE id = %s",
                    (number, name),
                )
                if mode == "revenue":
                    execute("UPDATE p_account SET posted = posted + 1 WHERE id = 'revenue'")
                if mode == "chain":
                    execute("UPDATE p_head SET seq = seq + 1, hash = %s", (b"h" * 32,))
                execute("COMMIT")

    return work


def _ours(url: str, tag: str, ledgers: list[Any]) -> Callable[[int, int], None]:
    from securecall.ledger.ledger import Ledger

    ledger = Ledger.open(url)
    ledgers.append(ledger)

    def work(caller: int, count: int) -> None:
        for number in range(count):
            request = f"{tag}:{caller}:{number}"
            ledger.deposit(_account(caller, number), "0.01", at=AT_MS, request_id=request)

    return work


def serve(mode: str, address: str, tag: str, callers: int, count: int) -> None:
    """Be one of the processes: say that it is ready, wait for the word, deposit."""
    ledgers: list[Any] = []
    work = _ours(address, tag, ledgers) if mode == "ours" else _plain(address, mode, tag)
    threads = [
        threading.Thread(target=work, args=(caller, count // callers)) for caller in range(callers)
    ]
    print("ready", flush=True)
    sys.stdin.readline()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for ledger in ledgers:
        ledger.close()


def _round(figure: Figure, address: str, tag: str, count: int) -> None:
    each = count // figure.processes
    processes = [
        Popen(
            [
                sys.executable, "-m", "benchmarks.postgres", "--serve", figure.mode, address,
                f"{tag}p{number}", str(figure.callers), str(each),
            ],
            stdin=PIPE, stdout=PIPE, text=True,
        )
        for number in range(figure.processes)
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", "a process did not begin"
    began = perf_counter()
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        assert process.wait() == 0, "a process failed"
    spent = perf_counter() - began
    figure.rates.append(each // figure.callers * figure.callers * figure.processes / spent)
    for process in processes:
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()


def measure(singles: int, crowds: int, rounds: int) -> tuple[list[Figure], list[str]]:
    """Return all figures, and what the ledger says of itself afterwards.

    Parameters
    ----------
    singles, crowds : int
        Deposits a round with one caller a process, and with many.
    rounds : int
    """
    import psycopg
    from tests.ledger.postgres_server import Server

    from securecall.ledger.ledger import Ledger

    host = Server()
    try:
        with psycopg.connect(host.conninfo(), autocommit=True) as connection:
            connection.execute(PLAIN.encode())
        url = host.new_url()
        with Ledger.open(url) as ledger:
            for number in range(ACCOUNTS):
                ledger.open_account(f"a{number}", at=AT_MS)
        figures = [
            Figure(mode, processes, callers)
            for processes, callers in ((1, 1), (1, 64), (3, 1), (3, 21))
            for mode in MODES
        ]
        for turn in range(rounds):
            for place, figure in enumerate(figures):
                address = url if figure.mode == "ours" else host.conninfo()
                count = singles if figure.callers == 1 else crowds
                _round(figure, address, f"r{turn}f{place}", count)
        with Ledger.open(url) as ledger:
            found = ledger.verify()
        said = [*found.faults, f"{found.ops} operations, one chain, verified"]
        return figures, [*said, _moved(host, crowds)]
    finally:
        host.close()


def _moved(host: Any, count: int) -> str:
    """Move a ledger of so many deposits, and say how long it took."""
    from securecall.ledger.ledger import Ledger
    from securecall.ledger.move import move

    with tempfile.TemporaryDirectory() as folder:
        source = f"sqlite:///{folder}/ledger.db"
        with Ledger.open(source) as ledger:
            for number in range(ACCOUNTS):
                ledger.open_account(f"a{number}", at=AT_MS)
            threads = [
                threading.Thread(
                    target=lambda lane=lane: [
                        ledger.deposit(_account(lane, number), "0.01", at=AT_MS)
                        for number in range(count // 64)
                    ]
                )
                for lane in range(64)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        began = perf_counter()
        found = move(source, host.new_url())
        spent = perf_counter() - began
    return (
        f"a move from SQLite: {found.ops} operations, {found.ops / spent:,.0f} a second; nobody "
        f"could write for {found.pause_ms} ms"
    )


def _page(figures: list[Figure], said: list[str], note: str) -> str:
    lines = [
        f"# Deposits in PostgreSQL, {datetime.now(UTC):%Y-%m-%d}",
        "",
        f"`python -m benchmarks.postgres`, {os.cpu_count()} cores shared by server and callers, "
        f"load {os.getloadavg()[0]:.1f} at the end. {note}".rstrip(),
        "PostgreSQL from Debian, fsync on, by its socket. Deposits a second, the median of "
        f"{len(figures[0].rates)} rounds that took turns; least and most in brackets.",
        "",
        "| processes x callers | " + " | ".join(MODES.values()) + " | to plain | to the chain |",
        "|---|" + "---|" * (len(MODES) + 2),
    ]
    by_crowd: dict[tuple[int, int], dict[str, Figure]] = {}
    for figure in figures:
        by_crowd.setdefault((figure.processes, figure.callers), {})[figure.mode] = figure
    for (processes, callers), row in by_crowd.items():
        cells = [
            f"{row[mode].rate:,.0f} ({min(row[mode].rates):,.0f}-{max(row[mode].rates):,.0f})"
            for mode in MODES
        ]
        ratios = [row["ours"].rate / row[peer].rate for peer in ("plain", "chain")]
        lines.append(
            f"| {processes} x {callers} | {' | '.join(cells)} | "
            + " | ".join(f"{ratio:.2f}" for ratio in ratios)
            + " |"
        )
    return "\n".join([*lines, "", *[f"- {text}" for text in said], ""])


def main(arguments: list[str]) -> None:
    """Measure, and print a page or write it."""
    parser = ArgumentParser()
    parser.add_argument("--serve", nargs=5, help="be one of the processes")
    parser.add_argument("--report", type=Path)
    parser.add_argument("--note", default="")
    parser.add_argument("--singles", type=int, default=1_500)
    parser.add_argument("--crowds", type=int, default=12_600)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments)
    if asked.serve:
        mode, address, tag, callers, count = asked.serve
        serve(mode, address, tag, int(callers), int(count))
        return
    page = _page(*measure(asked.singles, asked.crowds, asked.rounds), asked.note)
    if asked.report is not None:
        asked.report.write_text(page)
    print(page)


if __name__ == "__main__":
    main(sys.argv[1:])
