"""Times at which no rate is in force, and calls that no rate is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from securecall.rating.call import Call
from securecall.rating.lint.clock import Clock, Era, wall_text
from securecall.rating.lint.finding import Cell, Finding, kinds_of
from securecall.rating.lint.outcome import Hole
from securecall.rating.lint.sites import Met, Survey
from securecall.rating.lint.week import week_text

__all__ = ["hole_findings"]


class _Pattern(NamedTuple):
    """What is said of a hole, apart from the calls that it concerns."""

    code: str
    severity: str
    text: str
    some: bool  # whether only some numbers of a class are concerned


def _merged(holes: Sequence[Hole]) -> list[Hole]:
    """Join holes of eras that follow each other and leave out the same times."""
    joined: list[Hole] = []
    for hole in holes:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.era.after_ms == hole.era.first_ms
            and (last.whole, last.cells) == (hole.whole, hole.cells)
        ):
            joined[-1] = last._replace(era=Era(last.era.first_ms, hole.era.after_ms))
        else:
            joined.append(hole)
    return joined


def _said(clock: Clock, hole: Hole) -> tuple[str, str, str]:
    """Return code, severity and text of a hole of calls that are served at other times."""
    first, after = hole.era
    begins = first <= clock.whole.first_ms
    ends = after >= clock.whole.after_ms
    since, until = (wall_text(clock.wall_ms(at)) for at in hole.era)
    if hole.whole and begins:
        return "out_of_term", "note", f"no rate is in force before {until}"
    if hole.whole and ends:
        return "out_of_term", "warning", f"no rate is in force from {since} on"
    if hole.whole:
        return "hole", "error", f"no rate is in force from {since} to {until}"
    when = week_text(hole.cells)
    bounds = ("" if begins else f" from {since}") + ("" if ends else f" until {until}")
    return "hole", "error", f"no rate is in force {when}{bounds}"


def _patterns(met: Met) -> Iterator[tuple[tuple[str, str, str], int]]:
    """Yield what some calls lack - code, severity, text - and an instant at which they do."""
    clock, outcome = met.site.clock, met.outcome
    if not outcome.served:
        yield ("unserved", "note", "nothing serves"), clock.whole.first_ms
        return
    for hole in _merged(outcome.holes):
        yield _said(clock, hole), hole.instant_ms


def hole_findings(survey: Survey) -> Iterator[Finding]:
    """Yield holes of a contract, and what it does not serve."""
    cells: dict[_Pattern, dict[Cell, None]] = {}
    calls: dict[_Pattern, dict[Cell, Call]] = {}
    for part in _by_kind(survey):
        lacking: dict[tuple[str, str, str], list[tuple[Met, int]]] = {}
        for met in part:
            for said, instant_ms in _patterns(met):
                lacking.setdefault(said, []).append((met, instant_ms))
        for said, those in lacking.items():
            met, instant_ms = those[0]
            call = met.call(instant_ms)
            pattern = _Pattern(*said, len(those) < len(part))
            for facility in met.site.ids:
                cell = (facility, met.seen.rate_class, met.medium, met.bill_type)
                cells.setdefault(pattern, {})[cell] = None
                calls.setdefault(pattern, {}).setdefault(cell, call)
    for pattern, concerned in cells.items():
        for kinds in kinds_of(concerned):
            wanted = (
                kinds.facilities[0], kinds.destinations[0], kinds.media[0], kinds.bill_types[0]
            )  # fmt: skip
            call = calls[pattern][wanted]
            some = f" to some numbers, such as {call.number}" if pattern.some else ""
            link = "" if pattern.code == "unserved" else " for"
            text = f"{pattern.text}{link} {kinds}{some}"
            yield Finding(pattern.code, pattern.severity, text, survey.contract.where, call, kinds)


def _by_kind(survey: Survey) -> list[list[Met]]:
    """Return what calls meet by site, class, medium and bill type."""
    parts: dict[object, list[Met]] = {}
    for met in survey.outcomes():
        key = (id(met.site), met.seen.rate_class, met.medium, met.bill_type)
        parts.setdefault(key, []).append(met)
    return list(parts.values())
