"""Journals hold all that scores and reports need."""

from __future__ import annotations

from pathlib import Path

import pytest

from securecall.errors import InputError
from securecall.fraud.bench.journal import Journal, read_journal
from securecall.fraud.bench.label import Label, Played, packed, unpacked
from securecall.fraud.bench.listener import Heard
from securecall.fraud.bench.score import Record

HEARD = (
    Heard("three_way", "alert", 1.5, 20.0, 0.75, "why", {"flash_ms": 512.0, "silence_s": 4.25}),
    Heard("keypad", "note", 1.0, 2.0, 0.5, "5"),
)
RECORD = Record(
    4, 36.0, (Label("keypad", "dtmf", "called", 1.0, 2.0, 1.0, ("three_way",), "5"),), HEARD, 0.25,
    4096, packed([Played(3, 0.125, 2.5), Played(0, 1.0, 36.0)]),
)  # fmt: skip


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    Journal(path, {"seed": 1}).add(RECORD)
    head, (read,), size = read_journal(path)
    assert (head, read, size) == ({"seed": 1}, RECORD, path.stat().st_size)
    assert path.read_text().count("cues") == 1  # what is empty takes no room
    assert Journal(path, {"seed": 1}).done == {4: RECORD}


def test_what_was_played_is_packed_without_loss() -> None:
    played = [Played(3, 0.125, 2.5), Played(0, 1.001, 7200.0)]
    assert list(unpacked(packed(played))) == played
    assert list(unpacked(packed([]))) == []


def test_without_a_file_nothing_is_kept_but_in_memory() -> None:
    journal = Journal(None, {})
    journal.add(RECORD)
    assert journal.done == {4: RECORD}


def test_other_recordings_are_another_run(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    Journal(path, {"recordings": "a"})
    with pytest.raises(InputError, match="its recordings is 'a', not 'b'"):
        Journal(path, {"recordings": "b"})
