"""A picture of an account: what was available over time, and where running calls will be cut."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from securecall.errors import BuildError
from securecall.ledger.component import load
from securecall.ledger.cutoff import advance, cutoffs
from securecall.ledger.instant import instant
from securecall.ledger.rows import CallRow
from securecall.ledger.stores.door import Reading
from securecall.ledger.timeline import bought_by, timeline

__all__ = ["burn_down", "curve_of"]


def curve_of(view: Reading, account: str) -> tuple[list[int], list[int], dict[str, int]]:
    """Return instants, what is available after each (micro-dollars), and cutoffs of running calls.

    What running calls will still buy, if nothing else happens, is part of it.

    Source
    ------
    own.
    """
    found = load(view, [account])
    credit = found.accounts[account].credit_micros
    foreseen = cutoffs(found.meters)
    ends = {name: end for name, (end, _) in foreseen.items() if end is not None}
    moments = timeline(view, account)
    times = [moment.at_ms for moment in moments]
    values = [moment.after_micros + credit for moment in moments]
    if found.meters and len(ends) == len(foreseen):
        bought = {meter.id: meter.bought_ms for meter in found.meters}
        advance(found.meters, max(ends.values()))
        ahead = []
        for meter in found.meters:
            call: CallRow = found.calls[meter.id].copy()
            call.bought_ms, call.by_second = meter.bought_ms, [list(e) for e in meter.by_second]
            call.takings = [[purse.id, amount] for purse, amount in meter.takings]
            for piece in bought_by(call):
                amount = sum(part for name, part in piece.paid if name == account)
                if piece.begins_ms >= bought[meter.id] and amount:
                    ahead.append((call.start_ms + piece.begins_ms, call.order, amount))
        left = values[-1] if values else 0
        for at_ms, _, amount in sorted(ahead):
            left -= amount
            times.append(at_ms)
            values.append(left)
        times.append(max(ends.values()))
        values.append(left)
    return times, values, ends


def burn_down(view: Reading, account: str, path: str | Path) -> None:
    """Draw it to a file, PNG or SVG by its name.

    Raises
    ------
    BuildError
        matplotlib is not installed (``pip install securecall[report]``).

    Source
    ------
    own.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise BuildError("the picture needs matplotlib: pip install securecall[report]") from None
    times, values, ends = curve_of(view, account)
    figure: Any = Figure(figsize=(9, 4), layout="constrained")
    axes = figure.subplots()
    instants: list[datetime] = [instant(at_ms) for at_ms in times]
    axes.step(instants, [value / 1e6 for value in values], where="post", color="#1f4e79")
    axes.axhline(0, color="#888888", linewidth=0.8)
    for number, (name, end_ms) in enumerate(sorted(ends.items(), key=lambda each: each[1])):
        axes.axvline(instant(end_ms), color="#c0392b", linestyle="--", linewidth=1)
        axes.annotate(
            f"{name}: {instant(end_ms):%H:%M:%S} UTC",
            (instant(end_ms), 0.95 - 0.08 * (number % 8)),
            xycoords=("data", "axes fraction"),
            ha="right",
            color="#c0392b",
        )
    axes.set_title(f"Account {account}: what is available, and where calls end")
    axes.set_ylabel("dollars")
    axes.grid(alpha=0.3)
    figure.autofmt_xdate()
    figure.savefig(path)
