"""Calls that were heard: what truly happened in each, and what was heard and done, over time."""

from __future__ import annotations

from securecall.calls.day.tally import Strip
from securecall.fraud.bench.page.plot import Axis, Plot, ticks
from securecall.fraud.bench.page.style import colour

__all__ = ["heard_call"]

GRADES = {"note": 0, "alert": 1, "disconnect": 5}


def heard_call(strip: Strip) -> str:
    """Return the timeline of one call."""
    high = max([strip.seconds, *(end for _, end, _, _ in strip.labels)]) * 1.02 + 1
    told = [
        f"{what} from {start:.1f} to {end:.1f} s" for start, end, what, _ in strip.labels
    ] + [
        f"heard {kind} ({grade}) at {at:.1f} s: {done}" for at, kind, grade, done in strip.events
    ]  # fmt: skip
    plot = Plot(
        Axis(0, high, "seconds since acceptance", ticks=ticks(0, high, 10)),
        Axis(0, 3, ticks=((2.4, "happened"), (1.0, "heard"))),
        f"{strip.call_id}: {strip.reason}", "; ".join(told) + ".",
        width=940, height=156, left=70.0,
    )  # fmt: skip
    plot.bar((0, 1.95), (strip.seconds, 2.05), "var(--grid)")
    for n, (start, end, what, fraud) in enumerate(strip.labels):
        shade = "var(--bad)" if fraud else colour(2)
        plot.bar((start, 2.2), (max(end, start + 0.4), 2.6), shade, 0.8)
        plot.say((start, 2.72 + 0.33 * (n % 2)), what.replace("_", " "), quiet=True)
    for n, (at, kind, grade, done) in enumerate(strip.events):
        y = 1.6 - 0.45 * (n % 4)
        plot.dot((at, y), colour(GRADES.get(grade, 0)))
        words = f"{kind.replace('_', ' ')}, {grade}: {done.replace('+', ', ')}"
        late = at > 0.72 * high
        plot.say((at - 0.01 * high if late else at + 0.01 * high, y - 0.1), words,
                 anchor="end" if late else "start", quiet=True)  # fmt: skip
    plot.stroke((strip.seconds, 0), (strip.seconds, 3), "var(--muted)", dashed=True)
    return plot.svg()
