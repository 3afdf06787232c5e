"""The shim sees all that this Python's SQLite does to files, and can make a disk fail."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from securecall.ledger.torture.disk import (
    Delete,
    Disk,
    Mark,
    Open,
    Sync,
    Truncate,
    Write,
    lay_out,
)
from securecall.ledger.torture.vfs import Shim

ROWS = 12


@pytest.fixture
def shim() -> Iterator[Shim]:
    with Shim() as installed:
        yield installed


def connect(path: Path, mode: str = "wal", level: str = "full") -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.execute(f"PRAGMA synchronous = {level}")
    return connection


def fill(path: Path, shim: Shim, mode: str = "wal", level: str = "full") -> None:
    """Put rows in, a commit each, with a mark after each."""
    with closing(connect(path, mode, level)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY, more TEXT)")
        for row in range(ROWS):
            connection.execute("INSERT INTO t VALUES (?, ?)", (row, "x" * 80))
            shim.mark("ack", str(row + 1))


def test_a_log_replayed_to_its_end_is_the_file(tmp_path: Path, shim: Shim) -> None:
    fill(tmp_path / "a.db", shim)
    disk = Disk()
    for event in shim.log:
        disk.feed(event)
    # The last connection synced the database and deleted its log.
    assert disk.image("kept", Random(1)) == {"a.db": (tmp_path / "a.db").read_bytes()}
    assert {type(event) for event in shim.log} == {Open, Write, Truncate, Sync, Delete, Mark}


def test_each_commit_in_full_is_a_sync_before_its_answer(tmp_path: Path, shim: Shim) -> None:
    fill(tmp_path / "a.db", shim)
    kinds = [type(event) for event in shim.log if not isinstance(event, Write)]
    places = [place for place, kind in enumerate(kinds) if kind is Mark]
    assert len(places) == ROWS
    assert all(kinds[place - 1] is Sync for place in places)


def lost(shim: Shim, folder: Path) -> Counter[str]:
    """Cut the power at each event, and count what became of the rows."""
    disk, promised, found = Disk(), 0, Counter[str]()
    for event in shim.log:
        disk.feed(event)
        promised = int(event.text) if isinstance(event, Mark) else promised
        lay_out(disk.image("dropped", Random(1)), folder)
        with closing(sqlite3.connect(folder / "a.db")) as connection:
            (sound,) = connection.execute("PRAGMA integrity_check").fetchone()
            tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
            rows = connection.execute("SELECT count(*) FROM t").fetchone()[0] if tables else 0
        found["unsound" if sound != "ok" else "lost" if rows < promised else "fine"] += 1
    return found


# In DELETE mode it is EXTRA that syncs the folder after the journal is gone.
@pytest.mark.parametrize(("mode", "level"), [("wal", "full"), ("delete", "extra")])
def test_plain_sqlite_that_waits_for_the_disk_loses_nothing(
    mode: str, level: str, tmp_path: Path
) -> None:
    (tmp_path / "cut").mkdir()
    with Shim() as shim:
        fill(tmp_path / "a.db", shim, mode, level)
    found = lost(shim, tmp_path / "cut")
    assert set(found) == {"fine"}
    assert found["fine"] > 4 * ROWS


@pytest.mark.parametrize(("mode", "level"), [("wal", "normal"), ("delete", "full")])
def test_plain_sqlite_that_does_not_loses_what_it_promised(
    mode: str, level: str, tmp_path: Path
) -> None:
    (tmp_path / "cut").mkdir()
    with Shim() as shim:
        fill(tmp_path / "a.db", shim, mode, level)
    found = lost(shim, tmp_path / "cut")
    assert found["lost"] >= ROWS
    assert found["unsound"] == 0


def test_a_sync_that_fails_fails_the_commit_and_only_that(tmp_path: Path, shim: Shim) -> None:
    with closing(connect(tmp_path / "a.db")) as connection:
        connection.execute("CREATE TABLE t (n)")
        next_sync = shim.syncs + 1
        shim.fails = lambda number: number == next_sync
        with pytest.raises(sqlite3.OperationalError, match="disk I/O error"):
            connection.execute("INSERT INTO t VALUES (1)")
        connection.execute("INSERT INTO t VALUES (2)")
        assert shim.failed == 1
        assert [event.ok for event in shim.log if isinstance(event, Sync)].count(False) == 1


def test_sqlite_takes_the_time_that_it_is_given(tmp_path: Path, shim: Shim) -> None:
    with closing(connect(tmp_path / "a.db")) as connection:
        shim.now_ms = lambda: 1_000
        assert connection.execute("SELECT datetime('now')").fetchone() == ("1970-01-01 00:00:01",)
        shim.now_ms = None
        assert connection.execute("SELECT date('now') > '2020'").fetchone() == (1,)


def test_two_connections_share_a_log_as_without_the_shim(tmp_path: Path, shim: Shim) -> None:
    with (
        closing(connect(tmp_path / "a.db")) as writer,
        closing(connect(tmp_path / "a.db")) as reader,
    ):
        writer.execute("CREATE TABLE t (n)")
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM t").fetchone() == (0,)
        writer.execute("INSERT INTO t VALUES (1)")
        assert reader.execute("SELECT count(*) FROM t").fetchone() == (0,)
        reader.execute("COMMIT")
        assert reader.execute("SELECT count(*) FROM t").fetchone() == (1,)


def test_it_leaves_no_trace_when_it_is_gone(tmp_path: Path) -> None:
    with Shim(keeps=False) as shim:
        fill(tmp_path / "a.db", shim)
    assert shim.log == []
    syncs = shim.syncs
    assert syncs > ROWS
    with closing(connect(tmp_path / "a.db")) as connection:
        connection.execute("INSERT INTO t VALUES (1000, '')")
    assert shim.syncs == syncs
