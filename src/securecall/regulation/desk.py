"""Where rows meet a facility: which of them decide, day by day and call by call."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import NamedTuple, TypeVar, cast

from securecall.regulation.callkind import CallKind
from securecall.regulation.ceilings import Ceiling, federal_ceiling, lower, state_ceiling
from securecall.regulation.fit import call_misfit, displaced, profile_misfit
from securecall.regulation.profile import Profile
from securecall.regulation.row import CeilingRow, PerCallRow, RelayRow, Row, StateRow
from securecall.regulation.ruling import PerCallBar, Ruling, StateShare

__all__ = ["Day", "Desk", "Rows", "fitting", "standing"]

AnyRow = TypeVar("AnyRow", bound=Row)
Thing = TypeVar("Thing", Ceiling, StateShare, PerCallBar)


class Rows(NamedTuple):
    """The rows that a ruling needs, by kind."""

    ceilings: tuple[CeilingRow, ...]
    states: tuple[StateRow, ...]
    per_call: tuple[PerCallRow, ...]
    relay: tuple[RelayRow, ...]

    def where(self, keep: Callable[[Row], bool]) -> Rows:
        """Return only the rows that ``keep`` says yes to."""
        return Rows(
            tuple(row for row in self.ceilings if keep(row)),
            tuple(row for row in self.states if keep(row)),
            tuple(row for row in self.per_call if keep(row)),
            tuple(row for row in self.relay if keep(row)),
        )

    @property
    def every(self) -> tuple[Row, ...]:
        """All rows, in the order of the fields."""
        return (*self.ceilings, *self.states, *self.per_call, *self.relay)


def standing(rows: Iterable[AnyRow]) -> list[AnyRow]:
    """Return the rows that no other one of them replaces.

    Source
    ------
    own.
    """
    rows = list(rows)
    gone = displaced(rows)
    return [row for row in rows if row.regime not in gone] if gone else rows


class Day:
    """The rows of one facility on one day, and what they decide for each kind of call."""

    __slots__ = ("_desk", "_found", "rows")

    def __init__(self, desk: Desk, rows: Rows) -> None:
        self._desk = desk
        self.rows = rows
        self._found: dict[CallKind, Ruling] = {}

    def relay_rule(self, relay: str) -> RelayRow | None:
        """Return the rule for a relay class; the lowest share where several fit."""
        rows = standing(row for row in self.rows.relay if row.relay == relay)
        return min(rows, key=lambda row: row.share_of_audio, default=None)

    def ruling(self, call: CallKind) -> Ruling:
        """Return what the rules say, without candidates and termination cost."""
        rule = self.relay_rule(call.relay) if call.relay != "none" else None
        call = call._replace(relay="none")
        if rule is None:
            return self._plain(call)
        desk = self._desk
        if not rule.share_of_audio:
            plain = self._plain(call)
            return desk.interned(desk.free(rule), plain.state, plain.state_share, plain.per_call)
        plain = self._plain(call._replace(medium="audio"))
        federal, state = desk.relayed(plain.federal, rule), desk.relayed(plain.state, rule)
        return desk.interned(federal, state, plain.state_share, plain.per_call)

    def _plain(self, call: CallKind) -> Ruling:
        found = self._found.get(call)
        if found is None:
            if call.jurisdiction == "mixed":
                found = self._mixed(
                    *(self._plain(call._replace(jurisdiction=one)) for one in call.asked)
                )
            else:
                found = self._single(call)
            self._found[call] = found
        return found

    def _single(self, call: CallKind) -> Ruling:
        desk = self._desk
        federal: Ceiling | None = None
        for row in fitting(self.rows.ceilings, call):
            if row.cap is not None:
                made = desk.federal(row, call.jurisdiction == "international")
                federal = lower(federal, made)
        state: Ceiling | None = None
        share: StateShare | None = None
        for entry in fitting(self.rows.states, call):
            if entry.legal_nature == "statute_cost_share":
                found = desk.share(entry)
                share = found if share is None or found.share > share.share else share
            elif entry.cap is not None:
                state = lower(state, desk.state(entry))
        barred = next((row for row in fitting(self.rows.per_call, call) if row.barred), None)
        bar = None if barred is None else desk.bar(barred)
        return desk.interned(federal, state, share, bar)

    def _mixed(self, first: Ruling, second: Ruling) -> Ruling:
        """Take the lower ceilings, a bar if either bars, and a share only if both have one."""
        share: StateShare | None = None
        if first.state_share is not None and second.state_share is not None:
            share = min(first.state_share, second.state_share, key=lambda one: one.share)
        return self._desk.interned(
            lower(first.federal, second.federal),
            lower(first.state, second.state),
            share,
            first.per_call or second.per_call,
        )


def fitting(rows: Iterable[AnyRow], call: CallKind) -> list[AnyRow]:
    """Return the rows that concern a kind of call and are not replaced.

    Source
    ------
    own.
    """
    return standing(row for row in rows if call_misfit(row, call) is None)


class Desk:
    """Rows that concern one facility; equal answers are one object.

    Parameters
    ----------
    rows : Rows
        Those that are believed.
    profile : Profile
    """

    def __init__(self, rows: Rows, profile: Profile) -> None:
        self.profile = profile
        self.misfits = {id(row): profile_misfit(row, profile) for row in rows.every}
        self.rows = rows.where(lambda row: self.misfits[id(row)] is None)
        self._made: dict[object, Ceiling | StateShare | PerCallBar] = {}
        self._same: dict[object, Ceiling | StateShare | PerCallBar] = {}
        self._rulings: dict[tuple[int, int, int, int], Ruling] = {}

    def on(self, day: date) -> Day:
        """Return the rows in force on a day."""
        return Day(self, self.rows.where(lambda row: row.in_force(day)))

    def interned(
        self,
        federal: Ceiling | None,
        state: Ceiling | None,
        share: StateShare | None,
        bar: PerCallBar | None,
    ) -> Ruling:
        """Return the one ruling that has these parts, which are interned themselves."""
        key = (id(federal), id(state), id(share), id(bar))
        found = self._rulings.get(key)
        if found is None:
            found = self._rulings[key] = Ruling(federal, state, share, bar)
        return found

    def federal(self, row: CeilingRow, international: bool) -> Ceiling:
        """Return what a federal row allows this facility."""
        return self._once(
            ("federal", id(row), international),
            lambda: federal_ceiling(row, self.profile, international=international),
        )

    def state(self, row: StateRow) -> Ceiling:
        """Return what a state row allows."""
        return self._once(("state", id(row)), lambda: state_ceiling(row))

    def free(self, row: RelayRow) -> Ceiling:
        """Return the ceiling of 0 of a relay rule."""
        return self._once(("free", id(row)), lambda: Ceiling.free(row))

    def relayed(self, ceiling: Ceiling | None, row: RelayRow) -> Ceiling | None:
        """Return the part of a ceiling that a relay rule leaves."""
        if ceiling is None:
            return None
        return self._once(("relay", id(ceiling), id(row)), lambda: ceiling.under_relay(row))

    def share(self, row: StateRow) -> StateShare:
        """Return the share that a state row makes the state pay."""
        return self._once(
            ("share", id(row)),
            lambda: StateShare(
                share=Fraction(row.state_paid_share),
                source=row.regime,
                citation=row.citation,
                confidence=row.confidence,
                effective_from=row.effective_from,
                effective_to=row.effective_to,
            ),
        )

    def bar(self, row: PerCallRow) -> PerCallBar:
        """Return the bar that a row sets on per-call charges."""
        return self._once(
            ("bar", id(row)),
            lambda: PerCallBar(
                source=row.regime,
                citation=row.citation,
                confidence=row.confidence,
                effective_from=row.effective_from,
                effective_to=row.effective_to,
            ),
        )

    def _once(self, key: tuple[object, ...], make: Callable[[], Thing]) -> Thing:
        """Make a thing the first time; things of equal value are one object."""
        made = self._made.get(key)
        if made is None:
            fresh = make()
            made = self._made[key] = self._same.setdefault(fresh, fresh)
        return cast(Thing, made)
