"""The bench of postings, small: every way of it works and posts every record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.posting import main, month


def test_every_way_posts_every_record(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--records", "300", "--few", "20", "--accounts", "9", "--stores", "memory,sqlite"]
    assert main([*asked, "--results", str(tmp_path)]) == 0
    (kept,) = tmp_path.glob("*-posting.json")
    figures = json.loads(kept.read_text())["figures"]
    assert [figure["store"] for figure in figures] == ["memory"] * 6 + ["sqlite"] * 6
    assert all(figure["per_s"] > 0 and figure["cpu_us"] > 0 for figure in figures)
    assert "64 callers" in capsys.readouterr().err


def test_a_month_is_the_same_every_time() -> None:
    assert month(70_000, 10).read_all() == month(70_000, 10).read_all()
    assert len(set(month(70_000, 10).read_all()["call_id"].to_pylist())) == 70_000
