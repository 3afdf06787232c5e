"""The figures of docs/comparison.md, from the newest run of `python -m benchmarks`.

    python -m benchmarks.comparison

writes them between the page's two marks. Nothing is copied by hand: a row names what was measured
beside what, and a test holds the page against the run.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import ROOT
from benchmarks.report import BEGIN, END, shown

__all__ = ["PAGE", "newest", "table", "with_table"]

PAGE = ROOT / "docs" / "comparison.md"


class Pair(NamedTuple):
    """Two rows of a run: ours and a peer's, and what both did."""

    peer: str
    job: str
    bench: str
    ours: str
    theirs: str


RATE = "dialled digits as text in, exact charges out, by a deck of"
PAIRS = (
    *(
        Pair(peer, f"{RATE} {prefixes}", f"plain {prefixes}", "securecall,", theirs)
        for prefixes in ("10 000", "100 000")
        for peer, theirs in (
            ("Polars, as-of join", "polars asof, text whole"),
            ("DuckDB, as-of join", "duckdb asof, text whole"),
            ("pandas, as-of join", "pandas asof, text quick"),
        )
    ),
    *(
        Pair(
            peer,
            f"pattern `{pattern}` over call records",
            "patterns",
            f"securecall, {pattern}",
            f"{peer}, {pattern}",
        )
        for pattern in ("velocity", "shared_pin", "chain")
        for peer in ("DuckDB", "Polars")
    ),
    Pair(
        "spandsp",
        "digits, tones and MF of a line, 20 ms a call; lines a core follows",
        "ears",
        "securecall, a frame a call",
        "spandsp, DTMF + super_tone + bell_mf",
    ),
    Pair(
        "spandsp",
        "digits alone for spandsp, everything for ours, 1 000 lines a call",
        "ears",
        "securecall, many channels",
        "spandsp, DTMF",
    ),
    Pair(
        "multimon-ng",
        "digits alone for multimon-ng, everything for ours",
        "ears",
        "securecall, many channels",
        "multimon-ng, DTMF",
    ),
    Pair(
        "River, HalfSpaceTrees",
        "events found in simulated calls",
        "fraud",
        "monitor: found",
        "half_space_trees: found",
    ),
    Pair(
        "River, HalfSpaceTrees",
        "false alarms in the same calls",
        "fraud",
        "monitor: false alarms",
        "half_space_trees: false alarms",
    ),
    Pair(
        "a click rule, as patents have it",
        "events found in simulated calls",
        "fraud",
        "monitor: found",
        "click: found",
    ),
    Pair(
        "a click rule, as patents have it",
        "families disconnected for nothing",
        "fraud",
        "monitor: false disconnects",
        "click: false disconnects",
    ),
    Pair(
        "plain `sqlite3`",
        "durable deposits, 64 callers; theirs without chain, digest or cutoffs",
        "ledger-durable",
        "deposits",
        "plain sqlite3, groups of 64, executemany",
    ),
)


def newest() -> Path:
    """Return the newest run of everything that is kept."""
    return max((ROOT / "benchmarks" / "results").glob("*-all.json"))


def table(run: Path) -> str:
    """Return the page's table of figures from a run."""
    told = json.loads(run.read_text(encoding="utf-8"))
    about = told["machine"]
    lines = ["", "| beside | both did | ours | theirs | |", "|---|---|---:|---:|---|"]
    for pair in PAIRS:
        rows = [row for row in told["figures"] if row["bench"] == pair.bench]
        ours = [row for row in rows if row["name"].startswith(pair.ours)]
        theirs = [row for row in rows if row["name"] == pair.theirs]
        # A peer that is not installed has no row, and gets none here.
        if len(theirs) == 1:
            assert len(ours) == 1, pair
            lines.append(
                f"| {pair.peer} | {pair.job} | {shown(ours[0]['value'])} "
                f"| {shown(theirs[0]['value'])} | {theirs[0]['unit']} |"
            )
    machine = f"{about['processor']}, one thread each"
    versions = ", ".join(f"{name} {about[name]}" for name in ("polars", "duckdb", "pandas"))
    lines += ["", f"{about['date']}, commit {about['commit']}, {machine}; {versions}.", "", ""]
    return "\n".join(lines)


def with_table(page: str, run: Path) -> str:
    """Return the page with the figures of a run."""
    first = page.index("\n", page.index(BEGIN)) + 1
    return page[:first] + table(run) + page[page.index(END) :]


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), newest()), encoding="utf-8")
    sys.exit(0)
