"""Which fees stand between a payment and an account, in order, and what the rules leave of them."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Final

from securecall import _fees
from securecall.errors import BuildError
from securecall.money import AMOUNT_MICROS_MAX, MICROS_PER_DOLLAR, MODES
from securecall.rating.contract import Document, Facility, Fee
from securecall.rating.zones import Zone, load_zone
from securecall.regulation import FeeRule, Rules
from securecall.regulation.row import FeeRow, edges

__all__ = [
    "OF_DEPOSIT",
    "OF_NOTHING",
    "OF_RUNNING",
    "Applied",
    "Calendar",
    "FeeBook",
    "FeeStack",
    "rule_channel",
]

ENGINE_VERSION: Final = 1
CENT: Final = 10_000
DAY_MS: Final = 86_400_000
SHORT_MAX: Final = 1 << 61  # below it a division's result still fits when the unit is put back
_EPOCH: Final = date(1970, 1, 1)

OF_DEPOSIT: Final = -1
OF_RUNNING: Final = -2
OF_NOTHING: Final = -3  # an earlier fee that does not apply

#: Ways of paying that the rules of 2023 tell apart. Any other word, "phone" say, could be either:
#: the stricter holds.
CHANNELS: Final = {
    "app": "automated",
    "automated": "automated",
    "ivr": "automated",
    "kiosk": "automated",
    "web": "automated",
    "agent": "live_agent",
    "live_agent": "live_agent",
    "operator": "live_agent",
}
_UNRULED: Final = FeeRule("", "no_rule", None, "", 'the facility has regulation = "none"', "high")


def rule_channel(channel: str) -> str | None:
    """Return automated or live_agent, as the rules call a channel; None if it could be either.

    Source
    ------
    47 CFR 64.6020 (FCC 22-76): transfers and single calls, by whether a live agent takes part.

    Examples
    --------
    >>> rule_channel("ivr"), rule_channel("agent"), rule_channel("phone")
    ('automated', 'live_agent', None)
    """
    return CHANNELS.get(channel)


@dataclass(frozen=True, slots=True)
class Applied:
    """One fee in its place in a stack, with what regulation makes of it.

    Attributes
    ----------
    fee : Fee
    base : int
        The place of an earlier fee, or one of ``OF_DEPOSIT``, ``OF_RUNNING``, ``OF_NOTHING``.
    added : bool
        Whether it is paid on top.
    cap : int or None
        Micro-dollars; 0 where it is forbidden, None where nothing bounds it.
    rule : FeeRule
    """

    fee: Fee
    base: int
    added: bool
    cap: int | None
    rule: FeeRule

    def row(self) -> tuple[int, ...]:
        """Return the fee as the engine takes it."""
        fee, unit = self.fee, self.fee.rounding.unit_micros
        share = fee.percent / 100
        flat, divisor = fee.flat * share.denominator, share.denominator * unit
        short = -1
        if flat < SHORT_MAX and divisor < SHORT_MAX:
            # A share of nothing is 0 of any base.
            short = min((SHORT_MAX - 1 - flat) // max(share.numerator, 1), (1 << 60) - 1)
        return (
            fee.flat, share.numerator, share.denominator, unit,
            -1 if self.cap is None else self.cap, self.base, MODES.index(fee.rounding.mode),
            int(self.added), short, flat if short >= 0 else 0, divisor if short >= 0 else 0,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class FeeStack:
    """The fees of one kind of payment at one time, in order."""

    fees: tuple[Applied, ...]
    engine: _fees.Stack


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """Stacks by time; each holds from its instant to the next one's.

    Attributes
    ----------
    starts_ms : tuple of int
        UTC epoch milliseconds; the first is 0.
    stacks : tuple of FeeStack
    """

    starts_ms: tuple[int, ...]
    stacks: tuple[FeeStack, ...]

    def at(self, instant_ms: int) -> FeeStack:
        """Return the stack in force at an instant of 0 or more."""
        return self.stacks[bisect_right(self.starts_ms, instant_ms) - 1]


class FeeBook:
    """The fees of a tariff under the rules of their dates; works calendars out when first asked.

    Nothing that it keeps depends on who asked first, so threads may share it.

    Parameters
    ----------
    document : Document
    rules : Rules
    """

    def __init__(self, document: Document, rules: Rules) -> None:
        if _fees.VERSION != ENGINE_VERSION:
            raise BuildError(f"the fee engine is of version {_fees.VERSION}, not {ENGINE_VERSION}")
        self.fees = document.fees
        self.rules = rules
        self.facilities = {facility.id: facility for facility in document.facilities}
        self.methods = frozenset(word for fee in self.fees for word in fee.methods or ())
        self.channels = frozenset(word for fee in self.fees for word in fee.channels or ())
        rows = [row for row in rules.rows if isinstance(row, FeeRow)]
        self._days = edges(rows)
        self._named = frozenset(name for row in rows for name in row.facility)
        self._by_words: dict[tuple[str, ...], Calendar] = {}
        self._calendars: dict[tuple[object, ...], Calendar] = {}
        self._stacks: dict[tuple[Applied, ...], FeeStack] = {}
        self._rulings: dict[tuple[object, ...], FeeRule] = {}

    def method_class(self, method: str) -> str:
        """Return the method if a fee names it; no fee tells the others apart."""
        return method if method in self.methods else ""

    def channel_class(self, channel: str) -> str:
        """Return the channel if a fee names it, else one word for all that the rules call alike."""
        return channel if channel in self.channels else f"any {rule_channel(channel)}"

    def calendar(
        self,
        facility: str,
        method: str,
        channel: str,
        *,
        jurisdiction: str = "mixed",
        single_call: bool = False,
    ) -> Calendar:
        """Return the stacks of one kind of payment.

        Parameters
        ----------
        facility : str
            Id of a facility of the tariff.
        method, channel : str
        jurisdiction : str
            ``mixed`` for a deposit, which pays for any call (47 CFR 64.6000(u)).
        single_call : bool
            Take only fees of kind ``single_call``, all of them on top; otherwise all but those.
        """
        key = (
            facility, self.method_class(method), self.channel_class(channel),
            jurisdiction, "single" if single_call else "",
        )  # fmt: skip
        found = self._by_words.get(key)
        if found is None:
            place = self.facilities[facility]
            fees = tuple(
                index
                for index, fee in enumerate(self.fees)
                if (fee.kind == "single_call") == single_call
                and (fee.facilities is None or facility in fee.facilities)
                and (fee.methods is None or method in fee.methods)
                and (fee.channels is None or channel in fee.channels)
            )
            by = rule_channel(channel)
            # Words that let the same fees through share a calendar.
            alike = (facility, fees, by if fees else None, jurisdiction, single_call)
            found = self._calendars.get(alike)
            if found is None:
                found = self._calendar(place, fees, by, jurisdiction, single_call)
                found = self._calendars.setdefault(alike, found)
            self._by_words[key] = found
        return found

    def _calendar(
        self,
        facility: Facility,
        fees: tuple[int, ...],
        channel: str | None,
        jurisdiction: str,
        single_call: bool,
    ) -> Calendar:
        zone = load_zone(facility.timezone)
        periods = {index: _period(self.fees[index], zone) for index in fees}
        cuts = {0, *(cut for period in periods.values() for cut in period if cut is not None)}
        if facility.regulated and fees:
            cuts.update(cut for day in self._days for cut in _midnights(zone, day))
        starts: list[int] = []
        stacks: list[FeeStack] = []
        for cut in sorted(cut for cut in cuts if cut >= 0):
            day = _EPOCH + timedelta(days=(cut + zone.offset_ms(cut)) // DAY_MS)
            applied: list[Applied] = []
            places: dict[str, int] = {}
            for index in fees:
                begins, ends = periods[index]
                if (begins is None or begins <= cut) and (ends is None or cut < ends):
                    fee = self.fees[index]
                    rule = _UNRULED
                    if facility.regulated:
                        rule = self._ruling(fee.kind, day, facility, channel, jurisdiction)
                    added = single_call or fee.mode == "add"
                    applied.append(Applied(fee, _base(fee, places), added, _cap(rule, added), rule))
                    places[fee.id] = len(places)
            stack = self._stack(tuple(applied))
            if not stacks or stacks[-1] is not stack:
                starts.append(cut)
                stacks.append(stack)
        return Calendar(tuple(starts), tuple(stacks))

    def _stack(self, applied: tuple[Applied, ...]) -> FeeStack:
        # Rules that say the same are equal, so that a stack that did not change is found again.
        known = self._stacks.get(applied)
        if known is None:
            rows = array("q", (number for one in applied for number in one.row()))
            known = self._stacks.setdefault(applied, FeeStack(applied, _fees.Stack(rows)))
        return known

    def _ruling(
        self, kind: str, day: date, facility: Facility, channel: str | None, jurisdiction: str
    ) -> FeeRule:
        name = facility.id if facility.id in self._named else None
        key = (kind, day, facility.kind, facility.adp, facility.state, name, channel, jurisdiction)
        found = self._rulings.get(key)
        if found is None:
            assert facility.kind is not None, "a regulated facility has a kind"
            found = self.rules.fee_rule(
                kind,
                day,
                facility_kind=facility.kind,
                adp=facility.adp,
                state=facility.state,
                channel=channel,
                jurisdiction=jurisdiction,
                facility=name,
            )
            if not found.source:  # its text names the day, which is only the first of many here
                found = replace(found, citation=f"no rule found for {kind}")
            self._rulings[key] = found
        return found


def _period(fee: Fee, zone: Zone) -> tuple[int | None, int | None]:
    """Return from when on and before when a fee is in force at a facility; None is no bound."""
    begins = None if fee.effective_from is None else zone.first_instant_ms(fee.effective_from)
    ends = None if fee.effective_to is None else zone.first_instant_ms(fee.effective_to)
    return begins, ends


def _midnights(zone: Zone, day: date) -> Iterator[int]:
    """Yield every instant at which the wall clock may pass the beginning of a day, either way.

    A clock that is set back across midnight passes it twice: the day before comes again. What the
    clock shows at each of them is looked at by the caller, so that too many do no harm.
    """
    wall = datetime(day.year, day.month, day.day, tzinfo=UTC)
    wall_ms = int(wall.timestamp()) * 1000
    first = max(bisect_right(zone.begins_ms, wall_ms - 2 * DAY_MS) - 1, 0)
    for begins, offset in zip(zone.begins_ms[first:], zone.offsets_ms[first:], strict=True):
        if begins > wall_ms + 2 * DAY_MS:
            break
        yield begins
        yield wall_ms - offset


def _base(fee: Fee, places: dict[str, int]) -> int:
    if fee.base == "deposit":
        return OF_DEPOSIT
    if fee.base == "running":
        return OF_RUNNING
    return places.get(fee.base, OF_NOTHING)


def _cap(rule: FeeRule, added: bool) -> int | None:
    """Return what a fee may be at most, micro-dollars; None where the rules do not say."""
    if rule.forbidden:
        return 0
    if rule.cap is None:
        return None
    cap = min(int(Fraction(rule.cap) * MICROS_PER_DOLLAR), AMOUNT_MICROS_MAX)
    # What is paid on top is whole cents, since a payment is; a finer cap is met from below.
    return cap - cap % CENT if added else cap
