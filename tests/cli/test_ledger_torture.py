"""``securecall ledger torture``: what it is asked, what it says, how it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer.main
from tests.pages import ROOT
from typer.testing import CliRunner

from securecall.cli import app, ledger_torture
from securecall.errors import InputError
from securecall.ledger import torture
from securecall.ledger.torture.part import Outcome
from securecall.ledger.torture.suite import Report

BEGAN = datetime(2026, 11, 25, tzinfo=UTC)
HELD = Outcome("kill", "kills", done=3)
FAULT = Outcome("power", "power-cut replays", 2, ["cut 9: lost"], 1)
NOT_RUN = Outcome("full", "full disks", not_run="not root")


class Asked:
    """Stands in for the suite: notes what it is asked, and finds what it is told to."""

    def __init__(self) -> None:
        self.options: dict[str, Any] = {}
        self.outcomes: tuple[Outcome, ...] = (HELD,)

    def __call__(self, **options: Any) -> Report:
        self.options = options
        options["tell"]("kill", 1, 3)
        return Report(options["seed"], BEGAN, self.outcomes, "3", "3", "linux")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    found = Asked()
    monkeypatch.setattr(torture, "run", found)
    return found


def command(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["ledger", "torture", *arguments])


def test_left_alone_it_takes_a_minute_and_draws_a_seed_that_it_says(asked: Asked) -> None:
    done = command()
    assert (asked.options["seconds"], asked.options["times"]) == (60.0, {})
    assert f"torture with seed {asked.options['seed']}" in done.stderr
    assert "securecall: kill 1 of 3" in done.stderr
    command()
    seeds = {asked.options["seed"] for _ in range(3) if command()}
    assert len(seeds) > 1


def test_everything_can_be_said(asked: Asked, tmp_path: Path) -> None:
    command(
        "--seconds", "9.5", "--seed", "4", "--only", "kill, full", "--times", "kill=3,full=2",
        "--folder", str(tmp_path), "--weaken",
    )  # fmt: skip
    del asked.options["tell"]
    assert asked.options == {
        "seed": 4, "seconds": 9.5, "only": ["kill", "full"], "times": {"kill": 3, "full": 2},
        "folder": tmp_path, "weaken": True,
    }  # fmt: skip


def test_as_often_as_a_release_must_show_is_without_a_time(asked: Asked) -> None:
    command("--full")
    assert (asked.options["seconds"], asked.options["times"]) == (None, torture.TARGETS)
    command("--full", "--times", "kill=5", "--seconds", "7")
    assert asked.options["seconds"] == 7.0
    assert asked.options["times"] == {**torture.TARGETS, "kill": 5}


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [((HELD,), 0), ((HELD, FAULT), 1), ((HELD, NOT_RUN), 3), ((NOT_RUN, FAULT), 1)],
)
def test_how_it_ends_is_told_by_its_exit_code(
    outcomes: tuple[Outcome, ...], code: int, asked: Asked
) -> None:
    asked.outcomes = outcomes
    assert command().exit_code == code
    assert command("--json").exit_code == code


def test_json_has_everything_and_nothing_else_is_on_standard_output(asked: Asked) -> None:
    asked.outcomes = (FAULT, NOT_RUN)
    found = json.loads(command("--json", "--seed", "5").stdout)
    assert (found["seed"], found["ok"]) == (5, False)
    assert [part["result"] for part in found["parts"]] == ["fault", "not run"]
    assert found["parts"][0]["faults"] == ["cut 9: lost"]


def test_a_page_is_kept_besides(asked: Asked, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    command("--report", str(page), "--note", "commit abc")
    assert page.read_text(encoding="utf-8").startswith("# Torture of the ledger, 2026-11-25")
    assert "commit abc" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["kill", "kill=", "kill=many", "kill=-1", "kill=1.5", "=3=4"])
def test_times_that_cannot_be_read_are_refused(text: str, asked: Asked) -> None:
    done = command("--times", text)
    assert isinstance(done.exception, InputError)
    assert f"not {text!r}" in str(done.exception)
    assert asked.options == {}


def test_the_real_thing_runs_from_a_shell() -> None:
    done = subprocess.run(
        [
            sys.executable, "-W", "error", "-m", "securecall", "ledger", "torture",
            "--only", "clock", "--times", "clock=2", "--seed", "5", "--json",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (part,) = json.loads(done.stdout)["parts"]
    assert (part["part"], part["result"], part["done"]) == ("clock", "held", 2)


def test_every_option_is_on_the_page_and_no_other() -> None:
    group = typer.main.get_command(app).commands["ledger"]  # type: ignore[attr-defined]
    options = {
        option
        for parameter in group.commands[ledger_torture.NAME].params
        for option in parameter.opts
        if option.startswith("--")
    }
    page = (ROOT / "docs" / "torture.md").read_text(encoding="utf-8")
    table = page.partition("## The command")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| `(--[a-z]+)", table, re.MULTILINE))
    # One is hidden from those who do not read about it.
    assert told == options - {"--help"}
