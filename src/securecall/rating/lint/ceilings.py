"""Prices that the ceilings of some date do not allow: which, from which duration on, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product, takewhile
from typing import Final, NamedTuple

from securecall.money import Rounding, dollars, shown
from securecall.rating.call import Call
from securecall.rating.contract import Facility, Rate
from securecall.rating.lint.breaks import Laid, first_breaks
from securecall.rating.lint.clock import wall_text
from securecall.rating.lint.finding import Cell, Finding, Kinds, kinds_of
from securecall.rating.lint.overflows import countable_ms
from securecall.rating.lint.sites import Met, Site, Survey
from securecall.rating.lint.spoken import duration_text, per_minute_text
from securecall.rating.rater import laid_out
from securecall.rating.windows import DAY_MS
from securecall.regulation import Ruling
from securecall.regulation.words import BILL_GROUP_OF

__all__ = ["ceiling_findings"]

CODE_OF: Final = {
    "barred": ("connect_fee_barred", "error"),
    "price": ("ceiling_broken", "error"),
    "connect": ("connect_fee_capped", "warning"),
    "minimum": ("min_total_capped", "warning"),
    "increment": ("increment_capped", "note"),
    "rounding": ("ceiling_rounded", "note"),
}


class _Terms(NamedTuple):
    """What regulation says of some calls."""

    ceiling: Fraction | None  # micro-dollars per millisecond
    source: str
    citation: str
    bar: str  # citation of the rule that bars charges for the call itself; empty if none does


class _Break(NamedTuple):
    """The shortest call of which something is taken off, where it was looked for."""

    duration_ms: int
    call: Call


class _Here(NamedTuple):
    """The same where other calls meet the same price: not tried, but like it."""

    found: _Break
    number: str
    start_ms: int


class _Cause(NamedTuple):
    """What is told once, for all calls that it concerns."""

    entry: int
    choice: int
    cause: str
    ceiling: Fraction | None
    source: str


class _Place(NamedTuple):
    """A price where some calls meet it."""

    facility: str  # the first of those alike
    interval: int
    jurisdiction: str
    medium: str
    bill_type: str
    entry: int
    choice: int


@dataclass(slots=True)
class _Alike:
    """Facilities of a site that the same rules and limits hold for."""

    facility: Facility
    number: int
    ids: list[str] = field(default_factory=list)


def _limit_ms(facility: Facility) -> int:
    return facility.max_call_ms or DAY_MS


def is_safe(
    rate: Rate, ceiling: Fraction | None, barred: bool, actual: bool, rounding: Rounding
) -> bool:
    """Return whether it is plain at a glance that regulation takes nothing off a rate's calls.

    Parameters
    ----------
    rate : Rate
    ceiling : Fraction or None
        Micro-dollars per millisecond.
    barred : bool
        Whether a connect fee is.
    actual : bool
        Whether the ceiling is multiplied with the time used.
    rounding : Rounding
        Of net.
    """
    if rate.connect_fee and barred:
        return False
    if ceiling is None:
        return True
    if rate.connect_fee or rate.min_total or actual:
        return False
    if any(step.micros_per_ms > ceiling for step in rate.steps):
        return False
    # Nothing but rounding could lift it. What it stays below the ceiling only grows with time.
    room = (ceiling - rate.steps[0].micros_per_ms) * rate.steps[0].increment_ms
    added = {"down": Fraction(0), "up": Fraction(1)}.get(rounding.mode, Fraction(1, 2))
    return room >= added * rounding.unit_micros


class _Check:
    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.tariff = survey.tariff
        self.rounding = survey.tariff.document.rounding
        self.terms_of: dict[object, _Terms | None] = {}
        self.troubled: dict[object, list[int]] = {}
        self.alike: dict[int, list[_Alike]] = {}
        self.breaks: dict[object, dict[str, int]] = {}
        self.at_site: dict[object, dict[str, _Break]] = {}
        self.found: dict[_Place, tuple[_Terms, dict[str, _Here]]] = {}

    def facilities(self, site: Site) -> list[_Alike]:
        """Return the facilities of a site by what decides their ceilings."""
        known = self.alike.get(id(site))
        if known is None:
            by_profile: dict[object, _Alike] = {}
            for one in site.facilities:
                if not one.regulated:
                    continue
                key = (
                    one.kind, one.adp, one.commission, one.additive, one.opt_out, one.cap_basis,
                    _limit_ms(one), one.id if self.survey.names_facilities else None,
                )  # fmt: skip
                by_profile.setdefault(key, _Alike(one, len(by_profile))).ids.append(one.id)
            known = self.alike[id(site)] = list(by_profile.values())
        return known

    def terms(self, met: Met, alike: _Alike, interval: int, instant_ms: int) -> _Terms | None:
        """Return what regulation says of such calls in an interval; None for nothing."""
        group = BILL_GROUP_OF[met.bill_type]
        key = (
            id(met.site), alike.number, interval, met.seen.jurisdiction,
            met.seen.terminations, met.medium, group,
        )  # fmt: skip
        if key not in self.terms_of:
            call = met.call(instant_ms, facility=alike.facility)
            (_, _, _, ruling, governs, state, _), _ = laid_out(self.tariff, call, walked=True)
            cell: Ruling | None = None if ruling < 0 else self.tariff.compiled.rulings[ruling]
            self.terms_of[key] = None
            if cell is not None:
                cap = cell.federal if governs == 1 else cell.state
                self.terms_of[key] = _Terms(
                    None if cap is None else Fraction(state[6], state[1]),
                    "" if cap is None else cap.source,
                    "" if cap is None else cap.citation,
                    "" if cell.per_call is None else cell.per_call.citation,
                )
        return self.terms_of[key]

    def choices(self, entry: int, terms: _Terms, actual: bool) -> list[int]:
        """Return the prices of an entry that may be in trouble."""
        key = (entry, terms.ceiling, bool(terms.bar), actual)
        known = self.troubled.get(key)
        if known is None:
            whole = self.survey.entries[entry]
            known = self.troubled[key] = [
                choice
                for choice in (whole.first_row if whole.deck is not None else (0,))
                if not is_safe(
                    whole.priced(choice), terms.ceiling, bool(terms.bar), actual, self.rounding
                )
            ]
        return known

    def meet(self, met: Met) -> None:
        """Look at every price that some calls meet."""
        for (interval, entry), win in met.outcome.wins.items():
            for alike in self.facilities(met.site):
                terms = self.terms(met, alike, interval, win.instant_ms)
                if terms is None:
                    continue
                actual = alike.facility.cap_basis == "actual"
                for choice in self.choices(entry, terms, actual):
                    number: str | None = met.seen.number
                    if self.survey.entries[entry].deck is not None:
                        number = met.seen.priced(entry, choice)
                    if number is None:
                        continue
                    place = _Place(
                        alike.facility.id, interval, met.seen.jurisdiction, met.medium,
                        met.bill_type, entry, choice,
                    )  # fmt: skip
                    known = self.found.get(place)
                    # Termination costs lift some destinations' ceilings; the lowest is told.
                    if known is not None and (
                        terms.ceiling is None
                        or (known[0].ceiling is not None and known[0].ceiling <= terms.ceiling)
                    ):
                        continue
                    found = self.look(met, alike, place, terms, (number, win.instant_ms))
                    self.found[place] = (
                        terms,
                        {c: _Here(one, number, win.instant_ms) for c, one in found.items()},
                    )

    def look(
        self, met: Met, alike: _Alike, place: _Place, terms: _Terms, at: tuple[str, int]
    ) -> dict[str, _Break]:
        """Return the shortest calls, to a number at an instant, of which something is taken off."""
        limit_ms = _limit_ms(alike.facility)
        key = (
            id(met.outcome), met.site.facilities[0].id, place.interval, place.entry, place.choice,
            terms.ceiling, bool(terms.bar), limit_ms, alike.facility.cap_basis,
        )  # fmt: skip
        known = self.at_site.get(key)
        if known is None:
            number, start_ms = at
            call = Call(
                place.facility, "+" + number, start_ms, limit_ms, place.medium, place.bill_type
            )
            known = self.at_site[key] = {
                cause: _Break(duration_ms, replace(call, duration_ms=duration_ms))
                for cause, duration_ms in self.search(call, limit_ms).items()
            }
        return known

    def saves(self, call: Call) -> bool:
        """Return whether regulation takes something off a call."""
        return self.tariff.rate(call).saved_micros > 0

    def search(self, call: Call, limit_ms: int) -> dict[str, int]:
        """Return the shortest durations of a call like this one, by cause."""
        limit_ms = countable_ms(self.tariff, call, limit_ms)
        if limit_ms < 1:
            return {}
        # Prices may still change inside the last increment that begins before the limit.
        whole = replace(call, duration_ms=min(2 * limit_ms, 366 * DAY_MS))
        held, _ = laid_out(self.tariff, whole, walked=True)
        asked, _ = laid_out(self.tariff, whole, held=False, walked=True)
        laid = Laid(held[5], asked[5])
        state, marks = held[5], held[6]
        # What another rate costs that takes over in mid-call is told of that rate.
        own = list(takewhile(lambda mark: mark[2] == marks[0][2], marks))
        if len(own) < len(marks):
            limit_ms = min(limit_ms, marks[len(own)][0])
        price_from_ms = self.price_from(state, own)
        key = (laid.key, limit_ms, price_from_ms)
        if key not in self.breaks:
            found = first_breaks(laid, limit_ms, price_from_ms)
            if len(found) > 1:
                found.pop("rounding", None)
            self.breaks[key] = found
        return self.breaks[key]

    def price_from(self, state: tuple[object, ...], marks: Sequence[tuple[int, ...]]) -> int | None:
        """Return the elapsed time from which on the rate of some pieces is above the ceiling."""
        scale, ceiling = state[1], state[6]
        assert isinstance(scale, int)
        assert isinstance(ceiling, int)
        if ceiling < 0:
            return None
        rate = self.tariff.compiled.pricings[marks[0][2]].rate
        for (begins, _, _, number, *_), after in zip(marks, (*marks[1:], None), strict=True):
            begins = max(begins, rate.free_ms)
            paid = after is None or begins < after[0]
            if paid and rate.steps[number].micros_per_ms * scale > ceiling:
                return begins
        return None

    def findings(self) -> Iterator[Finding]:
        cells: dict[_Cause, dict[Cell, _Here]] = {}
        told: dict[_Cause, _Terms] = {}
        ids = {alike.facility.id: alike.ids for group in self.alike.values() for alike in group}
        for place, (terms, breaks) in self.found.items():
            for cause, one in breaks.items():
                barred = cause == "barred"
                key = _Cause(
                    place.entry, place.choice, cause, None if barred else terms.ceiling,
                    terms.bar if barred else terms.source,
                )  # fmt: skip
                told.setdefault(key, terms)
                concerned = cells.setdefault(key, {})
                for facility in ids[place.facility]:
                    cell = (facility, place.jurisdiction, place.medium, place.bill_type)
                    known = concerned.get(cell)
                    if known is None or one.found.duration_ms < known.found.duration_ms:
                        concerned[cell] = one
        for key, concerned in cells.items():
            for kinds in kinds_of(concerned):
                yield self.finding(key, told[key], kinds, concerned)

    def witness(self, kinds: Kinds, concerned: dict[Cell, _Here]) -> Call:
        """Return the shortest call of some kinds of which something is taken off."""
        cell, best = min(
            (
                (cell, concerned[cell])
                for cell in product(
                    kinds.facilities, kinds.destinations, kinds.media, kinds.bill_types
                )
            ),
            key=lambda one: (one[1].found.duration_ms, one[1].start_ms, one[0]),
        )
        facility, _, medium, bill_type = cell
        call = Call(
            facility, "+" + best.number, best.start_ms, best.found.duration_ms, medium, bill_type
        )
        # Not tried yet, but like one that was, unless what takes over in mid-call differs.
        return call if self.saves(call) else best.found.call

    def finding(
        self, key: _Cause, terms: _Terms, kinds: Kinds, concerned: dict[Cell, _Here]
    ) -> Finding:
        """Return what is told of one cause and some kinds of calls."""
        call = self.witness(kinds, concerned)
        entry = self.survey.entries[key.entry]
        rate = entry.priced(key.choice)
        prefixes = entry.sharing[key.choice]
        name = entry.name
        if entry.deck is not None:
            shared = f"{prefixes} prefixes share" if prefixes > 1 else "1 prefix has"
            name = f"{name} ({shared} this price, such as {call.number})"
        rated = self.tariff.rate(call)
        code, severity = CODE_OF[key.cause]
        zone = self.tariff.compiled.zones[self.tariff.compiled.facilities[call.facility]]
        at = wall_text(call.start_ms + zone.offset_ms(call.start_ms))
        sold = duration_text(rated.billed_ms)
        example = (
            f"a call of {duration_text(call.duration_ms)}, sold as {sold}, on {at} is held to "
            f"{shown(rated.net)} instead of {shown(dollars(rated.net_micros + rated.saved_micros))}"
        )
        text = f"{name} {self.asks(key, rate)} for {kinds}: {example}"
        rule = f"charges for the call itself are barred: {terms.bar}"
        if key.cause != "barred":
            assert terms.ceiling is not None
            figure = per_minute_text(terms.ceiling)
            rule = f"the ceiling is {figure} a minute ({terms.source}): {terms.citation}"
        return Finding(code, severity, f"{text}; {rule}", entry.where, call, kinds, prefixes)

    def asks(self, key: _Cause, rate: Rate) -> str:
        """Return what a rate asks that it may not."""
        if key.cause in ("barred", "connect"):
            return f"asks a connect fee of {shown(dollars(rate.connect_fee))}"
        if key.cause == "minimum":
            return f"asks at least {shown(dollars(rate.min_total))}"
        assert key.ceiling is not None
        if key.cause == "price":
            step = next(step for step in rate.steps if step.micros_per_ms > key.ceiling)
            after = f" from {duration_text(step.from_ms)} on" if step.from_ms else ""
            return f"asks {per_minute_text(step.micros_per_ms)} a minute{after}"
        if key.cause == "increment":
            first = duration_text(rate.steps[0].increment_ms)
            return f"sells {first} at a time, with the ceiling on the time used,"
        rounding = self.rounding
        return f"is rounded {rounding.mode} to {shown(dollars(rounding.unit_micros))}"


def ceiling_findings(survey: Survey) -> Iterator[Finding]:
    """Yield what the ceilings and the bar on charges for the call itself do not allow."""
    check = _Check(survey)
    for met in survey.outcomes():
        check.meet(met)
    yield from check.findings()
