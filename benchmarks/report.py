"""Figures as a table on a terminal, as JSON, and as a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.row import Row

__all__ = ["as_json", "as_page", "as_table", "shown", "with_figures", "write"]

BEGIN, END = "<!-- figures: begin", "<!-- figures: end -->"
# What the README shows: bench, the beginning of a row's name, and its words for it.
HEADLINES = (
    ("plain 10 000", "securecall", "CSV deck of 10 000 prefixes, dialled digits as text"),
    ("plain 10 000", "against the best as-of", "... over the best as-of join as one writes it"),
    ("plain 10 000", "against the best peer in", "... over the best peer in its best form"),
    ("plain 100 000", "securecall", "CSV deck of 100 000 prefixes"),
    ("plain 100 000", "against the best as-of", "... over the best as-of join as one writes it"),
    ("plain 100 000", "against the best peer in", "... over the best peer in its best form"),
    ("everything", "in the order of time", "windows, ceilings by date, stacked taxes"),
    ("scale", "memory added", "memory that streaming 100 million records adds"),
    ("load", "a deck", "100 000 prefixes, from CSV to a tariff"),
    ("scalar", "tariff.rate", "one live call"),
    ("scalar", "curve.reach at", "when a balance ends, 3 h in steps of 1 s"),
    ("import", "import", "`import securecall`"),
    ("ledger-solve", "one call", "the ledger: the cutoff of a call by the second"),
    ("ledger-solve", "ten calls", "... of ten calls on one account"),
    ("ledger-durable", "deposits", "... deposits that survive a power cut, 64 callers"),
    ("ledger-durable", "of plain", "... over plain `sqlite3`, the same statements"),
    ("ledger-memory", "of the bare", "... in memory, over a bare dict with digest and chain"),
    ("ears", "securecall, a frame", "the ears: live lines that a core follows, 20 ms a call"),
    (
        "ears",
        "a frame a call, over spandsp's",
        "... over spandsp's DTMF, super-tone and MF together",
    ),
    ("ears", "securecall, many", "... 1 000 lines a call"),
    ("ears", "many channels, over", "... over spandsp's DTMF alone"),
    ("ears", "everything on, over", "... with speech and measures, over the same"),
)
VERDICTS = {True: "met", False: "missed", None: ""}


def shown(value: float) -> str:
    """Return a figure with the digits that mean something."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 10 else f"{value:.1f}"


def wanted(row: Row) -> str:
    """Return the target in words."""
    if row.target is None:
        return ""
    return f"{'>=' if row.at == 'least' else '<='} {row.target:g} {row.unit}"


def as_json(rows: Sequence[Row], about: dict[str, Any]) -> str:
    """Return everything, for programs."""
    figures = [{**asdict(row), "met": row.met} for row in rows]
    return json.dumps({"machine": about, "figures": figures}, indent=1) + "\n"


def as_table(rows: Sequence[Row]) -> Any:
    """Return a rich table."""
    from rich.table import Table

    table = Table(title="securecall benchmarks", title_justify="left")
    for name in ("bench", "what"):
        table.add_column(name, overflow="fold")
    table.add_column("figure", justify="right")
    for name in ("unit", "target", "", "note"):
        table.add_column(name, overflow="fold")
    last = ""
    for row in rows:
        if row.bench != last and last:
            table.add_section()
        colour = {True: "green", False: "red", None: ""}[row.met]
        verdict = f"[{colour}]{VERDICTS[row.met]}[/]" if colour else ""
        bench = row.bench if row.bench != last else ""
        table.add_row(bench, row.name, shown(row.value), row.unit, wanted(row), verdict, row.note)
        last = row.bench
    return table


def as_page(rows: Sequence[Row], about: dict[str, Any], file: str) -> str:
    """Return the page of results."""
    lines = [
        "# Results",
        "",
        f"Written by `python -m benchmarks`; the figures are in [{file}]({file}). How to read "
        "them: [docs/performance.md](../../docs/performance.md).",
        "",
        *(f"- {name}: {value}" for name, value in about.items()),
        "",
        "| bench | what | figure | unit | target | | note |",
        "|---|---|---:|---|---|---|---|",
    ]
    lines += [
        f"| {row.bench} | {row.name} | {shown(row.value)} | {row.unit} | {wanted(row)} | "
        f"{VERDICTS[row.met]} | {row.note} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def write(rows: Sequence[Row], about: dict[str, Any], name: str, folder: Path) -> Path:
    """Write the JSON and the page into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{about['date'][:10]}-{name}.json"
    path.write_text(as_json(rows, about))
    (folder / "README.md").write_text(as_page(rows, about, path.name))
    return path


def with_figures(readme: str, rows: Sequence[Row], about: dict[str, Any]) -> str:
    """Return a README with the headlines between its two marks."""
    first = readme.index("\n", readme.index(BEGIN)) + 1
    after = readme.index(END)
    lines = ["", "| what | figure | against |", "|---|---:|---|"]
    for bench, name, words in HEADLINES:
        found = [row for row in rows if row.bench == bench and row.name.startswith(name)]
        assert len(found) <= 1, f"{bench}, {name}: more than one row"
        # A ratio over a peer that is not installed has no row.
        lines += [
            f"| {words} | {shown(row.value)} {row.unit} | {row.note.partition(',')[0]} |"
            for row in found
        ]
    lines += [
        "",
        f"`python -m benchmarks`, {about['date']}, commit {about['commit']}, "
        f"{about['processor']}, one thread each, records per second of CPU.",
        "",
        "",
    ]
    return readme[:first] + "\n".join(lines) + readme[after:]
