"""The plain job against peers: who rates most records per processor second, on one thread each.

Every contestant is a process of its own; rounds alternate between all of them, so that what else
the machine does falls on all alike, and the least time of each counts. Before anything is measured
each form must give the same rows as the engine.
"""

from __future__ import annotations

import pickle
import tempfile
from pathlib import Path

import pyarrow.compute as pc

from benchmarks.measure import ask, say, spawn
from benchmarks.peers import PEERS
from benchmarks.row import Row
from benchmarks.worker import OURS, good_calls, micros_of, statuses_of
from benchmarks.workloads import Deck, plain_calls, plain_deck, plain_tariff

__all__ = ["plain"]

TEXT_TARGET = 6.0
EASIEST_TARGET = 1.2


def plain(prefixes: int, rows: int, rounds: int) -> list[Row]:
    """Measure all contestants with one deck."""
    deck = plain_deck(prefixes)
    with tempfile.TemporaryDirectory() as folder:
        _write(deck, rows, Path(folder))
        least = _race(folder, rounds)
    return _rows(f"plain {prefixes:_}".replace("_", " "), rows, least)


def _write(deck: Deck, rows: int, folder: Path) -> None:
    calls = plain_calls(deck, rows)
    rated = plain_tariff(deck).rate_batch(calls)
    status = statuses_of(rated["status"])
    answer = {name: micros_of(rated[name]) for name in ("net", "tax", "total")}
    answer |= {
        "status": status,
        "billed_ms": rated["billed_ms"].combine_chunks(),
        "number": calls["number"],
        "sum": pc.sum(answer["total"]).as_py(),
    }
    work = {"deck": deck, "calls": calls, "good": good_calls(calls, status)}
    (folder / "work.pickle").write_bytes(pickle.dumps(work))
    (folder / "answer.pickle").write_bytes(pickle.dumps(answer))


def _race(folder: str, rounds: int) -> dict[tuple[str, str, str], float]:
    """Return the least seconds by contestant, kind and form."""
    contestants = {name: spawn("benchmarks.worker", name, folder) for name in (OURS, *PEERS)}
    try:
        forms = [
            (name, kind, form)
            for name, process in contestants.items()
            for kind, form in ask(process, ["forms"])
        ]
        for name, kind, form in forms:
            if not ask(contestants[name], ["check", kind, form]):
                raise AssertionError(f"{name} {kind} {form} differs from the engine")
        least = dict.fromkeys(forms, float("inf"))
        for number in range(rounds):
            say(f"  round {number + 1} of {rounds}")
            for name, kind, form in forms:  # each as often as ours: a least of many is lower
                seconds = ask(contestants[name], ["run", kind, form])
                least[name, kind, form] = min(least[name, kind, form], seconds)
        return least
    finally:
        for process in contestants.values():
            process.kill()
            process.communicate()


def _rows(bench: str, records: int, least: dict[tuple[str, str, str], float]) -> list[Row]:
    speed = {one: records / seconds / 1e6 for one, seconds in least.items()}
    ours = speed[OURS, "text", ""]
    rows = [Row(bench, "securecall, text in, 11 rated columns out", ours, "M records/s")]
    for (name, kind, form), value in speed.items():
        if name != OURS:
            title = f"{name.replace('_', ' ')}, {kind}{' ' if form else ''}{form}"
            rows.append(Row(bench, title, value, "M records/s"))
    peers = {one: value for one, value in speed.items() if one[0] != OURS}
    for kind, target, names in (
        ("text", TEXT_TARGET, ("whole",)),
        ("text", TEXT_TARGET, None),
        ("easiest", EASIEST_TARGET, None),
    ):
        there = {one: v for one, v in peers.items() if one[1] == kind}
        if names is not None:
            there = {one: v for one, v in there.items() if one[2] in names}
        best = max(there, key=there.__getitem__)
        title = {
            ("text", True): "against the best as-of join as one writes it first",
            ("text", False): "against the best peer in its best form, same job",
            ("easiest", False): "against the best peer's easiest form",
        }[kind, names is not None]
        rows.append(Row(bench, title, ours / peers[best], "x", target, note=" ".join(best).strip()))
    return rows
