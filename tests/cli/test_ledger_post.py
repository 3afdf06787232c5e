"""``securecall ledger post``: rated files into the books, what it says, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from tests.ledger.posting.rated import MAY, record, table
from typer.testing import CliRunner

from securecall import testing
from securecall.cli import app, ledger_post
from securecall.errors import InputError, TotalsDiffer
from securecall.ledger.ledger import Ledger

JUNE = "2026-06-01T00:00:00Z"
ROWS = [record(f"c-{number}", "a", "0.20", tax="0.01") for number in range(6)]


def run(*words: object, code: int = 0) -> str:
    found = CliRunner().invoke(
        app, ["ledger", "post", *map(str, words), "--at", JUNE], catch_exceptions=False
    )
    assert found.exit_code == code, found.output
    return found.stdout


@pytest.fixture
def book(tmp_path: Path) -> Path:
    with Ledger.open(f"sqlite:///{tmp_path}/book.db") as ledger:
        ledger.open_account("a", at=MAY, opening="1.00")
    return tmp_path / "book.db"


@pytest.fixture
def rated(tmp_path: Path) -> Path:
    pq.write_table(table(ROWS[:4]), tmp_path / "may.parquet")
    return tmp_path / "may.parquet"


def test_a_file_is_posted_once_and_looked_up(book: Path, rated: Path) -> None:
    told = [" ".join(line.split()) for line in run(rated, book).splitlines()]
    assert told == [
        "records 4 $0.84",
        "posted 4 $0.84",
        "there already 0 $0.00",
        "free 0",
        "revenue $0.80",
        "tax:all $0.04",
        "may.parquet, all runs 4 $0.84",
        "looked up, all there 4 $0.84",
    ]
    again = json.loads(run(rated, f"sqlite:///{book}", "--json", "--request-id", "other"))
    assert (again["posted"], again["already"], again["check"]["there"]) == (0, 4, 4)
    assert "all_runs" not in again


def test_refused_records_end_with_3_and_are_written(
    book: Path, tmp_path: Path, rated: Path
) -> None:
    pq.write_table(table(ROWS, record("z", "nobody")), rated)
    out = tmp_path / "refused.csv"
    told = run(rated, book, "--refused", out, "--rows", "2", code=3)
    assert "refused: insufficient_funds 2" in told
    assert "missing" not in told
    found = pyarrow.csv.read_csv(out).to_pylist()
    assert [each["txn_key"] for each in found] == ["c-4", "c-5", "z"]
    other = tmp_path / "refused.parquet"
    run(rated, book, "--refused", other, code=3)
    assert pq.read_table(other).num_rows == 3


def test_a_folder_is_one_posting(book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "may"
    folder.mkdir()
    pq.write_table(table(ROWS[:1]), folder / "b.parquet")
    with pa.OSFile(str(folder / "a.arrow"), "wb") as sink:
        with pa.ipc.new_file(sink, table().schema) as writer:
            writer.write_table(table(ROWS[1:3]))
    (folder / "manifest.json").write_text("{}")
    told = json.loads(run(folder, book, "--json"))
    assert (told["name"], told["posted"]) == ("may", 3)
    pq.write_table(table(ROWS[:1]).drop_columns(["net"]), folder / "b.parquet")
    with pytest.raises(InputError, match="its columns are not those of"):
        run(folder, book)


def test_a_folder_of_parts_is_held_against_its_manifest(book: Path, tmp_path: Path) -> None:
    month, tariff, out = tmp_path / "m.parquet", tmp_path / "t.toml", tmp_path / "rated"
    tariff.write_text(testing.TARIFF_FILE, encoding="utf-8")
    pq.write_table(testing.records(60, accounts=1), month, row_group_size=20)
    with Ledger.open(f"sqlite:///{book}") as ledger:
        ledger.open_account("fam-0", at=MAY, opening="500")
    rating = ["rate", str(month), "-t", str(tariff), "-o", str(out), "-q", "--workers", "1"]
    done = CliRunner().invoke(app, rating, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    (out / "foreign.txt").write_text("no part of it")
    with pytest.raises(InputError, match="not what its manifest says"):
        run(out, book)
    (out / "foreign.txt").unlink()
    told = json.loads(run(out, book, "--json"))
    assert (told["rows"], told["posted"], told["free"]) == (60, 57, 3)
    part = next(each for each in out.iterdir() if each.suffix == ".parquet")
    pq.write_table(pq.read_table(part).slice(1), part)
    with pytest.raises(InputError, match="not what its manifest says"):
        run(out, book)
    with Ledger.open(f"sqlite:///{book}") as ledger:
        assert ledger.posting("rated").posted == 57


def test_control_totals_are_held_against_the_file(book: Path, rated: Path) -> None:
    run(rated, book, "--expect-rows", 4, "--expect-total", "0.84")
    with pytest.raises(TotalsDiffer, match="rows should be 5 and is 4"):
        run(rated, book, "--expect-rows", 5)


def test_books_that_do_not_agree_end_with_1(
    book: Path, rated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Ledger.check_records

    def forgetful(self: Ledger, records: Any, **options: Any) -> Any:
        with Ledger.open("memory:") as other:
            return real(other, records, **options)

    monkeypatch.setattr(Ledger, "check_records", forgetful)
    assert "missing" in run(rated, book, code=1)
    assert "missing" not in run(rated, book, "--no-check")


def test_a_csv_file_of_rating_is_posted(book: Path, tmp_path: Path) -> None:
    month, tariff, out = (tmp_path / name for name in ("m.csv", "t.toml", "rated.csv"))
    tariff.write_text(
        '[[facility]]\nid = "f"\nkind = "jail"\nadp = 100\nstate = "TX"\ntimezone = "UTC"\n'
        'contract = "c"\nregulation = "none"\n[[contract]]\nid = "c"\n[[contract.rate]]\n'
        'id = "r"\nsteps = [{ price = "0.20", per_ms = 60000, increment_ms = 60000 }]\n'
        '[[tax]]\nid = "ny"\npercent = "5"\n'
    )
    month.write_text(
        "call_id,facility,number,start,duration_ms,account\n"
        "c-1,f,+17135550123,2026-05-01T18:00:00Z,61000,a\n"
    )
    rating = ["rate", str(month), "--tariff", str(tariff), "-o", str(out), "-q", "--explain"]
    assert CliRunner().invoke(app, rating, catch_exceptions=False).exit_code == 0
    assert "posted 1 $0.42" in " ".join(run(out, book).split())


def test_what_is_not_there_is_named(book: Path, rated: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.db is not there"):
        run(rated, tmp_path / "missing.db")
    with pytest.raises(InputError, match="there is no such file"):
        run(tmp_path / "none.parquet", book)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="has no Parquet"):
        run(tmp_path / "empty", book)


def test_an_address_is_taken_as_it_is() -> None:
    assert ledger_post.address("postgresql://host/books") == "postgresql://host/books"
    assert ledger_post.address("memory:") == "memory:"
