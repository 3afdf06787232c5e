"""The results of the sealed part: what the page says is what was kept, which is what was played."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks import sealed
from benchmarks.report import BEGIN, END
from benchmarks.sealed import PAGE, newest, summed_up, tables, with_tables

from securecall.errors import InputError
from securecall.fraud.bench.run import run


@pytest.fixture(scope="module")
def journals(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("sealed")
    paths = [folder / "run-silence.jsonl", folder / "run-click.jsonl"]
    for name, path, hours in zip(("silence", "click"), paths, (0.1, 0.05), strict=True):
        run(name, hours=hours, seed=1, split="sealed", call_s=60, journals=[path])
    return paths


def test_the_page_has_the_newest_results() -> None:
    told = json.loads(newest().read_text(encoding="utf-8"))
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page, told) == page, "python -m benchmarks.sealed"


def test_what_is_kept_is_what_the_bench_scores(journals: list[Path]) -> None:
    told = summed_up(journals, None, "abc")
    assert told["commit"] == "abc"
    assert told["run"]["seed"] == 1
    scores = run("silence", hours=0.1, seed=1, split="sealed", call_s=60)["silence"]
    ours = told["detectors"]["silence"]
    assert list(told["detectors"]) == ["silence", "click"]
    assert ours["calls"] == scores.calls == 6
    assert ours["false_alarms"]["alarms"] == scores.overall.count > 0
    assert ours["disconnects_false"] == scores.overall.disconnects > 0
    assert ours["three_way_false"] == scores.kind_alarms["three_way"].count
    for kind, found in scores.kinds.items():
        rows = zip(sealed.ROWS, ours["rows"], strict=True)
        if whole := [one for row, one in rows if row.kind == kind and row.strata is None]:
            assert (whole[0]["labels"], whole[0]["found"]) == (found.labels, len(found.best))


def test_a_mark_is_reached_or_not_by_what_was_found(journals: list[Path]) -> None:
    told = summed_up(journals, None, "abc")
    first = told["detectors"]["silence"]
    place, row = next(
        (at, row)
        for at, row in enumerate(sealed.ROWS)
        if row.share is not None and first["rows"][at]["labels"]
    )
    assert row.share is not None
    for share, reached in ((row.share - 0.001, False), (row.share, True)):
        first["rows"][place] = {**first["rows"][place], "labels": 1000, "share": share}
        name = f"`{row.kind}`" + (f" {row.name}" if row.strata else "")
        said = f"{name} {100 * share:.1f} % ({100 * row.share:.0f})"
        assert said in tables(told).split("Reached:")[reached]


def test_journals_of_other_runs_and_with_gaps_are_refused(
    journals: list[Path], tmp_path: Path
) -> None:
    other = tmp_path / "other.jsonl"
    run("click", hours=0.03, seed=4, split="sealed", call_s=60, journals=[other])
    with pytest.raises(InputError, match="another run"):
        summed_up([journals[0], other], None, "abc")
    lines = journals[0].read_text(encoding="utf-8").splitlines(keepends=True)
    gap = tmp_path / "gap.jsonl"
    gap.write_text("".join(lines[:2] + lines[3:]), encoding="utf-8")
    with pytest.raises(InputError, match="not all from the first one on"):
        summed_up([gap], None, "abc")


def test_a_journal_is_written_to_the_page_by_command(
    journals: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "benchmarks" / "results").mkdir(parents=True)
    page = tmp_path / "bench.md"
    page.write_text(f"above\n{BEGIN} -->\nold\n{END} -->\nbelow\n", encoding="utf-8")
    monkeypatch.setattr(sealed, "ROOT", tmp_path)
    monkeypatch.setattr(sealed, "PAGE", page)
    with pytest.raises(SystemExit):
        sealed.main([str(journals[0])])  # which code it was is not said
    assert sealed.main([str(path) for path in journals] + ["--commit", "abc"]) == 0
    written = page.read_text(encoding="utf-8")
    assert written.startswith("above\n")
    assert written.endswith(f"{END} -->\nbelow\n")
    assert "old" not in written
    assert "silence, 0.1 h" in written
    assert sealed.main([]) == 0  # the same again, of what was kept
    assert page.read_text(encoding="utf-8") == written
    assert sealed.main([str(tmp_path / "bench.md"), "--commit", "abc"]) == 1
