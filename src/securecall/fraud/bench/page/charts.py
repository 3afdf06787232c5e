"""The charts: misses over false alarms, latencies, calibration, alarms by class."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache
from math import ceil, floor, log10
from typing import Final

from securecall.fraud.bench.page.plot import Axis, Plot, log_ticks, ticks
from securecall.fraud.bench.page.style import colour
from securecall.fraud.bench.page.words import percent, shown
from securecall.fraud.bench.poisson import interval, share_interval
from securecall.fraud.bench.score import Alarms, Scores, quantile

__all__ = ["alarms_by_class", "calibration", "latencies", "misses_over_alarms"]

#: Rates of false alarms that people can live with: the line in the first chart.
BEARABLE_PER_HOUR: Final = 0.05
POINTS: Final = 40
BINS: Final = 24
ROW: Final = 20

_limits = cache(interval)
_share_limits = cache(share_interval)


def _operating(scores: Scores, kind: str) -> list[tuple[int, int]]:
    """Return (false alarms, found) from the strictest threshold to none."""
    false = sorted(scores.false.get(kind, ()))
    best = sorted(scores.kinds[kind].best)
    points = [(0, 0)]
    for threshold in sorted({*false, *best}, reverse=True):
        point = (
            len(false) - bisect_left(false, threshold),
            len(best) - bisect_left(best, threshold),
        )
        points.append(point)
    step = max(1, len(points) // POINTS)
    return [*points[:-1:step], points[-1]]


def misses_over_alarms(scores: Mapping[str, Scores], kind: str) -> str:
    """Return the share that was missed over false alarms per hour, at every threshold."""
    any_of = next(iter(scores.values()))
    hours, labels = any_of.hours, any_of.kinds[kind].labels
    curves = {name: _operating(one, kind) for name, one in scores.items()}
    most = max(points[-1][0] for points in curves.values())
    low = 10.0 ** floor(log10(0.5 / hours))
    high = max(10.0 ** ceil(log10(_limits(most)[1] / hours)), 10 * low)
    least = min(max(0.5 / labels, 1e-4), 0.2)
    across = tuple((at, "none" if at == low else name) for at, name in log_ticks(low, high))
    decades = (1e-4, 1e-3, 0.01, 0.1)
    steps = [one * decade for decade in decades for one in (1, 2, 5)] + [1.0]
    up = (
        (least, "none"), *((at, percent(at)) for at in steps if at > 1.4 * least)
    )  # fmt: skip
    told = [
        f"{name}: {percent(1 - points[-1][1] / labels)} missed at "
        f"{shown(points[-1][0] / hours)} false alarms an hour"
        for name, points in curves.items()
    ]
    plot = Plot(
        Axis(low, high, "false alarms per hour", True, across), Axis(least, 1.0, "", True, up),
        f"{kind}: missed, of {labels}", "; ".join(told) + ".",
    )  # fmt: skip
    if low < BEARABLE_PER_HOUR < high:
        plot.stroke((BEARABLE_PER_HOUR, least), (BEARABLE_PER_HOUR, 1), "var(--muted)", dashed=True)
    for place, points in enumerate(curves.values()):
        line: list[tuple[float, float]] = []
        lows: list[tuple[float, float]] = []
        highs: list[tuple[float, float]] = []
        for false, found in points:
            rate = false / hours
            missed = 1.0 - found / labels
            from_, to = _share_limits(labels - found, labels)
            if line:  # what a threshold between two adds first is alarms or finds: a step
                for each in (line, lows, highs):
                    each.append((rate, each[-1][1]))
            line.append((rate, missed))
            lows.append((rate, from_))
            highs.append((rate, to))
        plot.band(lows, highs, colour(place))
        plot.line(line, colour(place))
    for place, points in enumerate(curves.values()):
        false, found = points[-1]
        from_, to = (limit / hours for limit in _limits(false))
        missed = 1.0 - found / labels
        plot.stroke((from_, missed), (to, missed), colour(place))
        low_, high_ = _share_limits(labels - found, labels)
        plot.stroke((false / hours, low_), (false / hours, high_), colour(place))
        plot.dot((false / hours, missed), colour(place))
    return plot.svg()


def latencies(scores: Mapping[str, Scores], kind: str) -> str:
    """Return how soon what was found was found: a histogram's outline for each detector."""
    found = {name: one.kinds[kind].latency_s for name, one in scores.items()}
    heard = [value for values in found.values() for value in values]
    if not heard:
        return ""
    low, high = quantile(heard, 0.005) or 0.0, quantile(heard, 0.995) or 0.0
    low, high = min(low, 0.0), max(high, 0.0)
    if high - low < 0.1:
        high = low + 0.1
    step = (high - low) / BINS
    shares = {
        name: [
            sum(1 for value in values if min(max(int((value - low) / step), 0), BINS - 1) == at)
            / len(values)
            for at in range(BINS)
        ]
        for name, values in found.items()
        if values
    }
    top = max(max(each) for each in shares.values()) * 1.05
    told = [
        f"{name}: median {shown(quantile(values, 0.5))} s, 95 % {shown(quantile(values, 0.95))} s"
        for name, values in found.items()
        if values
    ]
    plot = Plot(
        Axis(low, high, "seconds from when it can be heard", ticks=ticks(low, high)),
        Axis(0.0, top, "", ticks=tuple((at, percent(at)) for at, _ in ticks(0.0, top, 4))),
        f"{kind}: latency", "; ".join(told) + ".", height=230,
    )  # fmt: skip
    plot.stroke((0.0, 0.0), (0.0, top), "var(--muted)", dashed=True)
    for place, name in enumerate(scores):
        if name not in shares:
            continue
        outline = [(low, 0.0)]
        for at, share in enumerate(shares[name]):
            outline += [(low + at * step, share), (low + (at + 1) * step, share)]
        outline.append((high, 0.0))
        plot.band(outline, [(low, 0.0)], colour(place))
        plot.line(outline, colour(place), wide=1.5)
    return plot.svg()


def calibration(name: str, scores: Scores, place: int) -> str:
    """Return how often reports were right over how sure they were."""
    error, bins = scores.calibration()
    if error is None:
        return ""
    axis = tuple((n / 5, f"{n / 5:.1f}") for n in range(6))
    reports = sum(one["reports"] for one in bins)
    plot = Plot(
        Axis(0.0, 1.0, "probability that it said", ticks=axis),
        Axis(0.0, 1.0, "", ticks=tuple((at, percent(at)) for at, _ in axis)),
        f"{name}: right, ECE {error:.3f}",
        "; ".join(
            f"said {one['probability']:.2f}, right {percent(one['right'])} of {one['reports']:.0f}"
            for one in bins
        ) + ".",
        width=330, height=300,
    )  # fmt: skip
    plot.stroke((0, 0), (1, 1), "var(--muted)", dashed=True)
    for one in bins:
        count = round(one["reports"])
        from_, to = _share_limits(round(one["right"] * count), count)
        at = one["probability"]
        plot.stroke((at, from_), (at, to), colour(place))
        plot.dot((at, one["right"]), colour(place), size=2.5 + 5.0 * (count / reports) ** 0.5)
    return plot.svg()


def alarms_by_class(scores: Mapping[str, Scores], classes: Sequence[str]) -> str:
    """Return false alarms per hour in each class of what went on, with their exact limits."""
    found = {
        name: [one.classes.get(kind, Alarms()) for kind in classes] for name, one in scores.items()
    }
    heard = [one for each in found.values() for one in each if one.hours]
    if not heard:
        return ""
    low = 10.0 ** floor(log10(min(0.5 / one.hours for one in heard)))
    high = max(_limits(one.count)[1] / one.hours for one in heard)
    high = max(10.0 ** ceil(log10(high)), 10 * low)
    rows = len(classes)
    names = tuple((rows - n - 0.5, kind) for n, kind in enumerate(classes))
    across = tuple((at, "none" if at == low else name) for at, name in log_ticks(low, high))
    plot = Plot(
        Axis(low, high, "false alarms per hour of the class, with 95 % limits", True, across),
        Axis(0.0, float(rows), ticks=names),
        "False alarms by what went on", "The table below has every figure.",
        width=940, height=70 + ROW * rows, left=150.0,
    )  # fmt: skip
    apart = 0.7 / len(found)
    for place, alarms in enumerate(found.values()):
        for n, one in enumerate(alarms):
            if not one.hours:
                continue
            y = rows - n - 0.5 + 0.35 - apart * (place + 0.5)
            from_, to = (limit / one.hours for limit in _limits(one.count))
            plot.stroke((max(from_, low), y), (to, y), colour(place))
            rate = one.count / one.hours
            plot.dot((max(rate, low), y), colour(place), size=2.6, hollow=not one.count)
    return plot.svg()
