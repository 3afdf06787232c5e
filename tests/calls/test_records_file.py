"""RecordsFile: changes are kept together or not at all, and a log that was touched says so."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from securecall.calls.records_file import LogLine, RecordsFile
from securecall.errors import InputError, InputTypeError, StoreError

SCHEMA = "CREATE TABLE IF NOT EXISTS things (name TEXT PRIMARY KEY) STRICT;"


def records(path: str | Path = ":memory:") -> RecordsFile:
    return RecordsFile(path, "test", SCHEMA)


def names(file: RecordsFile) -> list[str]:
    return [name for (name,) in file.rows("SELECT name FROM things ORDER BY name")]


def test_changes_are_kept_together_or_not_at_all() -> None:
    file = records()

    def fails() -> None:
        with file.change():
            file.run("INSERT INTO things VALUES (?)", "a")
            with file.change():
                file.run("INSERT INTO things VALUES (?)", "b")
            raise InputError("no")

    with pytest.raises(InputError, match="no"):
        fails()
    assert names(file) == []
    with file.change(), file.change():
        file.run("INSERT INTO things VALUES (?)", "a")
    assert names(file) == ["a"]


def test_a_nested_change_that_fails_undoes_all() -> None:
    file = records()

    def twice() -> None:
        with file.change():
            file.run("INSERT INTO things VALUES (?)", "a")
            with file.change():
                file.run("INSERT INTO things VALUES (?)", "a")

    with pytest.raises(StoreError, match="UNIQUE"):
        twice()
    assert names(file) == []
    with file.change():
        file.run("INSERT INTO things VALUES (?)", "c")
    assert names(file) == ["c"]


def test_a_file_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "things.db"
    file = records(path)
    with file.change():
        file.run("INSERT INTO things VALUES (?)", "a")
        file.note(5, "sgt-12", "make", name="a")
    file.close()
    again = records(path)
    assert names(again) == ["a"]
    assert list(again.log()) == [LogLine(1, 5, "sgt-12", "make", {"name": "a"})]
    again.close()


def test_two_hosts_may_share_a_file_and_one_waits_for_the_other(tmp_path: Path) -> None:
    first, second = records(tmp_path / "things.db"), records(tmp_path / "things.db")
    with first.change():
        first.run("INSERT INTO things VALUES (?)", "a")
        with pytest.raises(StoreError, match="locked"), second.change():
            raise AssertionError("it must not begin")
    assert names(second) == ["a"]
    first.close()
    second.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE log SET by = 'nobody' WHERE line = 2",
        "UPDATE log SET detail = '{}' WHERE line = 1",
        "DELETE FROM log WHERE line = 2",
        "UPDATE log SET at_ms = 7 WHERE line = 3",
    ],
)
def test_a_log_that_was_touched_says_so(tmp_path: Path, change: str) -> None:
    path = tmp_path / "things.db"
    file = records(path)
    for at in (1, 2, 3):
        with file.change():
            file.note(at, "sgt-12", "make", name=str(at))
    assert [line.at_ms for line in file.log()] == [1, 2, 3]
    file.close()
    with sqlite3.connect(path) as raw:
        raw.execute(change)
    raw.close()
    with pytest.raises(StoreError, match="of the log is not what was written"):
        list(records(path).log())


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as raw:
        raw.execute("CREATE TABLE mine (x)")
    raw.close()
    with pytest.raises(StoreError, match="something else"):
        records(other)
    text = tmp_path / "text.db"
    text.write_text("these are no records, and long enough to be a header of a file\n" * 40)
    with pytest.raises(StoreError, match="cannot be opened"):
        records(text)
    with pytest.raises(StoreError, match="cannot be opened"):
        records(tmp_path / "no" / "such.db")
    RecordsFile(tmp_path / "kind.db", "othr", SCHEMA).close()
    with pytest.raises(StoreError, match="something else"):
        records(tmp_path / "kind.db")
    with pytest.raises(InputTypeError, match="path must be"):
        records(5)  # type: ignore[arg-type]


def test_a_file_that_is_closed_cannot_be_read() -> None:
    file = records()
    file.close()
    with pytest.raises(StoreError):
        names(file)
    with pytest.raises(StoreError), file.change():
        raise AssertionError("it must not begin")


def test_a_note_needs_a_name() -> None:
    file = records()
    with pytest.raises(InputError, match="by must have"), file.change():
        file.note(5, "", "make")
