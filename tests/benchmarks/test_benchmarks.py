"""The benchmarks still run, at sizes at which their figures mean nothing.

That peers give the same rows as the engine is asserted by the benchmarks themselves, at any size.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.report import BEGIN, END, HEADLINES, shown, with_figures
from benchmarks.row import Row
from benchmarks.suite import BENCHES, TINY
from benchmarks.workloads import plain_deck

ROOT = Path(__file__).parents[2]


def started(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return started("-m", "benchmarks", "--tiny", *arguments)


def test_both_sizes_have_the_same_names() -> None:
    assert list(TINY) == list(BENCHES)


def test_the_whole_runs_and_writes_its_figures(tmp_path: Path) -> None:
    done = run("--json", "--out", str(tmp_path), "--name", "tiny")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert {row["bench"].split()[0] for row in said["figures"]} == {
        "plain", "everything", "scale", "load", "scalar", "import", "oracle",
        "ledger-solve", "ledger-memory", "ledger-durable", "ledger-open",
        "ears", "ears-channels", "fraud", "patterns", "patterns-stream",
    }  # fmt: skip
    assert all(row["value"] >= 0 for row in said["figures"])
    assert said["machine"]["python"].startswith("3.")
    [kept] = tmp_path.glob("*-tiny.json")
    assert json.loads(kept.read_text()) == said
    assert f"]({kept.name})" in (tmp_path / "README.md").read_text()


def test_one_alone_shows_a_table() -> None:
    done = run("--only", "load")
    assert done.returncode == 0, done.stderr
    assert "a deck of 500 prefixes" in done.stdout
    assert "load ..." in done.stderr


def test_a_name_that_is_none_is_refused() -> None:
    done = run("--only", "speed")
    assert done.returncode == 2
    assert "plain-10k" in done.stderr


def test_the_pytest_benches_run() -> None:
    benches = map(str, sorted((ROOT / "benchmarks").glob("bench_*.py")))
    options = ["-q", "--benchmark-disable", "-p", "no:cacheprovider", "-k", "not 1000000"]
    done = started("-m", "pytest", *benches, *options)
    assert done.returncode == 0, done.stdout
    assert "passed" in done.stdout


@pytest.mark.parametrize(
    ("value", "at", "met"), [(6.0, "least", True), (5.9, "least", False), (6.1, "most", False)]
)
def test_a_target_is_met_or_missed(value: float, at: str, met: bool) -> None:
    assert Row("b", "n", value, "x", 6.0, at).met is met  # type: ignore[arg-type]
    assert Row("b", "n", value, "x").met is None


def test_figures_keep_the_digits_that_mean_something() -> None:
    assert [shown(value) for value in (12345.6, 12.34, 1.2345, 0.01234)] == [
        "12,346", "12.3", "1.23", "0.0123"
    ]  # fmt: skip


def test_a_deck_is_flattened_to_the_longest_prefix() -> None:
    deck = plain_deck(500)
    begins, owners = deck.flattened()
    by_prefix = {prefix: row for row, prefix in enumerate(deck.prefixes)}
    for key in [*begins.tolist(), *(begins[1:] - 1).tolist()]:
        digits = f"{key:015}"
        fits = (digits[:length] for length in range(15, 0, -1))
        expected = next((by_prefix[p] for p in fits if p in by_prefix), -1)
        at = int(begins.searchsorted(key, side="right")) - 1
        assert owners[at] == expected


def test_the_readme_gets_its_headlines_and_keeps_the_rest() -> None:
    rows = [
        Row(bench, name, 2.0, "x", note="polars_asof text, whole") for bench, name, _ in HEADLINES
    ]
    about = {"date": "2026-11-25", "commit": "abc", "processor": "one"}
    readme = f"before\n{BEGIN} (of one run) -->\nold\n{END}\nafter\n"
    found = with_figures(readme, rows, about)
    assert found.startswith(f"before\n{BEGIN} (of one run) -->\n\n| what |")
    assert found.endswith(f"\n{END}\nafter\n")
    assert found.count("| 2 x | polars_asof text |") == len(HEADLINES)
    assert "old" not in found
    assert with_figures(found, rows, about) == found
