"""Rates and decks that no call can get, and prefixes of decks that none can."""

from __future__ import annotations

from collections.abc import Iterator

from securecall.errors import CallRejected
from securecall.rating.call import Call
from securecall.rating.lint.clock import wall_text
from securecall.rating.lint.entries import Entry
from securecall.rating.lint.finding import Finding
from securecall.rating.lint.sites import Met, Survey
from securecall.rating.rater import laid_out

__all__ = ["reach_findings", "winner_of"]

SHOWN = 3  # prefixes that a message names


def winner_of(survey: Survey, call: Call) -> str | None:
    """Return the id of the rate that a call gets, or None if it gets none."""
    try:
        marks = laid_out(survey.tariff, call, walked=True)[0][6]
    except CallRejected:
        return None
    rate_id: str = survey.tariff.compiled.rate_ids[marks[0][1]]
    return rate_id


def _winning(survey: Survey, met: Met, call: Call) -> Entry | None:
    """Return the rate or deck that a call gets; two decks may call their prefixes alike."""
    rate_id = winner_of(survey, call)
    won = sorted({entry for _, entry in met.outcome.wins})
    entries = [survey.entries[number] for number in won]
    named = [entry for entry in entries if rate_id in entry.rate_ids]
    return named[0] if named else None


def _name(survey: Survey, winner: Entry | None, call: Call) -> str:
    """Return what messages call that which a call gets."""
    if winner is None or winner.deck is None:
        return f'rate "{winner_of(survey, call)}"'
    return winner.name


def _concerning(survey: Survey, entry: Entry) -> Iterator[Met]:
    """Yield what the calls meet that are an entry's by number, medium and bill type."""
    for met in survey.outcomes():
        if (
            met.medium in entry.media
            and met.bill_type in entry.bill_types
            and any(entry.number in level for level in met.seen.levels)
        ):
            yield met


def _number(met: Met, entry: Entry) -> str:
    """Return digits of a number that an entry is for."""
    for group in met.seen.groups.values():
        for (number, _), digits in group.prices.items():
            if number == entry.number:
                return digits
    return met.seen.number


def _unreachable(survey: Survey, entry: Entry) -> Finding:
    """Return why an entry never applies, with a call that shows it."""
    concerning: Met | None = None
    for met in _concerning(survey, entry):
        concerning = concerning or met
        spot = met.site.clock.occurrence(met.site.terms[entry.number])
        if spot is None:
            continue
        number = _number(met, entry)
        call = met.call(spot.instant_ms, number)
        clock = met.site.clock
        winner = _winning(survey, met, call)
        if winner is not None and _replaces(winner, entry, met):
            since = wall_text(clock.wall_ms(met.site.terms[winner.number].from_ms))
            return Finding(
                "unreachable_rate",
                "note",
                f"{entry.name} applies no longer: {winner.name} has replaced it since {since}",
                entry.where,
                call,
            )
        at = wall_text(clock.wall_ms(spot.instant_ms))
        return Finding(
            "unreachable_rate",
            "warning",
            f"{entry.name} never applies: whenever it is in force, another does, "
            f"{_name(survey, winner, call)} for {call.number} on {at}",
            entry.where,
            call,
        )
    if concerning is not None:
        return _out_of_time(survey, entry, concerning)
    names = ", ".join(entry.rate.destinations) if entry.deck is None else "its prefixes"
    return Finding(
        "unreachable_rate",
        "warning",
        f"{entry.name} never applies: no facility of the contract has calls to {names}",
        entry.where,
        _any_call(survey, entry),
    )


def _replaces(newer: Entry, entry: Entry, met: Met) -> bool:
    """Return whether a newer entry took over from another before the time looked at.

    A file may keep its old prices; `decided_by` calls that no overlap either.
    """
    return (
        newer.order[:3] == entry.order[:3]
        and newer.order[3] < entry.order[3]
        and all(
            getattr(newer.rate, key) == getattr(entry.rate, key)
            for key in ("medium", "bill_types", "when")
        )
        and met.site.terms[newer.number].from_ms <= met.site.clock.whole.first_ms
        and newer.destinations >= entry.destinations
    )


def _out_of_time(survey: Survey, entry: Entry, met: Met) -> Finding:
    """Return that an entry is in force at no time looked at."""
    clock, term = met.site.clock, met.site.terms[entry.number]
    since, until = (wall_text(clock.wall_ms(at)) for at in clock.whole)
    severity = "note"
    if term.to_ms <= clock.whole.first_ms:
        why = f"it ended on {wall_text(clock.wall_ms(term.to_ms))}, not after {since}"
    elif term.from_ms >= clock.whole.after_ms:
        why = f"it begins on {wall_text(clock.wall_ms(term.from_ms))}, not before {until}"
    else:
        severity = "warning"
        why = f"from {since} to {until} no time lies both in its windows and in its dates"
        if all(window.holidays and not window.days for window in entry.rate.when or ()):
            why = f"its windows are holidays, and there is none from {since} to {until}"
    call = met.call(clock.whole.first_ms)
    return Finding(
        "unreachable_rate", severity, f"{entry.name} never applies: {why}", entry.where, call
    )


def _any_call(survey: Survey, entry: Entry) -> Call | None:
    """Return a call that one might think an entry is for."""
    for met in survey.outcomes():
        if met.medium in entry.media and met.bill_type in entry.bill_types:
            if "international" in entry.rate.destinations or met.seen.rate_class != "international":
                return met.call(met.site.clock.whole.first_ms)
    return None


def _prefixes(survey: Survey, entry: Entry, winners: list[set[int]]) -> Finding | None:
    """Return the prefixes of a deck that never apply, though the deck does."""
    deck = entry.deck
    assert deck is not None
    reached: set[int] = set()
    example: dict[int, tuple[str, int]] = {}
    for region in survey.regions:
        for number, row in region.rows:
            if number == entry.number:
                if entry.number in winners[region.group]:
                    reached.add(row)
                else:
                    example.setdefault(row, (region.number, region.group))
    lost = [row for row in range(len(deck.prefixes)) if row not in reached]
    if not lost:
        return None
    named = ", ".join("+" + deck.prefixes[row] for row in lost[:SHOWN])
    more = f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else ""
    shown = None
    for row in (row for row in lost if row in example):
        shown = _lost_call(survey, entry, *example[row])
        if shown is not None:
            break
    call, winner = shown or (None, "")
    if call is None:
        why = "no number that can be dialled begins with them and with no longer prefix"
    else:
        why = f"{call.number}, for one, gets {winner}"
    return Finding(
        "unreachable_prefix",
        "note",
        f"{len(lost)} of the {len(deck.prefixes)} prefixes of {entry.name} never apply: "
        f"{named}{more}; {why}",
        entry.where,
        call,
        prefixes=len(lost),
    )


def _lost_call(survey: Survey, entry: Entry, number: str, group: int) -> tuple[Call, str] | None:
    """Return a call under a prefix that never applies to its group, and what it gets instead."""
    for met in survey.outcomes():
        if group in met.seen.groups and met.medium in entry.media:
            if met.bill_type in entry.bill_types:
                spot = met.site.clock.occurrence(met.site.terms[entry.number])
                if spot is not None:
                    call = met.call(spot.instant_ms, number)
                    return call, _name(survey, _winning(survey, met, call), call)
    return None


def reach_findings(survey: Survey) -> Iterator[Finding]:
    """Yield what never applies."""
    winners: list[set[int]] = [set() for _ in survey.groups]
    for met in survey.outcomes():
        won = {entry for _, entry in met.outcome.wins}
        for index in met.seen.groups:
            winners[index] |= won
    reached = set().union(*winners)
    for entry in survey.entries:
        if entry.number not in reached:
            yield _unreachable(survey, entry)
        elif entry.deck is not None:
            found = _prefixes(survey, entry, winners)
            if found is not None:
                yield found
