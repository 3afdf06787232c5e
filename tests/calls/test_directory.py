"""Directory: all lists in one file, every change in its log."""

from __future__ import annotations

from pathlib import Path

import pytest

from securecall.calls.directory import Directory
from securecall.errors import InputError, StoreError

NUMBER = "+17135550123"


def test_a_directory_is_there_again(tmp_path: Path) -> None:
    path = tmp_path / "directory.db"
    directory = Directory(path)
    directory.privilege(NUMBER, kind="attorney", at=5, by="lt-3")
    before = directory.facts("p-1", NUMBER, 5)
    directory.close()
    again = Directory(path)
    assert again.facts("p-1", NUMBER, 5) == before
    assert [(line.by, line.what, line.detail["number"]) for line in again.log()] == [
        ("lt-3", "privilege", NUMBER)
    ]
    again.close()


def test_changes_together_are_all_kept_or_none() -> None:
    directory = Directory()

    def both() -> None:
        with directory.together():
            directory.approve("p-1", NUMBER, at=0, by="sgt-12")
            directory.approve("p-1", "411", at=0, by="sgt-12")

    with pytest.raises(InputError, match="people have"):
        both()
    assert not directory.facts("p-1", NUMBER, 0).approved
    assert list(directory.log()) == []
    with directory.together():
        for line in range(100, 200):
            directory.approve("p-1", f"+17135550{line}", at=0, by="sgt-12")
    assert directory.facts("p-1", "+17135550150", 0).approved
    assert len(list(directory.log())) == 100


def test_a_change_without_a_name_is_not_made() -> None:
    directory = Directory()
    with pytest.raises(InputError, match="by must have"):
        directory.approve("p-1", NUMBER, at=0, by="")
    assert not directory.facts("p-1", NUMBER, 0).approved


def test_a_closed_directory_cannot_be_asked() -> None:
    directory = Directory()
    directory.close()
    with pytest.raises(StoreError):
        directory.facts("p-1", NUMBER, 0)
