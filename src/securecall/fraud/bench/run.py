"""Runs of the bench: calls made, played and written down one by one, so that a run can go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from securecall.errors import InputError
from securecall.fraud.bench.corpora import open_corpora
from securecall.fraud.bench.label import Label
from securecall.fraud.bench.listener import Heard, listen, listener_factory
from securecall.fraud.bench.score import Record, Scores, score
from securecall.fraud.bench.simulate import CALL_S, Simulator

__all__ = ["HOURS", "calls_of", "read_journal", "records", "run"]

HOURS: Final = 0.5
#: Changes when the same seed makes other calls, so that journals do not mix.
EDITION: Final = 1


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
        "cpu_s": round(record.cpu_s, 6),
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


def records(
    detector: str, *, hours: float = HOURS, seed: int = 1, split: str = "development",
    folder: str | Path | None = None, call_s: float = CALL_S, journal: Path | None = None,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Iterator[Record]:  # fmt: skip
    """Yield what a detector makes of calls, those of the journal first.

    Parameters are those of `run`; so is what is raised.

    Source
    ------
    own.
    """
    make = listener_factory(detector)
    corpora = open_corpora(folder, split=split)
    simulator = Simulator(seed, corpora, call_s=call_s)
    count = calls_of(hours, call_s)
    head = {
        "edition": EDITION, "detector": detector, "seed": seed, "split": split,
        "call_s": call_s, "corpora": corpora.about,
    }  # fmt: skip
    done: dict[int, Record] = {}
    if journal is not None and journal.exists() and journal.stat().st_size:
        told, found, whole = read_journal(journal)
        other = sorted(name for name in head if told.get(name, head[name]) != head[name])
        if whole and other:
            raise InputError(
                f"{journal} is of another run: its {other[0]} is {told[other[0]]!r}, "
                f"not {head[other[0]]!r}"
            )
        done = {one.index: one for one in found}
        with journal.open("rb+") as file:
            file.truncate(whole)
    if journal is not None and (not journal.exists() or not journal.stat().st_size):
        journal.write_text(json.dumps({"bench": head}) + "\n", encoding="utf-8")
    for index in range(count):
        tell(index, count)
        record = done.get(index)
        if record is None:
            call = simulator.call(index)
            heard = listen(make(), call)
            record = Record(
                index, call.seconds, call.labels, heard.heard, heard.cpu_s, heard.state_bytes
            )
            if journal is not None:
                with journal.open("a", encoding="utf-8") as file:
                    file.write(_line(record) + "\n")
        yield record
    tell(count, count)


def run(
    detector: str, *, hours: float = HOURS, seed: int = 1, split: str = "development",
    folder: str | Path | None = None, call_s: float = CALL_S, journal: Path | None = None,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> Scores:  # fmt: skip
    """Play simulated calls to a detector and score it.

    Parameters
    ----------
    detector : str
        A baseline, or ``module:factory`` of what makes a `Listener`.
    hours : float
        Of calls; both legs of an hour are one hour.
    seed : int
    split : {"development", "sealed"}
    folder : path, optional
        Recordings; see `securecall.fraud.bench.open_corpora`.
    call_s : float
    journal : path, optional
        A line of JSON for each call is added here. What it holds already is not played again, so
        that a run that was stopped goes on.
    tell : callable
        Is told how many calls are done, and of how many.

    Raises
    ------
    InputError
        An argument is wrong, or the journal is of another run.
    BuildError
        A detector or a recording needs what is not installed.

    Source
    ------
    own; docs/bench.md.

    Examples
    --------
    >>> scores = run("silence", hours=0.02, call_s=36)
    >>> scores.calls, round(scores.hours, 3)
    (2, 0.02)
    """
    return score(
        records(
            detector, hours=hours, seed=seed, split=split, folder=folder, call_s=call_s,
            journal=journal, tell=tell,
        )
    )  # fmt: skip
