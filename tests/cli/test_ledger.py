"""The command ``securecall ledger``: what it says, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.ledger.postgres_server import server
from typer.testing import CliRunner

from securecall.cli import app
from securecall.errors import InputError, StoreError, Unknown

MAY = "2026-05-01T12:00:00-05:00"


def run(*words: object, code: int = 0) -> str:
    found = CliRunner().invoke(app, ["ledger", *map(str, words)], catch_exceptions=False)
    assert found.exit_code == code, found.output
    return found.stdout


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.db"
    assert run("open", path, "fam-1", "--at", MAY) == "opened fam-1 (prepaid)\n"
    return path


def test_a_deposit_counts_once_and_is_shown(book: Path) -> None:
    for _ in range(2):
        told = run("deposit", book, "fam-1", "25.00", "--at", MAY, "--request-id", "d-1")
        assert told == "credited $25.00, balance $25.00\n"
    assert "available  $25.00" in run("show", book, "fam-1")
    shown = json.loads(run("show", book, "fam-1", "--json"))
    assert (shown["posted"], shown["cutoffs"]) == ("25.000000", {})
    answer = json.loads(
        run("deposit", book, "fam-1", "25.00", "--at", MAY, "--request-id", "d-1", "--json")
    )
    assert answer["credited"] == "25.000000"


def test_a_refusal_ends_with_3(book: Path) -> None:
    run("deposit", book, "fam-1", "1.00", "--at", MAY)
    early = "2026-04-01T12:00:00-05:00"
    assert run("deposit", book, "fam-1", "1.00", "--at", early, code=3) == "refused: late\n"
    assert run("open", book, "fam-1", "--at", MAY, code=3) == "refused: account_exists\n"


def test_direct_bill_is_paid(book: Path) -> None:
    run("open", book, "d", "--kind", "direct_bill", "--credit-limit", "50", "--at", MAY)
    assert "balance $5.00" in run("deposit", book, "d", "5.00", "--at", MAY)


def test_statements_are_closed_and_shown(book: Path) -> None:
    run("deposit", book, "fam-1", "25.00", "--at", MAY)
    told = run("statement", book, "fam-1", "--through", "2026-06-01T00:00:00-05:00")
    assert "payments               $25.00" in told
    assert run("statement", book, "fam-1") == told
    assert json.loads(run("statement", book, "fam-1", "--json"))["closing"] == "-25.000000"


def test_verify_and_export(book: Path, tmp_path: Path) -> None:
    run("deposit", book, "fam-1", "25.00", "--at", MAY)
    assert "all is well" in run("verify", book)
    assert json.loads(run("verify", book, "--json"))["ok"] is True
    for name in ("a.parquet", "a.csv", "a.hledger", "a.beancount"):
        assert "1 entries" in run("export", book, tmp_path / name)
        assert (tmp_path / name).stat().st_size
    picture = tmp_path / "a.png"
    run("show", book, "fam-1", "--picture", picture)
    assert picture.stat().st_size


def test_errors_name_what_is_wrong(book: Path, tmp_path: Path) -> None:
    with pytest.raises(Unknown, match="nobody"):
        run("show", book, "nobody")
    with pytest.raises(InputError, match="is not there"):
        run("show", tmp_path / "missing.db", "fam-1")
    with pytest.raises(InputError, match="offset"):
        run("deposit", book, "fam-1", "1.00", "--at", "2026-05-01")
    other = tmp_path / "other.db"
    other.write_text("no database at all " * 100)
    with pytest.raises(StoreError):
        run("verify", other)
    with pytest.raises(Unknown):
        run("explain", book, "c-1")


def test_a_key_is_needed_again(tmp_path: Path) -> None:
    path, key = tmp_path / "k.db", tmp_path / "key"
    key.write_bytes(b"secret")
    run("open", path, "a", "--at", MAY, "--key", key)
    assert "all is well" in run("verify", path, "--key", key)


def test_an_address_does_where_a_file_is_asked_for() -> None:
    url = server().new_url()
    run("open", url, "fam-1", "--at", MAY)
    run("deposit", url, "fam-1", "5.00", "--at", MAY)
    assert "available  $5.00" in run("show", url, "fam-1")
    assert "all is well" in run("verify", url)
