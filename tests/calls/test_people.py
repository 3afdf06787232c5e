"""People: enrolled, gone, suspended for a time."""

from __future__ import annotations

import pytest

from securecall.calls.directory import Directory
from securecall.calls.people import PersonState
from securecall.errors import InputError, Unknown

NOBODY = PersonState(False, False, None, None)


def test_a_person_is_enrolled_from_an_instant_to_another() -> None:
    directory = Directory()
    directory.enrol("p-1", at=10, by="sgt-12", max_call_ms=600_000)
    directory.leave("p-1", at=20, by="sgt-12")
    assert directory.person("p-1", 9) == NOBODY
    assert directory.person("p-1", 10) == PersonState(True, False, None, 600_000)
    assert directory.person("p-1", 20) == NOBODY
    directory.enrol("p-1", at=30, by="sgt-12")  # back again
    assert directory.person("p-1", 30).enrolled


def test_a_person_is_enrolled_once_and_leaves_once() -> None:
    directory = Directory()
    directory.enrol("p-1", at=10, by="sgt-12")
    with pytest.raises(InputError, match="enrolled already"):
        directory.enrol("p-1", at=11, by="sgt-12")
    directory.leave("p-1", at=12, by="sgt-12")
    with pytest.raises(Unknown, match="entry to leave"):
        directory.leave("p-1", at=13, by="sgt-12")
    with pytest.raises(InputError, match="max_call_ms must be 1"):
        directory.enrol("p-2", at=0, by="sgt-12", max_call_ms=0)


def test_a_suspension_ends_by_itself_or_is_lifted() -> None:
    directory = Directory()
    directory.suspend("p-1", at=10, by="sgt-12", why="fight", until=20)
    directory.suspend("p-1", at=15, by="sgt-12", why="again", until=40)
    assert [directory.person("p-1", at).suspended_until_ms for at in (9, 10, 15, 39, 40)] == [
        None, 20, 40, 40, None,
    ]  # fmt: skip
    directory.suspend("p-2", at=10, by="sgt-12", why="review")
    assert directory.person("p-2", 10**12) == PersonState(False, True, None, None)
    directory.reinstate("p-2", at=50, by="lt-3")
    assert not directory.person("p-2", 50).suspended
    with pytest.raises(Unknown, match="entry to reinstate"):
        directory.reinstate("p-2", at=60, by="lt-3")
    assert [line.what for line in directory.log()] == ["suspend"] * 3 + ["reinstate"]
