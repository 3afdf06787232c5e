"""The page: what stands on it, in words, tables and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from html import escape
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final

from securecall.money import dollars
from securecall.rating.report import plots
from securecall.rating.report.html import folded, framed, money, section, table_of
from securecall.rating.report.style import CSS
from securecall.rating.report.timeline import timeline
from securecall.rating.summary import MINUTES_MAX, Summary
from securecall.rating.words import JURISDICTIONS, REJECTED
from securecall.rating.zones import tzdata_version

if TYPE_CHECKING:
    from securecall.rating.call import Call
    from securecall.rating.tariff import Tariff

__all__ = ["page"]

BARS_MAX: Final = 24  # a picture of more facilities could not be read; the table has them all
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


def _hours(summary: Summary) -> str:
    hours = summary.by_hour
    most = max(hours, key=lambda one: one.total)
    text = (
        f"Bars: dollars charged for calls that began in each hour of the day. Most from "
        f"{most.hour}:00 to {most.hour + 1}:00, {money(most.total)}."
    )
    svg = plots.columns(
        plots.Caption("hours", "Charges by hour of the day", text),
        [str(one.hour) for one in hours], [one.total for one in hours],
        "hour in which the call began, on the facility's own clock",
    )  # fmt: skip
    rows = [
        (f"{one.hour:02}:00", f"{one.calls:,}", money(one.total), money(one.saved)) for one in hours
    ]
    table = table_of(("hour", "calls", "charged", "saved by ceilings"), rows)
    words = "What customers pay, tax included, by the facilities' local time."
    return section("Charges by hour of the day", words, framed(svg), folded("Figures", table))


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
            f"{money(sums[names[0]])}.",
        ),
        shown,
        [
            (word, [by_facility[name].get(word, Decimal(0)) for name in shown])
            for word in JURISDICTIONS
        ],
        [money(sums[name]) for name in shown],
    )  # fmt: skip
    rows = [
        (
            one.facility, one.jurisdiction, f"{one.calls:,}", f"{one.billed_ms / 60_000:,.0f}",
            money(one.total), money(one.tax), money(one.saved), money(one.state_paid),
        )
        for one in summary.by_place
    ]  # fmt: skip
    rows.append(
        (
            "all", "", f"{summary.calls:,}",
            f"{sum(one.billed_ms for one in summary.by_place) / 60_000:,.0f}",
            money(summary.total), money(summary.tax), money(summary.saved),
            money(summary.state_paid),
        )
    )  # fmt: skip
    table = table_of(
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
    return section(
        "Money by facility and jurisdiction", words, framed(svg), folded("Figures", table)
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
            money(one.saved),
        )
        for one, name in named
    ]
    table = table_of(("rule", "where it is written", "calls", "lowered", "saved"), rows, words=2)
    words = (
        "What calls would have cost more, before tax, if only the contract counted. The rule named "
        "is the lowest one that held for the call."
    )
    if not bit:
        return section("Savings by ceiling", words + " Here none lowered a price.", table)
    svg = plots.bars(
        plots.Caption(
            "ceilings", "Savings by ceiling",
            f"Lying bars, one a rule. Most: {bit[0][1]}, {money(bit[0][0].saved)}.",
        ),
        [name for _, name in bit], [("saved", [one.saved for one, _ in bit])],
        [f"{money(one.saved)}, {one.bitten:,} calls" for one, _ in bit],
    )  # fmt: skip
    return section("Savings by ceiling", words, framed(svg), table)


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
        f"{label} {money(amount)}".replace("\n", " ") for label, amount, _ in steps
    )
    svg = plots.waterfall(plots.Caption(name, heading, text + "."), steps)
    words = (
        f"From {call.facility} to {call.number}, {call.medium}, {call.bill_type}, "
        f"{rated.jurisdiction}."
    )
    receipt = f"<pre>{escape(rated.explain())}</pre>"
    return section(heading, words, framed(svg), folded("The receipt", receipt))


def _rejected(summary: Summary) -> str:
    counts = [(name, count) for name, count in summary.statuses.items() if name in REJECTED]
    if not counts:
        return section("Rejected rows", "None: every row has a price.")
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
    table = table_of(
        ("status", "what it means", "rows"),
        [(name, REASONS[name], f"{count:,}") for name, count in counts],
        words=2,
    )
    words = (
        f"{summary.rejected:,} of {summary.rows:,} rows have no amounts: somebody must look at "
        "them. They are in the output, in their places, with a status that says why."
    )
    return section("Rejected rows by reason", words, framed(svg), table)


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
    return section(
        "Length of calls",
        words,
        framed(svg),
        folded("Figures", table_of(("minutes", "calls"), rows)),
    )


def _head(
    summary: Summary, tariff: Tariff, source: str, title: str, facts: Mapping[str, str]
) -> str:
    tiles = [
        (f"{summary.rows:,}", "records"),
        (money(summary.total), "charged, tax included"),
        (money(summary.tax), "of it tax"),
        (money(summary.saved), "saved by ceilings"),
        (money(summary.state_paid), "paid by states"),
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
    parts += [timeline(summary, tariff), _rejected(summary)]
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
