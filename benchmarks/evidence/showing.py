"""Tables for people: what is found at which price, and what was taken for fraud."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from benchmarks.evidence.judging import Judged, share
from securecall.fraud.forest import Kind

RATES_PER_HOUR: Final = (0.05, 0.1, 0.5, 1.0, 2.0)
CAUSES_PER_HOUR: Final = 2.0
ALARMS_SHOWN: Final = 10


def _price(judged: Judged, limit: float) -> str:
    rate, low, high = judged.rate(limit)
    return f"{rate:.3g} ({low:.2g}-{high:.2g}) an hour"


def found(judged: Judged) -> list[str]:
    """Return lines: by false alarms an hour what is found, by stratum."""
    made = [f"{judged.kind}: {len(judged.chances)} to find; false alarms of {judged.hours:.1f} h"]
    for rate in RATES_PER_HOUR:
        limit = judged.limit(rate)
        parts = judged.found(limit)
        told = "  ".join(f"{name} {share(*parts[name])}" for name in parts if parts[name][1])
        made.append(f"  {rate:5g} an hour, from {limit:.3f} on: {told or 'nothing to find'}")
    return [*made, *causes(judged, judged.limit(CAUSES_PER_HOUR))]


def causes(judged: Judged, limit: float) -> list[str]:
    """Return lines: what false alarms are put down to, and the strongest of them."""
    counted = judged.causes(limit).most_common()
    made = [
        f"  false from {limit:.3f} on: " + (", ".join(f"{k} {n}" for k, n in counted) or "none")
    ]
    for alarm in judged.false(limit)[:ALARMS_SHOWN]:
        made.append(f"    {alarm.log_odds:6.3f} {alarm.call} at {alarm.at_s:.1f} s: {alarm.near}")
    return made


def _row(title: str, shares: Sequence[tuple[int, int]], width: int) -> str:
    told = (f"{share(*each) if each[1] else '-':>{width}}" for each in shares)
    return "".join([f"{title:<28}", *told])


def beside(kind: Kind, columns: Sequence[tuple[str, Judged]]) -> list[str]:
    """Return lines: a kind of the package on several parts of the split, side by side."""
    width = 30
    made = ["".join([f"{kind.name:<28}", *(f"{name:>{width}}" for name, _ in columns)])]
    made.append("".join([f"{'  hours':<28}", *(f"{one.hours:>{width}.1f}" for _, one in columns)]))
    for name, limit in (
        ("told", kind.told), ("alert", kind.alert), ("disconnect", kind.disconnect),
    ):  # fmt: skip
        prices = (f"{_price(one, limit):>{width}}" for _, one in columns)
        made.append("".join([f"{f'  false, {name}':<28}", *prices]))
    for name in dict.fromkeys(name for _, one in columns for name in one.found(kind.alert)):
        shares = [one.found(kind.alert).get(name, (0, 0)) for _, one in columns]
        made.append(_row(f"  found, {name}", shares, width))
    for rate in RATES_PER_HOUR:
        shares = [one.found(one.limit(rate))["all"] for _, one in columns]
        made.append(_row(f"  at its own {rate:g} an hour", shares, width))
    for name, one in columns:
        made += [f"  {name}:", *causes(one, kind.alert)]
    return made
