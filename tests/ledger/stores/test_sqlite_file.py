"""A ledger's SQLite file: made once, however many come, and refused when it is none."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from tests.ledger.torture.alone import python_alone

from securecall.errors import StoreError
from securecall.ledger.stores import sqlite_file
from securecall.ledger.stores.sqlite_file import connect, open_to_write
from securecall.ledger.stores.sqlite_schema import APPLICATION_ID, FORMAT, SCHEMA

FULL, EXTRA = 2, 3


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "ledger.db")


def only(connection: sqlite3.Connection, sql: str) -> object:
    (value,) = connection.execute(sql).fetchone()
    return value


@pytest.mark.parametrize("synchronous", [FULL, EXTRA])
def test_a_new_file_has_the_tables_and_the_safe_settings(path: str, synchronous: int) -> None:
    connection = open_to_write(path, synchronous)
    assert only(connection, "PRAGMA journal_mode") == "wal"
    assert only(connection, "PRAGMA synchronous") == synchronous
    assert only(connection, "PRAGMA trusted_schema") == 0
    assert only(connection, "PRAGMA busy_timeout") == 60_000
    assert only(connection, "PRAGMA application_id") == APPLICATION_ID
    assert only(connection, "PRAGMA user_version") == FORMAT
    assert only(connection, "SELECT value FROM note WHERE name = 'latest_ms'") == "0"
    assert not connection.in_transaction
    connection.close()


def test_a_ledger_is_opened_again_as_it_was(path: str) -> None:
    open_to_write(path, FULL).close()
    connection = connect(path)
    connection.execute("UPDATE note SET value = '7' WHERE name = 'latest_ms'")
    connection.close()
    connection = open_to_write(path, FULL)
    assert only(connection, "SELECT value FROM note WHERE name = 'latest_ms'") == "7"
    connection.close()


def test_many_may_make_one_file_at_once(path: str) -> None:
    barrier = threading.Barrier(6)
    made: list[object] = []

    def work() -> None:
        barrier.wait()
        try:
            connection = open_to_write(path, FULL)
        except StoreError as error:
            made.append(error)
            return
        made.append(only(connection, "SELECT count(*) FROM note"))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1] * 6


def test_a_weaker_setting_than_was_asked_for_is_refused() -> None:
    with pytest.raises(StoreError, match="must have journal mode wal and synchronous 2"):
        open_to_write(":memory:", FULL)


def others(path: Path, mode: str) -> None:
    """Make another program's file, as a browser keeps its history."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.execute("CREATE TABLE moz_places (id INTEGER PRIMARY KEY, url TEXT)")
        connection.execute("INSERT INTO moz_places VALUES (1, 'https://example.org/')")


def folder_of(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.parent.iterdir()}


@pytest.mark.parametrize("mode", ["delete", "truncate", "persist", "wal"])
def test_a_file_of_another_program_is_refused_and_left_as_it_was(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "places.sqlite"
    others(path, mode)
    before = folder_of(path)
    with pytest.raises(StoreError, match=r"places\.sqlite is a SQLite file of something else"):
        open_to_write(str(path), FULL)
    assert folder_of(path) == before


def test_what_was_half_seen_once_is_looked_at_again(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_to_write(path, FULL).close()
    half = sqlite_file._Look(0, 0, 9)
    looks = [half, None]
    monkeypatch.setattr(sqlite_file, "_as_it_lies", lambda path: looks.pop(0))
    open_to_write(path, FULL).close()
    looks[:] = [half, half]
    with pytest.raises(StoreError, match="something else"):
        open_to_write(path, FULL)


def test_a_file_that_names_another_application_is_refused_though_it_is_empty(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.gpkg"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA application_id = 1196444487")
    before = folder_of(path)
    with pytest.raises(StoreError, match="something else"):
        open_to_write(str(path), FULL)
    assert folder_of(path) == before


def test_what_another_program_did_not_finish_is_not_rolled_back_here(tmp_path: Path) -> None:
    path, cut = tmp_path / "places.sqlite", tmp_path / "cut" / "places.sqlite"
    others(path, "delete")
    cut.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")  # so that pages reach the file before the end
        connection.execute("BEGIN")
        for row in range(2, 300):
            connection.execute("INSERT INTO moz_places VALUES (?, ?)", (row, "x" * 200))
        for each in (path, path.with_name("places.sqlite-journal")):
            (cut.parent / each.name).write_bytes(each.read_bytes())
    before = folder_of(cut)
    assert set(before) == {"places.sqlite", "places.sqlite-journal"}
    with pytest.raises(StoreError, match="something else"):
        open_to_write(str(cut), FULL)
    assert folder_of(cut) == before


def test_a_file_that_is_no_database_is_refused_and_left_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "text.db"
    path.write_text("this is no database, it is a letter\n" * 100)
    before = folder_of(path)
    with pytest.raises(
        StoreError, match=r"text\.db cannot be opened as a ledger: file is not a data"
    ):
        open_to_write(str(path), FULL)
    assert folder_of(path) == before


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="it is a folder"):
        open_to_write(str(tmp_path), FULL)
    with pytest.raises(StoreError, match="cannot be opened"):
        open_to_write(str(tmp_path / "no" / "such" / "folder.db"), FULL)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["empty.db", "a?mode=ro&b#c %41.db", "b\udcff.db"])
def test_an_empty_file_is_taken_for_a_new_one(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    connection = open_to_write(str(path), FULL)
    assert only(connection, "PRAGMA application_id") == APPLICATION_ID
    connection.close()
    assert set(folder_of(path)) == {name}


def test_a_file_of_a_later_format_is_refused_and_left_as_it_was(path: str) -> None:
    open_to_write(path, FULL).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = folder_of(Path(path))
    with pytest.raises(StoreError, match="format 99; this library knows 1"):
        open_to_write(path, FULL)
    assert folder_of(Path(path)) == before


def test_a_later_format_that_only_the_log_knows_is_refused(path: str) -> None:
    open_to_write(path, FULL).close()
    with closing(connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
        with pytest.raises(StoreError, match="format 99"):
            open_to_write(path, FULL)


def test_a_table_that_only_the_log_knows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = wal")
        other.execute("CREATE TABLE moz_places (id INTEGER PRIMARY KEY)")
        with pytest.raises(StoreError, match="something else"):
            open_to_write(str(path), FULL)


def test_another_s_table_that_comes_while_the_file_is_opened_is_seen(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_wal = sqlite_file._to_wal

    def later(connection: sqlite3.Connection) -> str:
        mode = to_wal(connection)
        others(Path(path), "wal")
        return mode

    monkeypatch.setattr(sqlite_file, "_to_wal", later)
    with pytest.raises(StoreError, match="something else"):
        open_to_write(path, FULL)


def test_a_file_that_may_only_be_read_is_refused() -> None:
    # Who is root may write everywhere, so it steps down; the libraries are loaded before.
    said = python_alone(
        """
import os, tempfile
from pathlib import Path
from securecall.errors import StoreError
from securecall.ledger.stores.sqlite_file import open_to_write
folder = Path(tempfile.mkdtemp())
folder.chmod(0o777)
path = folder / "ledger.db"
open_to_write(str(path), 2).close()
path.chmod(0o444)
before = path.read_bytes()
root = os.geteuid() == 0
if root:
    os.seteuid(65534)
try:
    open_to_write(str(path), 2)
except StoreError as error:
    print(error)
if root:
    os.seteuid(0)
print(path.read_bytes() == before)
for each in folder.iterdir():
    each.unlink()
folder.rmdir()
"""
    ).splitlines()
    assert said[0].endswith("ledger.db can be read only, and a ledger must be written")
    assert said[1:] == ["True"]


def test_looking_at_a_file_leaves_the_locks_that_this_process_has_on_it(path: str) -> None:
    said = python_alone(
        """
import subprocess, sys
from securecall.ledger.stores.sqlite_file import open_to_write
path = sys.argv[1]
# What a program does that must have the file for itself.
alone = '''
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=0)
try:
    print(connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0])
except sqlite3.OperationalError as error:
    print(error)
'''
def tries():
    done = subprocess.run([sys.executable, "-c", alone, path], capture_output=True, text=True)
    print(done.stdout.strip())
first = open_to_write(path, 2)
open_to_write(path, 2).close()
tries()
first.close()
tries()
""",
        path,
    )
    assert said.splitlines() == ["database is locked", "delete"]


@pytest.mark.parametrize("there", [False, True], ids=["no file", "an empty file"])
def test_two_processes_that_make_one_file_at_once_both_get_it(tmp_path: Path, there: bool) -> None:
    said = python_alone(
        """
import os, random, sys, time
from pathlib import Path
from securecall.errors import StoreError
from securecall.ledger.stores.sqlite_file import open_to_write
folder, there = Path(sys.argv[1]), sys.argv[2] == "True"
rng = random.Random(7)
good = 0
for turn in range(150):
    path = folder / f"{turn}.db"
    if there:
        path.touch()
    begin = time.monotonic() + 0.004
    # The second comes anywhere in what the first does.
    waits = (0, rng.uniform(0, 0.006))
    children = []
    for wait in waits:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                while time.monotonic() < begin + wait:
                    pass
                connection = open_to_write(str(path), 2)
                (notes,) = connection.execute("SELECT count(*) FROM note").fetchone()
                connection.close()
                code = 0 if notes == 1 else 2
            except StoreError as error:
                print(turn, error, flush=True)
            finally:
                os._exit(code)
        children.append(child)
    good += all(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0 for child in children)
    path.unlink()
print(good)
""",
        str(tmp_path),
        str(there),
    )
    assert said == "150\n"


@pytest.mark.parametrize("kept", [True, False])
def test_who_is_just_making_the_file_is_waited_for(path: str, kept: bool) -> None:
    maker = connect(path)
    maker.execute("PRAGMA journal_mode = WAL")
    maker.execute("BEGIN IMMEDIATE")
    for statement in sqlite_file._statements(SCHEMA):
        maker.execute(statement)
    maker.execute("INSERT INTO note VALUES ('latest_ms', '7')")
    came: list[object] = []

    def come() -> None:
        with closing(open_to_write(path, FULL)) as connection:
            came.append(only(connection, "SELECT value FROM note"))

    thread = threading.Thread(target=come)
    thread.start()
    thread.join(0.2)
    assert thread.is_alive(), "it waits, and takes the file for nobody else's"
    maker.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    maker.execute(f"PRAGMA user_version = {FORMAT}")
    maker.execute("COMMIT" if kept else "ROLLBACK")
    thread.join(30)
    maker.close()
    assert came == ["7" if kept else "0"]


class Copying:
    """A connection whose log cannot be copied as it should."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)

    def execute(self, sql: str) -> Copying:
        assert sql == "PRAGMA wal_checkpoint(PASSIVE)"
        return self

    def fetchone(self) -> object:
        answer = self.answers.pop(0)
        if isinstance(answer, int):
            error = sqlite3.OperationalError("it says")
            error.sqlite_errorcode = answer
            raise error
        return answer


def test_a_log_is_synced_when_another_process_is_done_with_it() -> None:
    copying = Copying((1, 9, 3), (1, 9, 3), (0, 9, 9), "more")
    sqlite_file._sync_log(copying)  # type: ignore[arg-type]
    assert copying.answers == ["more"]


def test_a_log_is_synced_though_there_is_no_room_to_copy_it_but_not_if_the_disk_fails() -> None:
    sqlite_file._sync_log(Copying(sqlite3.SQLITE_FULL))  # type: ignore[arg-type]
    with pytest.raises(sqlite3.OperationalError):
        sqlite_file._sync_log(Copying(sqlite3.SQLITE_IOERR_FSYNC))  # type: ignore[arg-type]


@pytest.mark.parametrize("through", ["file", "link"])
def test_only_a_log_that_was_found_is_synced(
    path: str, through: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[object] = []
    monkeypatch.setattr(sqlite_file, "_sync_log", synced.append)
    if through == "link":
        (tmp_path / "link.db").symlink_to(path)
        path = str(tmp_path / "link.db")
    with closing(open_to_write(path, FULL)) as first:
        assert synced == []
        with closing(open_to_write(path, FULL)) as second:
            assert synced == [second]
        first.execute("SELECT 1")
    open_to_write(path, FULL).close()
    assert len(synced) == 1
