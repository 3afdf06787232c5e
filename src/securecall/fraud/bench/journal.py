"""The journal of a run: a line of JSON for each call, so that a run that was stopped goes on."""

from __future__ import annotations

import json
from array import array
from dataclasses import asdict
from pathlib import Path
from typing import Any

from securecall.errors import InputError
from securecall.fraud.bench.label import Label
from securecall.fraud.bench.listener import Heard
from securecall.fraud.bench.score import Record

__all__ = ["Journal", "read_journal"]


def _line(record: Record) -> str:
    told: dict[str, Any] = {
        "call": record.index,
        "seconds": record.seconds,
        "cpu_s": record.cpu_s,
        "state_bytes": record.state_bytes,
        "labels": [label.as_dict() for label in record.labels],
        "heard": [_told(one) for one in record.heard],
        "played": record.played.tolist(),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _told(heard: Heard) -> dict[str, Any]:
    told = asdict(heard)
    if not told["cues"]:
        del told["cues"]
    return told


def _record(told: dict[str, Any]) -> Record:
    return Record(
        told["call"], told["seconds"], tuple(Label.from_dict(one) for one in told["labels"]),
        tuple(Heard(**one) for one in told["heard"]), told["cpu_s"], told["state_bytes"],
        array("i", told["played"]),
    )  # fmt: skip


def read_journal(path: Path) -> tuple[dict[str, Any], list[Record], int]:
    """Read a journal: its head, its calls, and how many bytes of it are whole.

    A last line without an end is what a run left that was stopped: it is not read.

    Raises
    ------
    InputError
        The file is no journal.

    Source
    ------
    own.
    """
    data = path.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    head: dict[str, Any] = {}
    found: list[Record] = []
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            told = json.loads(line)
            if number == 1:
                head = dict(told["bench"])
            else:
                found.append(_record(told))
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(f"{path}, line {number}: no line of a journal: {error!r}") from None
    return head, found, len(whole)


class Journal:
    """What is known of a detector's run, and where more of it is written.

    Parameters
    ----------
    path : path or None
        None keeps nothing.
    head : dict
        What the run is of.

    Attributes
    ----------
    done : dict of int to Record
        Calls by their number.

    Raises
    ------
    InputError
        The file is of another run, or no journal.

    Source
    ------
    own.
    """

    __slots__ = ("done", "path")

    def __init__(self, path: Path | None, head: dict[str, Any]) -> None:
        self.path = path
        self.done: dict[int, Record] = {}
        if path is None:
            return
        if path.exists() and path.stat().st_size:
            told, found, whole = read_journal(path)
            other = [name for name in head if whole and told.get(name) != head[name]]
            if other:
                raise InputError(
                    f"{path} is of another run: its {other[0]} is {told.get(other[0])!r}, "
                    f"not {head[other[0]]!r}"
                )
            self.done = {one.index: one for one in found}
            with path.open("rb+") as file:
                file.truncate(whole)
        if not path.exists() or not path.stat().st_size:
            path.write_text(json.dumps({"bench": head}) + "\n", encoding="utf-8")

    def add(self, record: Record) -> None:
        """Write a call down."""
        self.done[record.index] = record
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(_line(record) + "\n")
