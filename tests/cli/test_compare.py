"""``securecall compare``: what changes, on standard output or in a file, with totals for people."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.cli.running import TARIFF, Done, folder, run


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder(tmp_path)
    other = TARIFF.replace("6.25", "50")
    (tmp_path / "other.toml").write_text(other, encoding="utf-8")
    return tmp_path


def compare(here: Path, *options: object) -> Done:
    return run("compare", here / "calls.csv", "-t", here / "tariff.toml", *options)


def test_totals_by_facility_and_reason_for_people(here: Path) -> None:
    done = compare(here, "--with", here / "other.toml")
    assert (done.code, done.output) == (0, b"")
    assert "2 of 3 records change" in done.errors
    assert "tax" in done.errors


def test_the_rows_that_change_go_to_standard_output_or_a_file(here: Path) -> None:
    done = compare(here, "-w", here / "other.toml", "-o", "-")
    found = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["reason"] for row in found] == ["tax"] * len(found)
    assert [row["call_id"] for row in found] == ["a", "c"]
    assert [row["difference"] for row in found] == ["0.130000", "0.040000"]
    done = compare(here, "-w", here / "other.toml", "-o", here / "out.parquet")
    assert done.output == b""
    table = pq.read_table(here / "out.parquet")
    assert table["row"].to_pylist() == [int(row["row"]) for row in found]


def test_totals_as_json_have_money_as_text(here: Path) -> None:
    said = compare(here, "-w", here / "other.toml", "--json").json
    assert said["compared"] == 3
    assert said["changed"] == sum(total["rows"] for total in said["totals"])
    for total in said["totals"]:
        assert total["difference"] == "0.170000"


def test_a_tariff_is_like_itself(here: Path) -> None:
    said = compare(here, "-w", here / "tariff.toml", "--json").json
    assert said == {"compared": 3, "changed": 0, "totals": []}


def test_a_day_of_knowledge_is_the_other_side(here: Path) -> None:
    said = compare(here, "--known-at", "2024-01-01", "--json").json
    assert said["changed"] == 2
    done = compare(here, "--known-at", "then")
    assert (done.code, done.output) == (1, b"")
    assert "--known-at must be a day" in done.errors


@pytest.mark.parametrize("options", [(), ("--with", "x.toml", "--known-at", "2024-01-01")])
def test_one_other_side_must_be_given_and_only_one(options: tuple[str, ...], here: Path) -> None:
    done = compare(here, *options)
    assert done.code == 2
    assert "give either --with or --known-at" in done.errors


def test_a_missing_tariff_is_told(here: Path) -> None:
    done = compare(here, "--with", here / "nowhere.toml")
    assert (done.code, done.output) == (1, b"")
    assert "nowhere.toml: file: cannot be read" in done.errors
