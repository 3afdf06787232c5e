"""A report as a page of Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from securecall.fraud.conform.limits import Expected, standards
from securecall.fraud.conform.runner import RowResult, SweepResult
from securecall.fraud.conform.suite import About, Report
from securecall.fraud.conform.tally import Tally

__all__ = ["as_markdown", "cell", "wanted"]

WANTED: Final = {"all": "100 %", "none": "0", "shown": "shown"}


def wanted(expect: Expected, latency_ms_most: float | None) -> str:
    """Return what is required, in words.

    Source
    ------
    own.
    """
    text = WANTED.get(str(expect)) or f"≥ {100 * float(expect):g} %"
    return text if latency_ms_most is None else f"{text}, ≤ {latency_ms_most:g} ms"


def cell(tally: Tally, met: bool | None) -> str:
    """Return a tally in words: bold where it misses.

    Source
    ------
    own.
    """
    text = f"{100 * tally.rate:.4g} %"
    text += f" +{tally.too_much}" if tally.too_much else ""
    return f"**{text}**" if met is False else text


def as_markdown(report: Report, note: str = "") -> str:
    """Return the page; every figure is of one run.

    Parameters
    ----------
    report : Report
    note : str
        Words for its head, such as the commit.

    Source
    ------
    own.
    """
    lines = ["# Conformance", ""]
    lines += [f"- {one.name}: {_about(one)}" for one in report.receivers]
    lines += [f"- seed {report.seed}, {report.trials} trials" + (f", {note}" if note else ""), ""]
    lines += [
        "A cell is the share found, and `+` how many were heard that were not sent; bold misses "
        "what is wanted.",
        "",
    ]
    there = [one.name for one in report.receivers if one.install is None]
    for standard, name in standards().items():
        rows = [row for row in report.rows if row.standard == standard]
        if rows:
            lines += [f"## {name}", "", *_digits(rows, there), ""]
    tones = [row for row in report.rows if row.id.startswith("progress/")]
    for one in there:
        if any(one in row.tallies for row in tones):
            lines += [f"## Call progress, {one}", "", *_tones(tones, one), ""]
    if report.sweeps:
        lines += ["## How wide", "", *_sweeps(report.sweeps, there), ""]
    return "\n".join(lines)


def _about(one: About) -> str:
    return one.about if one.install is None else f"{one.about}; {one.install}"


def _table(heads: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _digits(rows: Sequence[RowResult], there: Sequence[str]) -> Iterator[str]:
    def made() -> Iterator[Sequence[str]]:
        for row in rows:
            sent = max(tally.sent for tally in row.tallies.values()) if row.tallies else 0
            cells = []
            for name in there:
                tally = row.tallies.get(name)
                if tally is None:
                    cells.append("-")
                    continue
                late = tally.latency_ms
                text = cell(tally, row.met(name))
                cells.append(text + ("" if late is None else f", {late[0]:.0f}/{late[1]:.0f} ms"))
            need = wanted(row.expect, row.latency_ms_most)
            yield (f"`{row.id}`", row.what, row.source, need, str(sent), *cells)

    yield from _table(("row", "signal", "source", "wanted", "sent", *there), made())


def _tones(rows: Sequence[RowResult], name: str) -> Iterator[str]:
    heads = list(dict.fromkeys(row.id.split("/")[1] for row in rows))
    found = {row.id: row for row in rows if name in row.tallies}
    names = dict.fromkeys(row.id.split("/")[2] for row in found.values())

    def made() -> Iterator[Sequence[str]]:
        for tone in names:
            cells = []
            for head in heads:
                row = found.get(f"progress/{head}/{tone}")
                cells.append("" if row is None else cell(row.tallies[name], row.met(name)))
            first = found.get(f"progress/{heads[0]}/{tone}")
            late = None if first is None else first.tallies[name].latency_ms
            yield (tone, *cells, "" if late is None else f"{late[0]:.0f}/{late[1]:.0f} ms")

    yield from _table(("tone", *heads, f"report after ({heads[0]})"), made())


def _sweeps(sweeps: Sequence[SweepResult], there: Sequence[str]) -> Iterator[str]:
    def made() -> Iterator[Sequence[str]]:
        for one in sweeps:
            cells = []
            for name in there:
                spans = (one.widest(name), one.reach(name))
                words = ("never" if span is None else f"{span[0]:g} to {span[1]:g}"
                         for span in spans)  # fmt: skip
                text = "; ".join(words)
                cells.append(f"**{text}**" if one.met(name) is False else text)
            yield (one.sweep.what, one.sweep.unit, *cells)

    yield "All digits found within; any heard within."
    yield ""
    yield from _table(("quantity", "unit", *there), made())
