"""``securecall ledger move``: what it says, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.postgres_server import server
from tests.ledger.table import T0
from typer.testing import CliRunner

from securecall.cli import app
from securecall.errors import InputError, StoreError
from securecall.ledger.ledger import Ledger


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.db"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        ledger.open_account("a", at=T0, opening="1")
    return path


def command(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["ledger", "move", *arguments])


def test_it_says_what_went_over_and_where_to_go_on(file: Path) -> None:
    url = server().new_url()
    done = command(str(file), url)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "1 operations, 1 entries, 1 accounts, 0 calls, 0 papers"
    assert f"open {url} from now on" in lines[3]
    assert "securecall: 1 operations" in done.stderr
    with Ledger.open(url) as ledger:
        assert ledger.verify().hash == lines[1].split()[1]
    again = command(str(file), url)
    assert again.stdout.splitlines()[:3] == lines[:3]
    assert "it had been moved before" in again.stdout


def test_as_json(file: Path) -> None:
    found = json.loads(command(str(file), server().new_url(), "--json").stdout)
    assert (found["ops"], found["entries"], found["accounts"]) == (1, 1, 1)
    assert len(found["digest"]) == len(found["hash"]) == 64


def test_what_cannot_be_moved_is_told(file: Path) -> None:
    url = server().new_url()
    with Ledger.open(url) as ledger:
        ledger.open_account("a", at=T0)
    assert isinstance(command(str(file), url).exception, StoreError)
    assert isinstance(command(str(file), "sqlite:///x").exception, InputError)
    assert isinstance(command(str(file.parent / "none"), url).exception, InputError)
