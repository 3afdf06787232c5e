"""A running call and the purses that pay it, while time runs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Final

from securecall.ledger.curve import PriceCurve, final_micros

__all__ = ["FOREVER_MS", "Meter", "Purse"]

FOREVER_MS: Final = 1 << 62
SECOND_MS: Final = 1000
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
        self.takings: list[list[Any]] = []
        self.by_second: list[tuple[int, int]] = []
        self.ended_ms: int | None = None
        self.reason = ""
        self.weight = 1
        self.due_ms = start_ms

    def restore(self, bought_ms: int, charged_micros: int) -> None:
        """Put it where it was."""
        self.bought_ms, self.charged_micros = bought_ms, charged_micros
        self.arm()

    def arm(self) -> None:
        """Find when the next thing falls due."""
        due = self.bought_ms
        if self.limit_ms is not None and self.limit_ms < due:
            due = self.limit_ms
        self.due_ms = self.start_ms + due

    @property
    def in_seconds(self) -> bool:
        """Whether it is inside an increment that is sold by the second."""
        return bool(self.by_second) and self.bought_ms < self.by_second[-1][1]

    def payer(self) -> tuple[Purse, int]:
        """Return who pays the next increment that costs anything, and what those before it hold.

        That is the most that one of them holds: what costs no more is paid by it. Where nobody can
        pay that increment it is the first purse; where an increment may be split, the first that
        has something.
        """
        price = 0 if self.split or len(self.purses) == 1 else self._next_price()
        held = 0
        for purse in self.purses:
            funds = purse.funds_micros
            if funds and funds >= price:
                return purse, held
            held = max(held, funds)
        return self.purses[0], 0

    def _next_price(self) -> int:
        """Return what the next increment that costs anything costs; 0 if none ever does."""
        try:
            price = self.curve.total_micros(self.curve.next(self.bought_ms)) - self.charged_micros
            if price == 0:
                free_ms = self.curve.reach_micros(self.charged_micros)
                if free_ms is None:
                    return 0
                # Where increments are sold by the second it may end inside the one that costs.
                after_ms = self.curve.next(free_ms)
                price = self.curve.total_micros(after_ms) - self.charged_micros
        except OverflowError:
            return _PRICE_MAX
        return price

    def pay(self, price_micros: int) -> bool:
        """Take a price if it can be paid by the law; say whether."""
        if price_micros == 0:
            return True
        if not self.split:
            for purse in self.purses:
                if purse.funds_micros >= price_micros:
                    self.take(purse, price_micros)
                    return True
            return False
        if sum(purse.funds_micros for purse in self.purses) < price_micros:
            return False
        for purse in self.purses:
            part = min(purse.funds_micros, price_micros)
            if part:
                self.take(purse, part)
                price_micros -= part
        return True

    def take(self, purse: Purse, amount_micros: int) -> None:
        """Take an amount from a purse."""
        purse.take(amount_micros)
        self.charged_micros += amount_micros
        if self.takings and self.takings[-1][0] is purse:
            self.takings[-1][1] += amount_micros
        else:
            self.takings.append([purse, amount_micros])

    def give_back(self, amount_micros: int) -> None:
        """Undo takings, the last first."""
        self.charged_micros -= amount_micros
        while amount_micros:
            purse, taken = self.takings[-1]
            part = min(amount_micros, taken)
            purse.take(-part)
            amount_micros -= part
            if part == taken:
                self.takings.pop()
            else:
                self.takings[-1][1] = taken - part

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
        """Return the time bought by a call that ends at an elapsed time: what began by then."""
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
        self.arm()
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
