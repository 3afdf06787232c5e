"""``securecall rate --report``: a page beside the rated file, and everything else as without it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pyarrow import csv
from tests.rating.summing import TARIFF, calls
from typer.testing import CliRunner

from securecall.cli import app
from securecall.errors import InputError

RUNNER = CliRunner()
CALLS = calls(800)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tariff.toml").write_text(TARIFF.source.value.text, encoding="utf-8")
    pq.write_table(CALLS, tmp_path / "calls.parquet")
    csv.write_csv(CALLS, tmp_path / "calls.csv")
    return tmp_path


def rate(folder: Path, source: str, *options: str) -> tuple[int, str, str]:
    done = RUNNER.invoke(
        app,
        ["rate", str(folder / source), "-t", str(folder / "tariff.toml"), *options],
    )
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout, done.stderr


def test_a_page_is_written_beside_the_rated_file(folder: Path) -> None:
    out, page = folder / "out.parquet", folder / "page.html"
    code, stdout, stderr = rate(folder, "calls.parquet", "-o", str(out), "--report", str(page))
    assert code == 3  # some rows are bad, and that is said as without a page
    assert stdout == ""
    assert "800 records rated" in stderr
    assert "FCC2021_interim_reinstated" in page.read_text(encoding="utf-8")
    assert "calls.parquet" in page.read_text(encoding="utf-8")
    assert pq.read_table(out).num_rows == 800


def test_the_json_summary_is_the_same_but_for_the_page(folder: Path) -> None:
    def summary(*options: str) -> dict[str, Any]:
        code, stdout, _ = rate(
            folder, "calls.parquet", "-o", str(folder / "out.parquet"), "--json", *options
        )
        assert code == 3
        said: dict[str, Any] = json.loads(stdout)
        for name in ("seconds", "rows_per_second", "rows_per_cpu_second"):
            assert said.pop(name) > 0
        return said

    page = folder / "page.html"
    with_page = summary("--report", str(page))
    assert with_page.pop("report") == str(page)
    plain = summary()
    assert with_page == plain
    assert list(plain) == ["rows", "rejected", "statuses", "by_facility", "tariff"]
    assert list(plain["by_facility"][0]) == [
        "facility", "jurisdiction", "calls", "total", "tax", "saved_by_ceilings", "state_paid",
    ]  # fmt: skip
    assert plain["rows"] == 800
    total = sum(value for value in TARIFF.rate_batch(CALLS)["total"].to_pylist() if value)
    assert sum(float(one["total"]) for one in plain["by_facility"]) == pytest.approx(float(total))


def test_records_of_a_csv_file_are_counted_by_the_hours_that_rating_read(folder: Path) -> None:
    pages = []
    for source in ("calls.parquet", "calls.csv"):
        page = folder / f"{source}.html"
        rate(folder, source, "-o", str(folder / f"rated-{source}"), "--report", str(page))
        pages.append(page.read_text(encoding="utf-8"))
    hours = [text.split("Charges by hour")[2].split("</table>")[0] for text in pages]
    assert hours[0] == hours[1]
    assert "$" in hours[0]


def test_rated_rows_can_go_to_standard_output_at_the_same_time(folder: Path) -> None:
    page = folder / "page.html"
    code, stdout, _ = rate(folder, "calls.csv", "-o", "-", "--report", str(page), "--quiet")
    assert code == 3
    assert len(stdout.splitlines()) == 801
    assert "<h1>" in page.read_text(encoding="utf-8")


def test_a_page_that_cannot_be_made_is_said_before_the_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    out = folder / "out.parquet"
    with pytest.raises(InputError, match="needs matplotlib"):
        rate(folder, "calls.parquet", "-o", str(out), "--report", str(folder / "page.html"))
    assert not out.exists()
