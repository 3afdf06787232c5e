"""The page that sets us beside others says what the newest run says, peer by peer."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.comparison import PAGE, PAIRS, newest, table, with_table


def test_the_page_has_the_figures_of_the_newest_run() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_table(page, newest()) == page, "python -m benchmarks.comparison"


def test_every_pair_was_measured_in_that_run() -> None:
    rows = [line for line in table(newest()).splitlines() if line.startswith("| ")]
    assert len(rows) == len(PAIRS) + 1  # and the heading


def test_a_peer_that_was_not_there_gets_no_row(tmp_path: Path) -> None:
    told = json.loads(newest().read_text(encoding="utf-8"))
    told["figures"] = [row for row in told["figures"] if not row["name"].startswith("spandsp")]
    run = tmp_path / "run.json"
    run.write_text(json.dumps(told), encoding="utf-8")
    assert "spandsp" not in table(run)
    assert "multimon-ng" in table(run)
