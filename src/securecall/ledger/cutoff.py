"""The exact instant at which money ends, for one call or many on any number of accounts.

A `Purse` is what an account can still spend, a `Meter` is a running call. `advance` walks them to
an instant by the charging law, or as far as they go, and leaves in each meter what it bought, what
it took from which purse, and where and why it ended. It reads no clock and no store: the same
purses and meters always end at the same instants.

Two moves alternate. A *leap* gives each meter a share of the purse that pays it and moves all of
them to just before the first instant at which a share is used up. Shares of a purse add up to no
more than the purse, so every increment passed could be paid, whatever the order. A *step* does one
instant by the letter of the law, oldest call first.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from securecall.ledger.curve import PriceCurve, final_micros

__all__ = ["FOREVER_MS", "Meter", "Purse", "advance", "cutoffs"]

FOREVER_MS: Final = 1 << 62
_NO_EDGE_MS: Final = FOREVER_MS + 1
# With a spending limit that refills, a call that outlasts this many periods' worth never ends.
_REFILLS_MS_MAX: Final = 400 * 86_400_000
SECOND_MS: Final = 1000
# A leap costs about as much as this many steps.
_PATIENCE_STEPS: Final = 24
_PRICE_MAX: Final = 1 << 62  # beyond any purse


class Purse:
    """What an account can still spend.

    Attributes
    ----------
    id : str
    room_micros : int
        Available; below 0 after a chargeback or under a lowered credit limit.
    left_micros : int or None
        What a spending limit leaves in its running period; None without one.
    refill : callable or None
        For an instant: where the next period of the spending limit begins.
    limit_micros : int
        The spending limit of a whole period.
    refill_ms : int
        Where the next period begins.

    Source
    ------
    own; charging law, rule 6.
    """

    __slots__ = ("id", "left_micros", "limit_micros", "refill", "refill_ms", "room_micros")

    def __init__(self, id: str, room_micros: int) -> None:
        self.id = id
        self.room_micros = room_micros
        self.left_micros: int | None = None
        self.limit_micros = 0
        self.refill: Callable[[int], int] | None = None
        self.refill_ms = FOREVER_MS

    @property
    def funds_micros(self) -> int:
        """What may be taken now; 0 or more."""
        room = self.room_micros
        if self.left_micros is not None and self.left_micros < room:
            room = self.left_micros
        return room if room > 0 else 0

    def take(self, amount_micros: int) -> None:
        """Take from it; a negative amount comes back."""
        self.room_micros -= amount_micros
        if self.left_micros is not None:
            self.left_micros -= amount_micros

    def copy(self) -> Purse:
        """Return another one like it."""
        other = Purse(self.id, self.room_micros)
        other.left_micros, other.limit_micros = self.left_micros, self.limit_micros
        other.refill, other.refill_ms = self.refill, self.refill_ms
        return other


class Meter:
    """A running call.

    Attributes
    ----------
    id : str
    order : tuple
        Calls of an instant go by it: (start, order of arrival).
    curve : PriceCurve
    start_ms : int
        An instant; the other times count from it.
    purses : list of Purse
        Who pays, in order.
    split : bool
        Whether an increment may be paid by several, drained in order.
    limit_ms : int or None
        The maximum duration.
    bought_ms, charged_micros : int
    takings : list of [Purse, int]
        Who paid what, in order; neighbours of one purse are one.
    by_second : list of (int, int)
        Increments sold by the second: where they begin and naturally end.
    ended_ms : int or None
        An instant.
    reason : str
        ``balance`` or ``limit`` when it ended here.
    """

    __slots__ = (
        "bought_ms",
        "by_second",
        "charged_micros",
        "curve",
        "due_ms",
        "ended_ms",
        "id",
        "limit_ms",
        "order",
        "purses",
        "reason",
        "split",
        "start_ms",
        "takings",
        "weight",
    )  # fmt: skip

    def __init__(
        self,
        id: str,
        curve: PriceCurve,
        start_ms: int,
        purses: Sequence[Purse],
        *,
        order: tuple[int, int] | None = None,
        split: bool = False,
        limit_ms: int | None = None,
    ) -> None:
        self.id = id
        self.curve = curve
        self.start_ms = start_ms
        self.order = (start_ms, 0) if order is None else order
        self.purses = list(purses)
        self.split = split
        self.limit_ms = limit_ms
        self.bought_ms = 0
        self.charged_micros = 0
        self.takings: list[list[object]] = []
        self.by_second: list[tuple[int, int]] = []
        self.ended_ms: int | None = None
        self.reason = ""
        self.weight = 1
        self.due_ms = start_ms

    def restore(self, bought_ms: int, charged_micros: int) -> None:
        """Put it where it was."""
        self.bought_ms, self.charged_micros = bought_ms, charged_micros
        self._arm()

    def _arm(self) -> None:
        due = self.bought_ms
        if self.limit_ms is not None and self.limit_ms < due:
            due = self.limit_ms
        self.due_ms = self.start_ms + due

    @property
    def in_seconds(self) -> bool:
        """Whether it is inside an increment that is sold by the second."""
        return bool(self.by_second) and self.bought_ms < self.by_second[-1][1]

    def first(self) -> Purse:
        """Return the first purse that has anything; else the first."""
        for purse in self.purses:
            if purse.funds_micros:
                return purse
        return self.purses[0]

    def pay(self, price_micros: int) -> bool:
        """Take a price if it can be paid by the law; say whether."""
        if price_micros == 0:
            return True
        if not self.split:
            for purse in self.purses:
                if purse.funds_micros >= price_micros:
                    self._take(purse, price_micros)
                    return True
            return False
        if sum(purse.funds_micros for purse in self.purses) < price_micros:
            return False
        for purse in self.purses:
            part = min(purse.funds_micros, price_micros)
            if part:
                self._take(purse, part)
                price_micros -= part
        return True

    def _take(self, purse: Purse, amount_micros: int) -> None:
        purse.take(amount_micros)
        self.charged_micros += amount_micros
        if self.takings and self.takings[-1][0] is purse:
            self.takings[-1][1] += amount_micros  # type: ignore[operator]
        else:
            self.takings.append([purse, amount_micros])

    def give_back(self, amount_micros: int) -> None:
        """Undo takings, the last first."""
        self.charged_micros -= amount_micros
        while amount_micros:
            purse, taken = self.takings[-1]
            part = min(amount_micros, taken)  # type: ignore[type-var, call-overload]
            purse.take(-part)  # type: ignore[attr-defined]
            amount_micros -= part
            if part == taken:
                self.takings.pop()
            else:
                self.takings[-1][1] = taken - part  # type: ignore[operator]

    def end(self, now_ms: int, reason: str) -> None:
        """End it; where the charge is by actual time, what is too much goes back."""
        self.ended_ms, self.reason = now_ms, reason
        due = final_micros(self.curve, self.bought_ms, now_ms - self.start_ms)
        if due < self.charged_micros:
            self.give_back(self.charged_micros - due)

    def hang_up(self, now_ms: int, reason: str, *, late: bool = False) -> None:
        """End it by an operation, at or before what it has bought.

        What it bought is owed; but a call that ends as it starts owes nothing, and one whose end
        is reported late owes only what began before that end.
        """
        elapsed = now_ms - self.start_ms
        bought = self.owed_ms(elapsed) if late or elapsed <= 0 else self.bought_ms
        if bought < self.bought_ms:
            self.bought_ms = bought
            total = self.curve.total_micros(bought) if bought else 0
            self.give_back(self.charged_micros - total)
        self.end(now_ms, reason)

    def owed_ms(self, elapsed_ms: int) -> int:
        """Return the time bought by a call that ends at an elapsed time; nothing new begins then."""
        if elapsed_ms <= 0:
            return 0
        place = bisect_right(self.by_second, (elapsed_ms - 1, FOREVER_MS)) - 1
        if place >= 0:
            begins, ends = self.by_second[place]
            if begins < elapsed_ms <= ends:
                pieces = -(-(elapsed_ms - begins) // SECOND_MS)
                return min(begins + pieces * SECOND_MS, ends)
        return min(self.curve.next(elapsed_ms - 1), self.bought_ms)

    def step(self, now_ms: int) -> None:
        """Do what falls due at this instant: end by the limit, buy, or end by the balance."""
        if self.limit_ms is not None and now_ms - self.start_ms >= self.limit_ms:
            self.end(now_ms, "limit")
            return
        begins = self.bought_ms
        if self.in_seconds:
            after = min(begins + SECOND_MS, self.by_second[-1][1])
            if not self._buy(after):
                self.end(now_ms, "balance")
            return
        natural_end = self.curve.next(begins)
        if self._buy(natural_end):
            return
        if getattr(self.curve, "prorate", False) and natural_end - begins > SECOND_MS:
            if self._buy(begins + SECOND_MS):
                self.by_second.append((begins, natural_end))
                return
        self.end(now_ms, "balance")

    def _buy(self, after_ms: int) -> bool:
        try:
            price = self.curve.total_micros(after_ms) - self.charged_micros
        except OverflowError:
            price = _PRICE_MAX  # more than any account holds
        if not self.pay(price):
            return False
        self.bought_ms = after_ms
        self._arm()
        return True

    def copy(self, purses: dict[int, Purse]) -> Meter:
        """Return another one like it, on copies of its purses."""
        other = Meter(
            self.id, self.curve, self.start_ms, [purses[id(purse)] for purse in self.purses],
            order=self.order, split=self.split, limit_ms=self.limit_ms,
        )  # fmt: skip
        other.takings = [[purses[id(purse)], amount] for purse, amount in self.takings]
        other.by_second = list(self.by_second)
        other.ended_ms, other.reason = self.ended_ms, self.reason
        other.restore(self.bought_ms, self.charged_micros)
        return other


def advance(meters: Iterable[Meter], last_ms: int) -> None:
    """Do everything that falls due up to an instant, that instant included.

    Parameters
    ----------
    meters : iterable of Meter
        Those that ended already are left alone.
    last_ms : int
        An instant, or `FOREVER_MS`: as far as they go. A meter that then has not ended never does.

    Source
    ------
    own; charging law, rules 5 to 8; derivation in docs/ledger.md.
    """
    live = sorted((each for each in meters if each.ended_ms is None), key=lambda each: each.order)
    patience = 0
    while live:
        due_ms = min([each.due_ms for each in live])
        if due_ms > last_ms:
            return
        edge_ms = _refill(live, due_ms)
        if last_ms == FOREVER_MS and edge_ms < _NO_EDGE_MS:
            if due_ms - live[-1].start_ms > _REFILLS_MS_MAX:
                return
        if patience == 0:
            found = _leap(live, due_ms, min(last_ms, edge_ms - 1))
            if found:
                live = [each for each in live if each.ended_ms is None]
                if found is _ALL and edge_ms > last_ms:
                    return
                continue
            if any([each.weight != 1 for each in live]):
                for each in live:
                    each.weight = 1  # shares by what was spent last did not help: equal ones
                continue
            patience = _PATIENCE_STEPS if len(live) > 1 or len(live[0].purses) > 1 else 1
        patience -= 1
        for each in live:
            if each.due_ms == due_ms:
                each.step(due_ms)
        live = [each for each in live if each.ended_ms is None]


_ALL: Final = "all"
_SOME: Final = "some"


def _refill(live: list[Meter], now_ms: int) -> int:
    """Begin the periods of spending limits that have come; return where the next one begins."""
    edge_ms = _NO_EDGE_MS
    for each in live:
        for purse in each.purses:
            if purse.refill is None:
                continue
            while purse.refill_ms <= now_ms:
                purse.left_micros = purse.limit_micros
                purse.refill_ms = purse.refill(purse.refill_ms)
            edge_ms = min(edge_ms, purse.refill_ms)
    return edge_ms


def _leap(live: list[Meter], due_ms: int, last_ms: int) -> str:
    """Move all meters as far as their shares reach, at most to an instant; say how far that was."""
    for each in live:
        if each.in_seconds:
            return ""
    payers = [each.first() for each in live]
    weights: dict[int, int] = {}
    for each, payer in zip(live, payers, strict=True):
        weights[id(payer)] = weights.get(id(payer), 0) + each.weight
    until_ms = last_ms
    for each, payer in zip(live, payers, strict=True):
        whole = weights[id(payer)]
        share = payer.funds_micros
        if whole != each.weight:
            share = share * each.weight // whole
        reach = each.curve.reach_micros(each.charged_micros + share)
        if reach is None:
            if each.limit_ms is None:
                continue
            reach = FOREVER_MS
        elif reach and getattr(each.curve, "prorate", False):
            reach = _boundary(each.curve, each.bought_ms, reach)
        if each.limit_ms is not None and reach >= each.limit_ms:
            if len(live) > 1 and _gives_back(each):
                until_ms = min(until_ms, each.start_ms + each.limit_ms - 1)
                if until_ms < due_ms:
                    return ""
            continue
        ends_ms = each.start_ms + reach - 1
        if ends_ms < until_ms:
            until_ms = ends_ms
            if until_ms < due_ms:
                return ""
    for each, payer in zip(live, payers, strict=True):
        _buy_until(each, payer, until_ms)
    return _ALL if until_ms == last_ms else _SOME


def _gives_back(each: Meter) -> bool:
    """Say whether the end by the maximum duration returns money, which others may then use."""
    assert each.limit_ms is not None
    bought = each.curve.bought(each.limit_ms - 1)
    total = each.curve.total_micros(bought)
    return final_micros(each.curve, bought, each.limit_ms) < total


def _buy_until(each: Meter, payer: Purse, until_ms: int) -> None:
    """Buy all that falls due up to an instant; it can be paid."""
    elapsed = until_ms - each.start_ms
    limit = each.limit_ms
    if limit is not None and elapsed >= limit:
        bought = each.curve.bought(limit - 1)
    elif until_ms == FOREVER_MS:
        return  # it never ends
    else:
        bought = each.curve.bought(elapsed) if elapsed >= 0 else 0
    if bought > each.bought_ms:
        price = each.curve.total_micros(bought) - each.charged_micros
        each.weight = 1 + price
        if price:
            each._take(payer, price)
        each.bought_ms = bought
    else:
        each.weight = 1
    if limit is not None and elapsed >= limit:
        each.end(each.start_ms + limit, "limit")
    else:
        each._arm()


def _boundary(curve: PriceCurve, low_ms: int, reach_ms: int) -> int:
    """Return the last whole boundary at or before a reach that may end inside an increment."""
    ends_ms = curve.next(reach_ms)
    if curve.next(reach_ms - 1) < ends_ms:
        return reach_ms
    # The smallest time whose increment ends there is where it begins.
    low, high = low_ms, reach_ms
    while low < high:
        middle = (low + high) // 2
        if curve.next(middle) == ends_ms:
            high = middle
        else:
            low = middle + 1
    return low


def cutoffs(meters: Sequence[Meter]) -> dict[str, tuple[int | None, str]]:
    """Return where and why each running meter will end if nothing else happens; changes nothing.

    Returns
    -------
    dict of str to (int or None, str)
        The instant and ``balance`` or ``limit``; (None, "") for one that never ends.

    Source
    ------
    own; charging law, "Cutoff is solved, not polled".
    """
    live = [each for each in meters if each.ended_ms is None]
    if len(live) == 1 and len(live[0].purses) == 1 and live[0].purses[0].refill is None:
        return {live[0].id: _alone(live[0])}
    purses: dict[int, Purse] = {}
    for each in live:
        for purse in each.purses:
            if id(purse) not in purses:
                purses[id(purse)] = purse.copy()
    copies = [each.copy(purses) for each in live]
    advance(copies, FOREVER_MS)
    return {each.id: (each.ended_ms, each.reason) for each in copies}


def _alone(meter: Meter) -> tuple[int | None, str]:
    """Return where one call on one account ends: the closed form."""
    funds = meter.purses[0].funds_micros
    reach = meter.curve.reach_micros(meter.charged_micros + funds)
    limit = meter.limit_ms
    if limit is not None and (reach is None or reach >= limit):
        return meter.start_ms + limit, "limit"
    if reach is None:
        return None, ""
    return meter.start_ms + reach, "balance"
