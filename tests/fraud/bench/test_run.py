"""Runs: they go on where they were stopped, and refuse another run's journal."""

from __future__ import annotations

from pathlib import Path

import pytest

from securecall.errors import InputError
from securecall.fraud.bench import simulate
from securecall.fraud.bench.run import calls_of, read_journal, run

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
