"""Charts of a day: attempts by hour, live calls, endings, and accounts that burn down."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from securecall.calls.day.result import DayResult
from securecall.calls.day.setting import HOUR_MS, DaySetting
from securecall.calls.day.tally import BIN_MS, Burn
from securecall.calls.ending import ENDINGS
from securecall.fraud.bench.page.plot import Axis, Plot, ticks
from securecall.fraud.bench.page.style import colour

__all__ = [
    "OUTCOMES", "PHASES", "burn_down", "by_hour", "endings", "eventful", "live_calls",
    "local_hour",
]  # fmt: skip

OPENS: Final = 6
#: What became of attempts, with their words; the place is the colour.
OUTCOMES: Final = (
    ("talked", "accepted and talked"), ("not_accepted", "placed, not accepted"),
    ("denied", "refused by the gate"),
)  # fmt: skip
PHASES: Final = (
    ("talking", "while talking"), ("before", "before acceptance"), ("denied", "by the gate"),
    ("any", "in any of them"),
)  # fmt: skip
BURNS: Final = 6
#: So much is shown before a cutoff, and after it.
BEFORE_MS: Final = 25 * 60_000
AFTER_MS: Final = 5 * 60_000
ROW: Final = 19


def local_hour(setting: DaySetting, at_ms: int) -> float:
    """Return an instant as hours of the facility's clock; the day has no change of clocks in it."""
    return OPENS + (at_ms - setting.opens_ms) / HOUR_MS


def _hours(low: float, high: float) -> tuple[tuple[float, str], ...]:
    span = high - low
    step = next(
        (each for each in (1 / 60, 1 / 30, 1 / 12, 0.25, 0.5, 1.0, 2.0) if span / each <= 9), 4.0
    )
    first = -int(-low // step) * step
    first = first if first >= low else first + step
    found, at = [], first
    while at <= high + 1e-9:
        minutes = round(at * 60)
        found.append((at, f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"))
        at += step
    return tuple(found)


def by_hour(result: DayResult) -> str:
    """Return bars: attempts by hour of the clock, and what became of them."""
    hours = result.tally.hours
    first = min((hour for hour, _ in hours), default=0)
    last = max((hour for hour, _ in hours), default=0) + 1
    sums = [sum(hours[hour, what] for what, _ in OUTCOMES) for hour in range(first, last)]
    top = 1.08 * max([*sums, 1])
    low, high = float(OPENS + first), float(OPENS + last)
    told = "; ".join(
        f"{OPENS + hour:02d}:00: {sums[hour - first]} attempts, {hours[hour, 'talked']} talked"
        for hour in range(first, last)
    )
    plot = Plot(
        Axis(low, high, "by the facility's clock", ticks=_hours(low, high)),
        Axis(0, top, "", ticks=ticks(0, top, 5)), "Attempts by hour", told + ".",
        width=940, height=280,
    )  # fmt: skip
    for hour in range(first, last):
        at, floor = OPENS + hour, 0.0
        for place, (what, _) in enumerate(OUTCOMES):
            calls = hours[hour, what]
            if calls:
                plot.bar((at + 0.12, floor), (at + 0.88, floor + calls), colour(place))
            floor += calls
    return plot.svg()


def live_calls(result: DayResult) -> str:
    """Return how many calls were live over the day, with what staff ordered meanwhile."""
    setting, live = result.setting, result.tally.live
    last = max([*live, (setting.ends_ms - setting.opens_ms) // BIN_MS])
    high = OPENS + (last + 1) * BIN_MS / HOUR_MS
    low = min(OPENS + min([*live, 0]) * BIN_MS / HOUR_MS, float(OPENS))
    top = 1.15 * max([setting.lines, *live.values()])
    plot = Plot(
        Axis(low, high, "by the facility's clock", ticks=_hours(low, high)),
        Axis(0, top, "", ticks=ticks(0, top, 5)), "Live calls, the most in five minutes",
        f"At most {max(live.values(), default=0)} at once, of {setting.lines} lines. "
        + "; ".join(
            f"{what} from {local_hour(setting, begins):.2f} to {local_hour(setting, ends):.2f} h"
            for begins, ends, what in result.tally.orders
        ),
        width=940, height=250,
    )  # fmt: skip
    for n, (begins_ms, ends_ms, what) in enumerate(result.tally.orders):
        begins, ends = local_hour(setting, begins_ms), local_hour(setting, ends_ms)
        plot.bar((begins, 0), (ends, top), "var(--bad)", 0.22)
        plot.say((begins, top * (0.97 - 0.065 * (n % 2))), what.replace("_", " "), quiet=True)
    plot.stroke((low, setting.lines), (high, setting.lines), "var(--muted)", dashed=True)
    outline = []
    for place in range(min([*live, 0]), last + 1):
        at = OPENS + place * BIN_MS / HOUR_MS
        calls = float(live.get(place, 0))
        outline += [(at, calls), (at + BIN_MS / HOUR_MS, calls)]
    plot.band(outline, [(high, 0.0), (low, 0.0)][::-1], colour(0))
    plot.line(outline, colour(0), wide=1.4)
    return plot.svg()


def endings(result: DayResult) -> str:
    """Return bars: how calls ended, by reason."""
    found = result.tally.endings.most_common()
    found.sort(key=lambda each: (-each[1], each[0]))
    places = {phase: place for place, (phase, _) in enumerate(PHASES)}
    most = max((n for _, n in found), default=1)
    high = 1.1 * most
    rows = len(found)
    names = tuple((rows - n - 0.5, code) for n, (code, _) in enumerate(found))
    plot = Plot(
        Axis(0, high, "records", ticks=ticks(0, high)), Axis(0, float(max(rows, 1)), ticks=names),
        "How calls ended", "; ".join(f"{code}: {n}" for code, n in found) + ".",
        width=940, height=70 + ROW * rows, left=190.0,
    )  # fmt: skip
    for n, (code, calls) in enumerate(found):
        y = rows - n - 0.5
        place = places[ENDINGS[code].phase] if code in ENDINGS else 5
        plot.bar((0, y - 0.36), (calls, y + 0.36), colour(place))
        plot.say((calls + 0.006 * high, y - 0.18), f"{calls:,}", quiet=True)
    return plot.svg()


def _in_order(burn: Burn) -> Burn:
    """Return an account with its moves in order of time: a call's come when it has ended."""
    return replace(burn, moves=sorted(burn.moves, key=lambda each: each[0]))


def _focus(burn: Burn) -> tuple[int, int, int]:
    """Return how much there is to see about one of an account's cutoffs, and from when to when."""
    found = [(0, burn.moves[0][0], burn.moves[-1][0])]
    ends_ms = [*(cut_ms for cut_ms, _ in burn.cutoffs), *(cut_ms for _, cut_ms in burn.moved)]
    for cut_ms in ends_ms:
        near = [each for each in burn.moves if cut_ms - BEFORE_MS <= each[0] <= cut_ms + AFTER_MS]
        spent = sum(1 for _, _, what in near if what == "increment")
        if spent:
            kinds = {what for _, _, what in near}
            worth = 1 + 100 * ("deposit" in kinds) + min(spent, 80)
            found.append((worth, near[0][0], max(near[-1][0], cut_ms)))
    return max(found, key=lambda each: each[0])


def eventful(result: DayResult) -> list[Burn]:
    """Return the accounts of which there is most to see."""
    found = [_in_order(burn) for burn in result.burns.values() if burn.moves]
    found.sort(key=lambda burn: (-_focus(burn)[0], burn.account))
    moved = [burn for burn in found if burn.moved][: BURNS // 2]
    cut = [burn for burn in found if burn.cutoffs and burn not in moved]
    rest = [burn for burn in found if burn not in moved and burn not in cut]
    return [*moved, *cut, *rest][:BURNS]


def burn_down(result: DayResult, burn: Burn) -> str:
    """Return what was available on an account about the time at which its money ended a call."""
    setting = result.setting
    _, from_ms, to_ms = _focus(burn)
    moves = burn.moves
    start = burn.opening_micros + sum(amount for at_ms, amount, _ in moves if at_ms < from_ms)
    shown = [each for each in moves if from_ms <= each[0] <= to_ms]
    points, dots, after = [], [], start / 1e6
    for at_ms, amount_micros, what in shown:
        at = local_hour(setting, at_ms)
        points += [(at, after), (at, after + amount_micros / 1e6)]
        after += amount_micros / 1e6
        if what not in ("increment", "charge"):
            dots.append((at, after, what, amount_micros))
    low, high = local_hour(setting, from_ms), local_hour(setting, to_ms)
    room = max(0.06 * (high - low), 1 / 120)
    low, high = low - room, high + room
    points = [(low, start / 1e6), *points, (high, after)]
    values = [value for _, value in points]
    top, bottom = 1.25 * max([*values, 0.1]), 1.12 * min([*values, 0.0])
    plot = Plot(
        Axis(low, high, "", ticks=_hours(low, high)),
        Axis(bottom, top, "dollars", ticks=ticks(bottom, top, 5)), burn.account,
        f"The money ended {len(burn.cutoffs)} calls of this account. "
        + "; ".join(f"{what} {amount / 1e6:+.2f}" for _, _, what, amount in dots),
        height=230,
    )  # fmt: skip
    for at_ms, call_id in burn.cutoffs:
        if from_ms <= at_ms <= to_ms:
            at = local_hour(setting, at_ms)
            plot.stroke((at, bottom), (at, top), "var(--bad)", dashed=True)
            right = at - low > 0.5 * (high - low)
            plot.say((at, top * 0.94), f" {call_id} cut ", anchor="end" if right else "start",
                     quiet=True)  # fmt: skip
    for told_ms, cutoff_ms in burn.moved:
        if from_ms <= told_ms and from_ms <= cutoff_ms <= to_ms:
            at = local_hour(setting, cutoff_ms)
            right = at - low > 0.5 * (high - low)
            plot.stroke((at, bottom), (at, top), "var(--muted)", dashed=True)
            plot.say((at, top * 0.45), " foreseen, then moved ",
                     anchor="end" if right else "start", quiet=True)  # fmt: skip
    plot.line(points, colour(0), wide=1.6)
    for at, value, what, amount_micros in dots:
        plot.dot((at, value), colour(2 if amount_micros > 0 else 1))
        right = at - low > 0.6 * (high - low)
        plot.say((at, value + 0.04 * top), f" {what} {amount_micros / 1e6:+.2f} ",
                 anchor="end" if right else "start", quiet=True)  # fmt: skip
    return plot.svg()
