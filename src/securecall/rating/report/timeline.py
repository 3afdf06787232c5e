"""The part of a page that shows ceilings over time, tier by tier."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from securecall.rating.report import plots
from securecall.rating.report.html import folded, framed, section, table_of
from securecall.rating.words import MEDIA

if TYPE_CHECKING:
    from securecall.rating.summary import Summary
    from securecall.rating.tariff import Tariff

__all__ = ["TIERS", "strips_of", "timeline"]

AXIS_BEGINS: Final = date(2021, 1, 1)  # before it one figure held for all tiers, for seven years
#: Tiers of the order of 2025, each with a population that lies in it.
TIERS: Final = (
    ("prisons", "prison", 1000),
    ("jails, 1,000 and more", "jail", 1000),
    ("jails, 350 to 999", "jail", 350),
    ("jails, 100 to 349", "jail", 100),
    ("jails, 50 to 99", "jail", 50),
    ("jails, below 50", "jail", 0),
)


def strips_of(tariff: Tariff, medium: str, first: date, last: date) -> list[plots.Strip]:
    """Return what held when between two days, for each tier; equal neighbours are one."""
    found: list[plots.Strip] = []
    for row, (_, kind, adp) in enumerate(TIERS):
        table = tariff.rules.table(facility_kind=kind, adp=adp, state=None)
        ends = (*table.starts[1:], date.max)
        for interval, (begins, end) in enumerate(zip(table.starts, ends, strict=True)):
            ceiling = table.cell(interval, medium, "interstate", "prepaid_debit", "none").federal
            figure = None if ceiling is None else ceiling.per_minute
            begins, end = max(begins, first), min(end, last)
            if begins >= end:
                continue
            if found and found[-1].row == row and found[-1].figure == figure:
                begins = found.pop().begins
            found.append(plots.Strip(row, begins, end, figure))
    return found


def timeline(summary: Summary, tariff: Tariff) -> str:
    """Return the section: strips of ceilings for each medium, the time of the records marked."""
    edges = tariff.rules.table(facility_kind="jail", adp=None, state=None).starts
    marked = None
    first, last = AXIS_BEGINS, max(edges)
    if summary.first is not None and summary.last is not None:
        marked = summary.first.date(), summary.last.date() + timedelta(days=1)
        first, last = min(first, date(marked[0].year, 1, 1)), max(last, marked[1])
    last = date(last.year + 1, 1, 1)
    content = []
    for medium in MEDIA:
        pieces = strips_of(tariff, medium, first, last)
        title = f"Ceilings over time, {medium}"
        now = [
            f"{label} {piece.figure}"
            for row, (label, _, _) in enumerate(TIERS)
            for piece in pieces
            if piece.row == row and piece.ends == last and piece.figure is not None
        ]
        text = (
            f"Strips, one a tier, of dollars a minute from {first.year} to {last.year}. "
            f"Latest: {'; '.join(now) or 'none found'}."
        )
        svg = plots.strips(
            plots.Caption(f"strips-{medium}", title, text),
            [label for label, _, _ in TIERS],
            pieces,
            marked,
        )
        content.append(f"<p><b>{medium}</b></p>{framed(svg)}")
        rows = [
            (
                TIERS[one.row][0],
                one.begins.isoformat(),
                one.ends.isoformat(),
                "no cap found" if one.figure is None else f"{one.figure}",
            )
            for one in pieces
        ]
        table = table_of(("tier", "from", "before", "dollars a minute"), rows, words=3)
        content.append(folded(f"Figures, {medium}", table))
    words = (
        "Federal ceilings on a minute of an interstate prepaid call, in dollars, by kind and "
        "average daily population of the facility, with the additive of 2025 and without "
        "commissions; states may set lower ones."
    )
    if marked is not None:
        words += f" Marked: the time of these records, {marked[0]} to {summary.last:%Y-%m-%d}."
    return section("Ceilings over time", words, *content)
