"""The SQLite store: what it checks at opening, and that it never lies about what it kept."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.errors import InputError, RequestConflict, StoreError, StoreUnsure
from securecall.ledger.ledger import Ledger
from securecall.ledger.stores import sqlite as store_module

LOADERS = {"flat/1": Flat.loads}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def opened(path: Path, **options: Any) -> Ledger:
    return Ledger.open(f"sqlite:///{path}", curves=LOADERS, **options)


def filled(path: Path, **options: Any) -> None:
    with opened(path, **options) as ledger:
        ledger.open_account("a", at=T0)
        ledger.deposit("a", "5.00", at=T0, request_id="d")
        ledger.start_call("c", ["a"], Flat(), at=T0 + 1)


def test_what_was_written_is_there_after_reopening(path: Path) -> None:
    filled(path)
    with opened(path) as ledger:
        assert ledger.balance("a").held_micros == 210_000
        assert ledger.cutoffs("a")["c"] is not None
        assert ledger.deposit("a", "5.00", at=T0, request_id="d").credited == 5
        assert ledger.end_call("c", at=T0 + 100_000).charged_micros == 420_000
    with opened(path) as ledger:
        assert ledger.verify().ok
        assert ledger.explain("c").count("$0.21") == 2


@pytest.mark.parametrize("level", ["normal", "off", "NORMAL", 1])
def test_weaker_settings_are_refused(path: Path, level: object) -> None:
    with pytest.raises(StoreError, match="loses operations that were acknowledged"):
        opened(path, synchronous=level)
    assert not path.exists()


def test_the_settings_are_the_safe_ones(path: Path) -> None:
    with opened(path, synchronous="extra") as ledger:
        writer = ledger._store._writer  # type: ignore[attr-defined]
        assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert writer.execute("PRAGMA synchronous").fetchone() == (3,)
    with opened(path) as ledger:
        writer = ledger._store._writer  # type: ignore[attr-defined]
        assert writer.execute("PRAGMA synchronous").fetchone() == (2,)


def test_urls_that_name_no_file_are_refused() -> None:
    for url in ("sqlite:ledger.db", "sqlite:///", "mysql://x", "memory"):
        with pytest.raises(InputError, match="sqlite:///path"):
            Ledger.open(url)


def tamper(path: Path, sql: str) -> None:
    with sqlite3.connect(path) as connection:
        for name in ("op_stays", "op_remains", "entry_stays", "entry_remains"):
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(sql)
    connection.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET amount = amount + 1 WHERE seq = 1",
        "UPDATE entry SET account = 'b' WHERE seq = 1",
        "UPDATE op SET answer = 'null' WHERE seq = 2",
        "UPDATE op SET at_ms = 1 WHERE seq = 1",
        "DELETE FROM op WHERE seq = 2",
        "DELETE FROM entry WHERE seq = 1",
        "INSERT INTO entry VALUES (2, 9, 0, 'a', 'cash', 1, 'deposit', 'x')",
    ],
)
def test_a_changed_chain_is_found_at_opening(path: Path, sql: str) -> None:
    filled(path)
    tamper(path, sql)
    with pytest.raises(StoreError, match=r"chain is broken|belongs to no operation"):
        opened(path)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE account SET posted = posted + 1", "its entries"),
        ("UPDATE call SET body = replace(body, '420000', '420001')", "entries say"),
        ("DELETE FROM account", "not there"),
        ("DELETE FROM call", "not there"),
    ],
)
def test_what_the_entries_do_not_say_is_found_by_verify(path: Path, sql: str, words: str) -> None:
    with opened(path) as ledger:
        ledger.open_account("a", at=T0)
        ledger.deposit("a", "5.00", at=T0)
        ledger.start_call("c", ["a"], Flat(), at=T0 + 1)
        ledger.end_call("c", at=T0 + 100_000)
    tamper(path, sql)
    ledger = opened(path)
    found = ledger.verify()
    assert not found.ok
    assert any(words in fault for fault in found.faults), found.faults
    ledger.close()


def test_the_books_cannot_be_changed_by_plain_sql(path: Path) -> None:
    filled(path)
    connection = sqlite3.connect(path)
    for sql in (
        "UPDATE entry SET amount = 1",
        "DELETE FROM entry",
        "UPDATE op SET code = ''",
        "DELETE FROM op",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            connection.execute(sql)
    connection.close()


def test_a_checkpoint_is_signed_and_bounds_what_opening_reads(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "CHECKPOINT_EVERY", 10)
    with opened(path, key=b"secret") as ledger:
        ledger.open_account("a", at=T0)
        for number in range(25):
            ledger.deposit("a", "1.00", at=T0 + number)
    with opened(path, key=b"secret") as ledger:
        assert ledger._store._checkpointed >= 20  # type: ignore[attr-defined]
    with pytest.raises(StoreError, match="another key"):
        opened(path, key=b"other")
    # What lies before a signed checkpoint is verify's business, not opening's.
    tamper(path, "UPDATE entry SET amount = amount + 1 WHERE seq = 1")
    ledger = opened(path, key=b"secret")
    assert not ledger.verify().ok
    ledger.close()
    tamper_again = sqlite3.connect(path)
    tamper_again.execute("UPDATE op SET hash = x'00' WHERE seq = (SELECT max(seq) FROM checkpoint)")
    tamper_again.commit()
    tamper_again.close()
    with pytest.raises(StoreError, match="not what was signed"):
        opened(path, key=b"secret")


def test_readers_never_wait_for_a_writer(path: Path) -> None:
    filled(path)
    with opened(path) as ledger:
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE account SET posted = 1")
        assert ledger.balance("a").posted == 5
        assert ledger.call("c").running
        writer.execute("ROLLBACK")
        writer.close()


def test_reading_writes_nothing(path: Path) -> None:
    filled(path)
    with opened(path) as ledger:
        before = path.read_bytes(), path.with_name("ledger.db-wal").read_bytes()
        ledger.balance("a", at=T0 + 10_000_000)
        ledger.cutoffs("a")
        ledger.entries()
        ledger.verify()
        assert (path.read_bytes(), path.with_name("ledger.db-wal").read_bytes()) == before


def test_threads_share_a_ledger_and_every_answer_counts_once(path: Path) -> None:
    with opened(path) as ledger:
        for number in range(8):
            ledger.open_account(f"a{number}", at=T0)
        answers: list[Any] = []

        def work(number: int) -> None:
            for step in range(25):
                shared = ledger.deposit("a0", "1.00", at=T0, request_id=f"shared-{step}")
                own = ledger.deposit(f"a{number}", "0.01", at=T0, request_id=f"{number}-{step}")
                answers.append((shared, own))
                ledger.balance(f"a{number}")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(answers) == 200
        assert ledger.balance("a0").posted_micros == 25_250_000
        assert len({shared.id for shared, _ in answers}) == 25
        assert ledger.verify().ok


def test_one_bad_job_does_not_sink_its_group(path: Path) -> None:
    with opened(path) as ledger:
        ledger.open_account("a", at=T0)
        results: list[object] = []
        barrier = threading.Barrier(6)

        def work(number: int) -> None:
            barrier.wait()
            for step in range(20):
                try:
                    amount = "1.00" if number % 2 else "2.00"
                    results.append(ledger.deposit("a", amount, at=T0, request_id=f"r{step}").code)
                except RequestConflict:
                    results.append("conflict")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(results) == 120
        assert results.count("conflict") == 60
        assert 20 <= ledger.balance("a").posted <= 40


WRITER = """
import sys
from tests.ledger.table import T0
from securecall.ledger.ledger import Ledger
url, name = sys.argv[1:]
with Ledger.open(url) as ledger:
    for step in range(40):
        ledger.deposit("a", "1.00", at=T0, request_id=f"shared-{step}")
        ledger.deposit("a", "0.01", at=T0, request_id=f"{name}-{step}")
"""


def test_several_processes_write_one_file(path: Path) -> None:
    with opened(path) as ledger:
        ledger.open_account("a", at=T0)
        here = Path(__file__).parents[3]
        children = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, f"sqlite:///{path}", f"p{number}"], cwd=here
            )
            for number in range(3)
        ]
        for step in range(40):
            ledger.deposit("a", "1.00", at=T0, request_id=f"shared-{step}")
        assert [child.wait(120) for child in children] == [0, 0, 0]
        assert ledger.balance("a").posted_micros == 40_000_000 + 3 * 400_000
        assert ledger.verify().ok


def test_a_ledger_belongs_to_one_process(path: Path) -> None:
    with opened(path) as ledger:
        ledger.open_account("a", at=T0)
        real = ledger._store._pid  # type: ignore[attr-defined]
        ledger._store._pid = real + 1  # type: ignore[attr-defined]
        with pytest.raises(StoreError, match="before a fork"):
            ledger.deposit("a", "1.00", at=T0)
        ledger._store._pid = os.getpid()  # type: ignore[attr-defined]


def test_a_closed_ledger_says_so(path: Path) -> None:
    ledger = opened(path)
    ledger.close()
    with pytest.raises(StoreError, match="was closed"):
        ledger.balance("a")
    with pytest.raises(StoreError, match="was closed"):
        ledger.open_account("a", at=T0)


class Failing(sqlite3.Connection):
    """Fails at COMMIT when told to: before it, or after it was done."""

    mode = ""

    def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:
        if sql == "COMMIT" and Failing.mode:
            mode, Failing.mode = Failing.mode, ""
            if mode == "after":
                super().execute(sql)
            raise sqlite3.OperationalError("disk I/O error")
        if "checkpoint" in sql and Failing.mode == "":
            return super().execute(sql, *more)
        return super().execute(sql, *more)


@pytest.fixture
def failing(path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Ledger]:
    connect = sqlite3.connect

    def failing_connect(*args: Any, **options: Any) -> sqlite3.Connection:
        return connect(*args, **options, factory=Failing)

    monkeypatch.setattr(sqlite3, "connect", failing_connect)
    ledger = opened(path)
    ledger.open_account("a", at=T0)

    def arm(mode: str) -> Ledger:
        Failing.mode = mode
        return ledger

    return arm


def test_a_commit_that_failed_after_all_was_kept_is_answered(
    failing: Callable[[str], Ledger],
) -> None:
    ledger = failing("after")
    assert ledger.deposit("a", "1.00", at=T0, request_id="d").ok
    assert ledger.balance("a").posted == 1
    assert ledger.deposit("a", "1.00", at=T0, request_id="d").ok
    assert ledger.balance("a").posted == 1


def test_a_commit_that_failed_before_is_an_error_and_can_be_sent_again(
    failing: Callable[[str], Ledger],
) -> None:
    ledger = failing("before")
    with pytest.raises(StoreError, match="nothing was kept"):
        ledger.deposit("a", "1.00", at=T0, request_id="d")
    assert ledger.balance("a").posted == 0
    assert ledger.deposit("a", "1.00", at=T0, request_id="d").ok
    assert ledger.balance("a").posted == 1


def test_when_nothing_can_be_found_out_the_answer_is_unsure(
    failing: Callable[[str], Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = failing("after")

    def no_more(self: Any) -> None:
        raise StoreError("the disk is gone")

    monkeypatch.setattr(store_module.SqliteStore, "_connect", no_more)
    with pytest.raises(StoreUnsure, match="ask again") as caught:
        ledger.deposit("a", "1.00", at=T0, request_id="d")
    assert caught.value.request_id == "d"
    # Nor does a second try know what became of the first.
    with pytest.raises(StoreUnsure, match="the disk is gone"):
        ledger.deposit("a", "1.00", at=T0, request_id="d")
    monkeypatch.undo()
    assert ledger.deposit("a", "1.00", at=T0, request_id="d").ok
    assert ledger.balance("a").posted == 1


def test_a_curve_that_cannot_be_kept_is_refused_before_anything_moves(path: Path) -> None:
    class Bare(Flat):
        dumps = None  # type: ignore[assignment]

    with opened(path) as ledger:
        ledger.open_account("a", at=T0, opening="5")
        before = ledger.verify()
        with pytest.raises(TypeError, match="dumps"):
            ledger.start_call("c", ["a"], Bare(), at=T0)
        assert ledger.verify() == before


def test_a_stored_curve_of_unknown_format_names_the_remedy(path: Path) -> None:
    filled(path)
    ledger = Ledger.open(f"sqlite:///{path}")
    with pytest.raises(InputError, match="curves="):
        ledger.balance("a", at=T0 + 100_000)
    ledger._store.closed = True  # type: ignore[attr-defined]
    Ledger.close(ledger)


def test_opening_and_a_balance_take_no_longer_in_a_longer_ledger(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "CHECKPOINT_EVERY", 64)

    def steps(count: int) -> int:
        """Count what SQLite's machine does to open, answer and close."""
        with opened(path) as ledger:
            if count == 100:
                ledger.open_account("a", at=T0)
            for number in range(count):
                ledger.deposit("a", "1.00", at=T0 + number, request_id=f"{count}-{number}")
        done = 0

        def tick() -> int:
            nonlocal done
            done += 1
            return 0

        connect = sqlite3.connect

        def counting(*args: Any, **options: Any) -> sqlite3.Connection:
            connection = connect(*args, **options)
            connection.set_progress_handler(tick, 100)
            return connection

        monkeypatch.setattr(sqlite3, "connect", counting)
        with opened(path) as ledger:
            ledger.balance("a")
        monkeypatch.setattr(sqlite3, "connect", connect)
        return done

    short = steps(100)
    long = steps(2_000)
    assert long <= short + 40
