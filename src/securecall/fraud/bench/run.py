"""Runs of the bench: calls made, played and written down one by one, so that a run can go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from securecall.errors import InputError
from securecall.fraud.bench.codec import missing
from securecall.fraud.bench.corpora import open_corpora
from securecall.fraud.bench.label import Label
from securecall.fraud.bench.listener import Heard, listen, listener_factory
from securecall.fraud.bench.score import Record, Scores, score
from securecall.fraud.bench.simulate import CALL_S, Simulator

__all__ = ["HOURS", "calls_of", "read_journal", "run"]

HOURS: Final = 0.5
#: Changes when the same seed makes other calls, so that journals do not mix.
EDITION: Final = 3


def calls_of(hours: float, call_s: float) -> int:
    """Return how many calls some hours take; the last one is whole.

    Raises
    ------
    InputError
        Not more than nothing.

    Source
    ------
    own.
    """
    if not 0 < hours <= 1e6:
        raise InputError(f"hours must be more than 0, and no more than a million, not {hours!r}")
    return -int(-hours * 3600 // call_s)


def _line(record: Record) -> str:
    told: dict[str, Any] = {
        "call": record.index,
        "seconds": record.seconds,
        "cpu_s": record.cpu_s,
        "state_bytes": record.state_bytes,
        "labels": [label.as_dict() for label in record.labels],
        "heard": [asdict(one) for one in record.heard],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _record(told: dict[str, Any]) -> Record:
    return Record(
        told["call"], told["seconds"], tuple(Label.from_dict(one) for one in told["labels"]),
        tuple(Heard(**one) for one in told["heard"]), told["cpu_s"], told["state_bytes"],
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


class _Journal:
    """What is known of a detector's run, and where more of it is written."""

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
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(_line(record) + "\n")


def _silent(done: int, of: int) -> None:
    """Tell nobody."""


def run(
    *detectors: str, hours: float = HOURS, seed: int = 1, split: str = "development",
    folder: str | Path | None = None, call_s: float = CALL_S,
    journals: Sequence[Path | None] = (), tell: Callable[[int, int], object] = _silent,
) -> dict[str, Scores]:  # fmt: skip
    """Play simulated calls to detectors and score each; all hear the same calls.

    Parameters
    ----------
    *detectors : str
        Each a baseline, or ``module:factory`` of what makes a `Listener`.
    hours : float
        Of calls; both legs of an hour are one hour.
    seed : int
    split : {"development", "sealed"}
    folder : path, optional
        Recordings; see `securecall.fraud.bench.open_corpora`.
    call_s : float
    journals : sequence of path or None, optional
        For each detector a file, to which a line of JSON is added for each call. What it holds
        already is not played again, so that a run that was stopped goes on.
    tell : callable
        Is told how many calls are done, and of how many.

    Raises
    ------
    InputError
        An argument is wrong, or a journal is of another run.
    BuildError
        A detector or a recording needs what is not installed.

    Source
    ------
    own; docs/bench.md.

    Examples
    --------
    >>> scores = run("silence", hours=0.02, call_s=36)["silence"]
    >>> scores.calls, round(scores.hours, 3)
    (2, 0.02)
    """
    if len(set(detectors)) != len(detectors):
        raise InputError(f"a detector is named twice: {', '.join(detectors)}")
    makers = {name: listener_factory(name) for name in detectors}
    corpora = open_corpora(folder, split=split)
    simulator = Simulator(seed, corpora, call_s=call_s)
    count = calls_of(hours, call_s)
    head = {
        "edition": EDITION, "seed": seed, "split": split, "call_s": call_s,
        "corpora": corpora.about, "codecs_missing": list(missing()),
    }  # fmt: skip
    kept = {
        name: _Journal(path, {"detector": name, **head})
        for name, path in zip(detectors, journals or [None] * len(detectors), strict=True)
    }
    for index in range(count):
        tell(index, count)
        waiting = [name for name in detectors if index not in kept[name].done]
        call = simulator.call(index) if waiting else None
        for name in waiting:
            assert call is not None
            heard = listen(makers[name](), call)
            record = Record(
                index, call.seconds, call.labels, heard.heard, heard.cpu_s, heard.state_bytes
            )
            kept[name].add(record)
            kept[name].done[index] = record
    tell(count, count)
    return {
        name: score(kept[name].done[index] for index in range(count)) for name in detectors
    }  # fmt: skip
