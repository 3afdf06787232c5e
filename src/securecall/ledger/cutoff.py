"""The exact instant at which money ends, for one call or many on any number of accounts.

A `Purse` is what an account can still spend, a `Meter` is a running call. `advance` walks them to
an instant by the charging law, or as far as they go, and leaves in each meter what it bought, what
it took from which purse, and where and why it ended. It reads no clock and no store: the same
purses and meters always end at the same instants.

Two moves alternate. A *leap* gives each meter a share of the purse that pays it and moves all of
them to just before the first instant at which a share is used up. Shares of a purse add up to no
more than the purse, so every increment passed could be paid, whatever the order. Where purses
before it still hold something, the leap ends before the first increment that one of them could
pay. A *step* does one instant by the letter of the law, oldest call first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from securecall.ledger.curve import PriceCurve, final_micros
from securecall.ledger.meter import FOREVER_MS, Meter, Purse

__all__ = ["FOREVER_MS", "Meter", "Purse", "advance", "boundary", "cutoffs"]

_NO_EDGE_MS: Final = FOREVER_MS + 1
# With a spending limit that refills, a call that outlasts this many periods' worth never ends.
_REFILLS_MS_MAX: Final = 400 * 86_400_000
# A leap costs about as much as this many steps.
_PATIENCE_STEPS: Final = 24


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
            if any(each.weight != 1 for each in live):
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
    found = [each.payer() for each in live]
    payers = [payer for payer, _ in found]
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
            reach = boundary(each.curve, each.bought_ms, reach)
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
    for each, (_, held) in zip(live, found, strict=True):
        if held:
            until_ms = _before_cheap(each, held, until_ms)
            if until_ms < due_ms:
                return ""
    for each, payer in zip(live, payers, strict=True):
        _buy_until(each, payer, until_ms)
    return _ALL if until_ms == last_ms else _SOME


def _before_cheap(each: Meter, held_micros: int, until_ms: int) -> int:
    """Return until when no increment begins that a purse before the payer's could pay."""
    look = getattr(each.curve, "cheap_micros", None)
    if look is None:
        return -1  # such a curve cannot tell, so that its increments are walked
    elapsed = until_ms - each.start_ms + 1
    if each.limit_ms is not None:
        elapsed = min(elapsed, each.limit_ms)
    cheap = look(held_micros, each.bought_ms, elapsed)
    return until_ms if cheap is None else min(until_ms, each.start_ms + int(cheap) - 1)


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
            each.take(payer, price)
        each.bought_ms = bought
    else:
        each.weight = 1
    if limit is not None and elapsed >= limit:
        each.end(each.start_ms + limit, "limit")
    else:
        each.arm()


def boundary(curve: PriceCurve, low_ms: int, reach_ms: int) -> int:
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
