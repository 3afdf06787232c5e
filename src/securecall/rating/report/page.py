"""The page: what stands on it, in words, tables and pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from html import escape
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final

from securecall.money import dollars
from securecall.rating.report import plots
from securecall.rating.report.style import CSS
from securecall.rating.summary import MINUTES_MAX, Summary
from securecall.rating.words import JURISDICTIONS, MEDIA, REJECTED
from securecall.rating.zones import tzdata_version

if TYPE_CHECKING:
    from securecall.rating.call import Call
    from securecall.rating.tariff import Tariff

__all__ = ["page"]

BARS_MAX: Final = 24  # a picture of more facilities could not be read; the table has them all
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
REASONS: Final = {
    "bad_facility": "the facility is missing or not in the tariff",
    "bad_time": "the start is missing or not in the years 1970 to 2099",
    "bad_duration": "the duration is missing, negative or above 366 days",
    "bad_number": "the number is missing or not E.164",
    "bad_medium": "the medium or the relay class is not known",
    "bad_bill_type": "the bill type is missing or not known",
    "no_rate": "no rate of the contract is in force for such a call",
    "overflow": "an amount is beyond 999 999 999 999.999999 dollars",
}


def _money(amount: Decimal) -> str:
    return f"${amount:,.2f}"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """Return a table whose first columns are words and the others numbers."""

    def cells(row: Sequence[str], tag: str) -> str:
        classes = ("" if place < words else ' class="number"' for place in range(len(row)))
        return "".join(
            f"<{tag}{kind}>{escape(cell)}</{tag}>" for kind, cell in zip(classes, row, strict=True)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>\n" for row in rows)
    head = f"<thead><tr>{cells(headings, 'th')}</tr></thead>"
    return f'<div class="wide"><table>{head}<tbody>\n{body}</tbody></table></div>'


def _folded(what: str, content: str) -> str:
    return f"<details><summary>{escape(what)}</summary>{content}</details>"


def _section(heading: str, words: str, *content: str) -> str:
    return f"<h2>{escape(heading)}</h2>\n<p>{escape(words)}</p>\n" + "\n".join(content)


def _figure(svg: str) -> str:
    return f"<figure>{svg}</figure>"


def _hours(summary: Summary) -> str:
    hours = summary.by_hour
    most = max(hours, key=lambda one: one.total)
    text = (
        f"Bars: dollars charged for calls that began in each hour of the day. Most from "
        f"{most.hour}:00 to {most.hour + 1}:00, {_money(most.total)}."
    )
    svg = plots.columns(
        plots.Caption("hours", "Charges by hour of the day", text),
        [str(one.hour) for one in hours], [one.total for one in hours],
        "hour in which the call began, on the facility's own clock",
    )  # fmt: skip
    rows = [
        (f"{one.hour:02}:00", f"{one.calls:,}", _money(one.total), _money(one.saved))
        for one in hours
    ]
    table = _table(("hour", "calls", "charged", "saved by ceilings"), rows)
    words = "What customers pay, tax included, by the facilities' local time."
    return _section("Charges by hour of the day", words, _figure(svg), _folded("Figures", table))


def _places(summary: Summary) -> str:
    by_facility: dict[str, dict[str, Decimal]] = {}
    for place in summary.by_place:
        by_facility.setdefault(place.facility, {})[place.jurisdiction] = place.total
    sums = {name: sum(parts.values(), Decimal(0)) for name, parts in by_facility.items()}
    names = sorted(sums, key=lambda name: (-sums[name], name))
    shown = names[:BARS_MAX]
    svg = plots.bars(
        plots.Caption(
            "places", "Charges by facility and jurisdiction",
            f"Lying bars, one a facility, in parts by jurisdiction. Most: {names[0]}, "
            f"{_money(sums[names[0]])}.",
        ),
        shown,
        [
            (word, [by_facility[name].get(word, Decimal(0)) for name in shown])
            for word in JURISDICTIONS
        ],
        [_money(sums[name]) for name in shown],
    )  # fmt: skip
    rows = [
        (
            one.facility, one.jurisdiction, f"{one.calls:,}", f"{one.billed_ms / 60_000:,.0f}",
            _money(one.total), _money(one.tax), _money(one.saved), _money(one.state_paid),
        )
        for one in summary.by_place
    ]  # fmt: skip
    rows.append(
        (
            "all", "", f"{summary.calls:,}",
            f"{sum(one.billed_ms for one in summary.by_place) / 60_000:,.0f}",
            _money(summary.total), _money(summary.tax), _money(summary.saved),
            _money(summary.state_paid),
        )
    )  # fmt: skip
    table = _table(
        (
            "facility", "jurisdiction", "calls", "minutes", "charged", "of it tax",
            "saved by ceilings", "paid by the state",
        ),
        rows,
        words=2,
    )  # fmt: skip
    words = "What customers pay, tax included."
    if len(names) > len(shown):
        words += f" The {len(shown)} largest of {len(names)} facilities; the table has all."
    return _section(
        "Money by facility and jurisdiction", words, _figure(svg), _folded("Figures", table)
    )


def _citations(tariff: Tariff) -> dict[str, str]:
    """Return where each rule that the tariff can meet is written."""
    found: dict[str, str] = {}
    for ruling in tariff.compiled.rulings:
        for ceiling in (ruling.federal, ruling.state):
            if ceiling is not None:
                found.setdefault(ceiling.source, ceiling.citation)
    return found


def _ceilings(summary: Summary, tariff: Tariff) -> str:
    citations = _citations(tariff)
    named = [(one, one.source or "none found") for one in summary.by_ceiling]
    bit = [(one, name) for one, name in named if one.saved]
    rows = [
        (
            name,
            citations.get(name, "limits of the contract itself" if name == "contract" else ""),
            f"{one.calls:,}",
            f"{one.bitten:,}",
            _money(one.saved),
        )
        for one, name in named
    ]
    table = _table(("rule", "where it is written", "calls", "lowered", "saved"), rows, words=2)
    words = (
        "What calls would have cost more, before tax, if only the contract counted. The rule named "
        "is the lowest one that held for the call."
    )
    if not bit:
        return _section("Savings by ceiling", words + " Here none lowered a price.", table)
    svg = plots.bars(
        plots.Caption(
            "ceilings", "Savings by ceiling",
            f"Lying bars, one a rule. Most: {bit[0][1]}, {_money(bit[0][0].saved)}.",
        ),
        [name for _, name in bit], [("saved", [one.saved for one, _ in bit])],
        [f"{_money(one.saved)}, {one.bitten:,} calls" for one, _ in bit],
    )  # fmt: skip
    return _section("Savings by ceiling", words, _figure(svg), table)


def _one_call(name: str, heading: str, call: Call, tariff: Tariff) -> str:
    rated = tariff.rate(call)
    saved = dollars(rated.saved_micros)
    steps: list[tuple[str, Decimal, bool]] = [("contract's price", rated.net + saved, True)]
    if saved:
        what = "no connect fee" if rated.cap is None else f"ceiling\n{rated.cap.source}"
        steps += [(what, -saved, False), ("net", rated.net, True)]
    for line in rated.lines:
        if line.kind == "state_paid":
            steps.append(("the state pays", line.amount, False))
        elif line.kind.startswith("tax:"):
            steps.append((line.kind.replace(":", "\n"), line.amount, False))
    steps.append(("total", rated.total, True))
    text = "Waterfall: " + ", ".join(
        f"{label} {_money(amount)}".replace("\n", " ") for label, amount, _ in steps
    )
    svg = plots.waterfall(plots.Caption(name, heading, text + "."), steps)
    words = (
        f"From {call.facility} to {call.number}, {call.medium}, {call.bill_type}, "
        f"{rated.jurisdiction}."
    )
    receipt = f"<pre>{escape(rated.explain())}</pre>"
    return _section(heading, words, _figure(svg), _folded("The receipt", receipt))


def _strips(tariff: Tariff, medium: str, first: date, last: date) -> list[plots.Strip]:
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


def _timeline(summary: Summary, tariff: Tariff) -> str:
    edges = tariff.rules.table(facility_kind="jail", adp=None, state=None).starts
    marked = None
    first, last = AXIS_BEGINS, max(edges)
    if summary.first is not None and summary.last is not None:
        marked = summary.first.date(), summary.last.date() + timedelta(days=1)
        first, last = min(first, date(marked[0].year, 1, 1)), max(last, marked[1])
    last = date(last.year + 1, 1, 1)
    content = []
    for medium in MEDIA:
        pieces = _strips(tariff, medium, first, last)
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
        content.append(f"<p><b>{medium}</b></p>{_figure(svg)}")
        rows = [
            (
                TIERS[one.row][0],
                one.begins.isoformat(),
                one.ends.isoformat(),
                "no cap found" if one.figure is None else f"{one.figure}",
            )
            for one in pieces
        ]
        table = _table(("tier", "from", "before", "dollars a minute"), rows, words=3)
        content.append(_folded(f"Figures, {medium}", table))
    words = (
        "Federal ceilings on a minute of an interstate prepaid call, in dollars, by kind and "
        "average daily population of the facility, with the additive of 2025 and without "
        "commissions; states may set lower ones."
    )
    if marked is not None:
        words += f" Marked: the time of these records, {marked[0]} to {summary.last:%Y-%m-%d}."
    return _section("Ceilings over time", words, *content)


def _rejected(summary: Summary) -> str:
    counts = [(name, count) for name, count in summary.statuses.items() if name in REJECTED]
    if not counts:
        return _section("Rejected rows", "None: every row has a price.")
    counts.sort(key=lambda one: -one[1])
    most, number = counts[0]
    svg = plots.bars(
        plots.Caption(
            "rejected", "Rejected rows by reason",
            f"Lying bars, one a reason. Most: {most}, {number:,} rows.",
        ),
        [name for name, _ in counts], [("rows", [Decimal(count) for _, count in counts])],
        [f"{count:,}" for _, count in counts],
        money=False,
    )  # fmt: skip
    table = _table(
        ("status", "what it means", "rows"),
        [(name, REASONS[name], f"{count:,}") for name, count in counts],
        words=2,
    )
    words = (
        f"{summary.rejected:,} of {summary.rows:,} rows have no amounts: somebody must look at "
        "them. They are in the output, in their places, with a status that says why."
    )
    return _section("Rejected rows by reason", words, _figure(svg), table)


def _minutes(summary: Summary) -> str:
    counts = list(summary.by_minute)
    used = max((place for place, count in enumerate(counts) if count), default=0)
    shown = counts[: max(used + 1, 10)] if used < MINUTES_MAX else counts
    last = f"{MINUTES_MAX}+" if used == MINUTES_MAX else str(len(shown) - 1)
    answered = sum(counts)
    middle = next(place for place, seen in enumerate(accumulate(counts)) if 2 * seen >= answered)
    text = (
        f"Histogram of {answered:,} answered calls by minutes of duration. Half of them are "
        f"shorter than {middle + 1} minutes."
    )
    svg = plots.histogram(
        plots.Caption("minutes", "Length of calls", text),
        shown,
        last,
        "minutes from answer to end",
    )
    rows = [(f"{minute} to {minute + 1}", f"{count:,}") for minute, count in enumerate(shown)]
    words = "How long answered calls lasted."
    return _section(
        "Length of calls",
        words,
        _figure(svg),
        _folded("Figures", _table(("minutes", "calls"), rows)),
    )


def _head(
    summary: Summary, tariff: Tariff, source: str, title: str, facts: Mapping[str, str]
) -> str:
    tiles = [
        (f"{summary.rows:,}", "records"),
        (_money(summary.total), "charged, tax included"),
        (_money(summary.tax), "of it tax"),
        (_money(summary.saved), "saved by ceilings"),
        (_money(summary.state_paid), "paid by states"),
        (f"{summary.rejected:,}", "rows rejected"),
    ]
    listed = "".join(
        f"<li><b>{escape(figure)}</b><span>{escape(what)}</span></li>" for figure, what in tiles
    )
    known = tariff.rules.known_at
    lines = {
        **({"records": source} if source else {}),
        "tariff": f"{Path(tariff.file).name}, digest {tariff.digest[:16]}",
        "rules": "all that is known" if known is None else f"as believed on {known}",
        "time zones": f"tzdata {tzdata_version()}",
        "unanswered": f"{summary.statuses.get('unanswered', 0):,} calls, charged nothing",
    }
    if summary.first is not None and summary.last is not None:
        lines["period"] = f"{summary.first:%Y-%m-%d %H:%M} to {summary.last:%Y-%m-%d %H:%M} UTC"
    lines.update(facts)
    said = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in lines.items()
    )
    return f"<h1>{escape(title)}</h1>\n<ul class=tiles>{listed}</ul>\n<dl>{said}</dl>"


def page(
    summary: Summary, tariff: Tariff, *, source: str, title: str, facts: Mapping[str, str]
) -> str:
    """Return the page; see `securecall.rating.report.write_report`."""
    parts = [_head(summary, tariff, source, title, facts)]
    if summary.by_place:
        parts += [_places(summary), _hours(summary), _ceilings(summary, tariff)]
    if summary.most_saved is not None:
        heading = "How one price came about: the call on which ceilings saved most"
        parts.append(_one_call("saved", heading, summary.most_saved, tariff))
    if summary.most_shared is not None:
        heading = "How one price came about: the call of which a state paid most"
        parts.append(_one_call("shared", heading, summary.most_shared, tariff))
    parts += [_timeline(summary, tariff), _rejected(summary)]
    if sum(summary.by_minute):
        parts.append(_minutes(summary))
    body = "\n".join(parts)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(title)}</title>
<style>{CSS}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""
