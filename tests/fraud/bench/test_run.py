"""Runs: they go on where they were stopped, and refuse another run's journal."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from securecall.errors import InputError, SpreadError
from securecall.fraud.bench import simulate
from securecall.fraud.bench.journal import read_journal
from securecall.fraud.bench.run import _jobs_of, calls_of, run

QUICK = {"hours": 0.03, "call_s": 36.0}


def test_hours_are_whole_calls() -> None:
    assert calls_of(0.5, 300) == 6
    assert calls_of(0.51, 300) == 7
    for hours in (0, -1, 2e6):
        with pytest.raises(InputError, match="hours must be"):
            calls_of(hours, 300)


def test_a_run_that_was_stopped_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, part = tmp_path / "whole.jsonl", tmp_path / "part.jsonl"
    wanted = run("silence", journals=[whole], **QUICK)["silence"]  # type: ignore[arg-type]
    lines = whole.read_bytes().splitlines(keepends=True)
    assert len(lines) == 1 + 3
    part.write_bytes(b"".join(lines[:3]) + lines[3][:40])
    made: list[int] = []
    plain = simulate.Simulator.call

    def counted(self: simulate.Simulator, index: int) -> object:
        made.append(index)
        return plain(self, index)

    monkeypatch.setattr(simulate.Simulator, "call", counted)
    told: list[tuple[int, int]] = []
    again = run("silence", journals=[part], tell=lambda done, of: told.append((done, of)), **QUICK)[
        "silence"
    ]  # type: ignore[arg-type]
    assert made == [2]
    assert told[-1] == (3, 3)
    one, other = wanted.as_dict(), again.as_dict()
    for scores in (one, other):
        del scores["cpu_s_per_channel_second"]
    assert one == other
    head, records, size = read_journal(part)
    assert (head["detector"], len(records), size) == ("silence", 3, part.stat().st_size)


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"seed": 2}, "its seed is 1, not 2"), ({"split": "sealed"}, "its split is 'development'")],
)
def test_a_journal_of_another_run_is_refused(
    tmp_path: Path, changed: dict[str, object], words: str
) -> None:
    path = tmp_path / "j.jsonl"
    run("silence", hours=0.01, call_s=36.0, journals=[path])
    with pytest.raises(InputError, match=words):
        run("silence", hours=0.01, call_s=36.0, journals=[path], **changed)  # type: ignore[arg-type]


def test_what_is_no_journal_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    path.write_text('{"bench": {}}\nnothing\n')
    with pytest.raises(InputError, match="line 2: no line of a journal"):
        run("silence", journals=[path], **QUICK)  # type: ignore[arg-type]


def test_detectors_hear_the_same_calls() -> None:
    both = run("silence", "click", hours=0.02, call_s=36.0)
    assert list(both) == ["silence", "click"]
    assert both["silence"].hours == both["click"].hours
    with pytest.raises(InputError, match="named twice"):
        run("click", "click", hours=0.02)


def test_several_processes_make_the_same_journal(tmp_path: Path) -> None:
    paths = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    told: list[int] = []
    one, two = (
        run("silence", journals=[path], jobs=jobs, tell=lambda done, of: told.append(done), **QUICK)
        for path, jobs in zip(paths, (1, 2), strict=True)
    )  # type: ignore[arg-type]
    assert told == [0, 1, 2, 3, 0, 1, 2, 3]
    lines = [[_without_time(line) for line in path.read_text().splitlines()] for path in paths]
    assert lines[0] == lines[1]
    assert [json.loads(line).get("call") for line in lines[0][1:]] == [0, 1, 2]
    assert one["silence"].overall == two["silence"].overall


def _without_time(line: str) -> str:
    told = json.loads(line)
    told.pop("cpu_s", None)
    return json.dumps(told)


def test_as_many_processes_as_are_worth_it() -> None:
    assert _jobs_of(3, 100) == 3
    assert _jobs_of(3, 2) == 2
    assert _jobs_of(0, 3) == 1
    assert 1 <= _jobs_of(0, 10_000) <= (os.cpu_count() or 1)
    with pytest.raises(InputError, match="jobs must be 0"):
        run("silence", jobs=-1, **QUICK)  # type: ignore[arg-type]


def test_what_is_wrong_in_another_process_is_told_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "breaks_here.py").write_text(
        "class Breaks:\n    def feed(self, frame, leg):\n        raise ValueError('no such luck')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(SpreadError, match="ValueError: no such luck"):
        run("breaks_here:Breaks", jobs=2, **QUICK)  # type: ignore[arg-type]


def _children(pid: int) -> list[int]:
    """Return the workers that a process started."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        int(one) for one in found if b"spread.worker" in Path(f"/proc/{one}/cmdline").read_bytes()
    ]


def _until(what: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_nothing_goes_on_without_the_process_that_leads(tmp_path: Path) -> None:
    path = tmp_path / "j.jsonl"
    command = ["-m", "securecall", "bench", "--detector", "silence", "--jobs", "2"]
    command += ["--hours", "9", "--call-s", "36", "--journal", str(path)]
    leader = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL)
    try:
        _until(lambda: path.exists() and path.read_bytes().count(b"\n") > 2)
        first, *_ = _children(leader.pid)
        os.kill(first, signal.SIGKILL)  # another takes its place, and its call
        _until(lambda: first not in _children(leader.pid) and len(_children(leader.pid)) == 2)
        noted = path.read_bytes().count(b"\n")
        _until(lambda: path.read_bytes().count(b"\n") > noted + 4)
        workers = _children(leader.pid)
        assert len(workers) == 2
    finally:
        leader.kill()
        leader.wait()
    _until(lambda: not any(Path(f"/proc/{one}/cmdline").exists() for one in workers))
    _, records, size = read_journal(path)
    assert [one.index for one in records] == list(range(len(records)))
    assert size <= path.stat().st_size
