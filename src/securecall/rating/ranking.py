"""Which rate applies: the order among rates that fit a call, and ties that no rule breaks.

Source: the public face, "Which rate applies": the most specific destination, then the higher
priority, then a stated medium or bill type, then a rate with windows, then the later effective
date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime

from securecall.rating.contract import Contract, Deck, Moment, Rate
from securecall.rating.windows import overlap
from securecall.rating.zones import epoch_ms

__all__ = ["about_ms", "is_local", "rank", "ties"]

DAYS_2_MS = 2 * 86_400_000  # more than any two zones differ


def about_ms(moment: Moment | None, missing: int) -> int:
    """Return an instant, local times read as UTC: good enough to order effective dates."""
    if moment is None:
        return missing
    if not isinstance(moment, datetime):
        moment = datetime(moment.year, moment.month, moment.day)
    return epoch_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def rank(rate: Rate) -> tuple[int, int, bool, int]:
    """Return what sorts rates of one destination, the one that applies first."""
    return (
        -rate.priority,
        -rate.stated,
        rate.when is None,
        -about_ms(rate.effective_from, -(1 << 60)),
    )


def is_local(moment: Moment | None) -> bool:
    """Return whether a moment is read from the facility's wall clock."""
    if isinstance(moment, datetime):
        return moment.tzinfo is None
    return isinstance(moment, date)


def _tie(first: Rate, other: Rate) -> str | None:
    """Return why two rates of one destination tie at some instant, or None."""
    mixed = is_local(first.effective_from) != is_local(other.effective_from)
    near = (
        mixed
        and first.effective_from is not None
        and other.effective_from is not None
        and rank(first)[:3] == rank(other)[:3]
        and abs(rank(first)[3] - rank(other)[3]) < DAYS_2_MS
    )
    if rank(first) != rank(other) and not near:
        return None
    if first.medium and other.medium and first.medium != other.medium:
        return None
    if first.bill_types and other.bill_types and not first.bill_types & other.bill_types:
        return None
    never = 1 << 60
    begins = max(about_ms(rate.effective_from, -never) for rate in (first, other))
    ends = min(about_ms(rate.effective_to, never) for rate in (first, other))
    if begins >= ends:
        return None
    at = overlap(first.when, other.when)
    if at is None:
        return None
    if near:
        return "begin within two days of each other, one by the wall clock and one by an offset"
    weekday, ms = at
    name = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[weekday]
    moment = f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}"
    return f"tie on a {name} at {moment}: same priority, and nothing else decides"


def _deck_ties(decks: Iterable[Deck], by_prefix: Mapping[str, list[Rate]]) -> Iterator[str]:
    seen: list[Deck] = []
    for deck in decks:
        for rate in {id(r): r for rates in by_prefix.values() for r in rates}.values():
            why = _tie(rate, deck.options)
            if why:
                shared = {prefix for prefix in deck.prefixes if rate in by_prefix.get(prefix, ())}
                for prefix in sorted(shared)[:3]:
                    yield f"{rate.where} and {deck.file} both have +{prefix} and {why}"
        for other in seen:
            why = _tie(other.options, deck.options)
            if why:
                shared = set(other.prefixes) & set(deck.prefixes)
                for prefix in sorted(shared)[:3]:
                    yield f"{other.file} and {deck.file} both have +{prefix} and {why}"
        seen.append(deck)


def ties(contract: Contract) -> Iterator[tuple[Rate | None, str]]:
    """Yield (rate, why) for every pair of rates between which no rule decides."""
    by_destination: dict[str, list[Rate]] = {}
    for rate in contract.rates:
        for destination in rate.destinations:
            by_destination.setdefault(destination, []).append(rate)
    told = set()
    for destination, rates in by_destination.items():
        for index, first in enumerate(rates):
            for other in rates[index + 1 :]:
                pair = (id(first), id(other))
                why = None if pair in told else _tie(first, other)
                if why:
                    told.add(pair)
                    yield (
                        other,
                        f'and rate "{first.id}" ({first.where}) for {destination} {why}; '
                        "give one of them a higher priority",
                    )
    prefixes = {k[1:]: rates for k, rates in by_destination.items() if k[0] == "+"}
    for why in _deck_ties(contract.decks, prefixes):
        yield None, why
