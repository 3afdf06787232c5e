"""The bench of deposits in PostgreSQL, small: every way of it works, and one chain comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.postgres import main


def test_every_way_deposits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    main(["--rounds", "1", "--singles", "9", "--crowds", "189", "--report", str(page)])
    lines = page.read_text().splitlines()
    assert [line.split("|")[1].strip() for line in lines if line.startswith("| ")] == [
        "processes x callers", "1 x 1", "1 x 64", "3 x 1", "3 x 21",
    ]  # fmt: skip
    # 1 000 accounts; each way of ours did all of its deposits, and no two count for one.
    deposits = 9 + 2 * 64 + 3 * 3 + 3 * 3 * 21
    assert f"{1_000 + deposits} operations, one chain, verified" in page.read_text()
    assert "nobody could write for" in page.read_text()
    assert capsys.readouterr().out.strip() == page.read_text().strip()
