"""Where the money went: what came in on the left, what went out on the right, to scale."""

from __future__ import annotations

from html import escape
from typing import Final

from securecall.calls.day.result import DayResult
from securecall.fraud.bench.page.style import colour

__all__ = ["flows", "sides"]

WIDTH: Final = 940
HEIGHT: Final = 330
TOP: Final = 34
GAP: Final = 12
NODE: Final = 14
LEFT: Final = 190
RIGHT: Final = WIDTH - 220
MIDDLE: Final = (LEFT + RIGHT) // 2
LEAST: Final = 1.5

Side = list[tuple[str, int]]


def sides(result: DayResult) -> tuple[Side, Side]:
    """Return what came into accounts and what left them, micro-dollars; both add up to the same.

    What accounts below zero owe is a source: somebody else has paid it for now.
    """
    flow = result.flows
    came = [
        ("carried over", flow.get("opening", 0)), ("paid in", flow.get("deposits", 0)),
        ("bills paid", flow.get("payments", 0)),
        ("chargebacks won", flow.get("chargebacks_won", 0)),
        ("owed by accounts", result.owed_micros),
    ]  # fmt: skip
    went = [
        ("calls, less refunds", flow.get("charges", 0) - flow.get("refunds", 0)),
        ("fees on deposits", flow.get("fees", 0)), ("withdrawn", flow.get("withdrawals", 0)),
        ("paid out on release", flow.get("payouts", 0)),
        ("charged back", flow.get("chargebacks", 0)),
        ("left in accounts", result.left_micros + result.owed_micros),
    ]  # fmt: skip
    return [each for each in came if each[1]], [each for each in went if each[1]]


def flows(result: DayResult) -> str:
    """Return the picture."""
    came, went = sides(result)
    total = max(sum(amount for _, amount in came), 1)
    room = HEIGHT - TOP - 30 - GAP * (max(len(came), len(went)) - 1)
    scale = room / total
    middle_top = TOP + (HEIGHT - TOP - 30 - room) / 2
    parts = [
        f'<rect x="{MIDDLE - NODE / 2}" y="{middle_top:.1f}" width="{NODE}" height="{room:.1f}" '
        'fill="var(--muted)"/>',
        f'<text x="{MIDDLE}" y="{middle_top - 6:.1f}" font-size="12" text-anchor="middle">'
        f"accounts: ${total / 1e6:,.2f}</text>",
    ]
    for side, nodes in ((0, came), (1, went)):
        y, inner = float(TOP), middle_top
        for place, (name, amount) in enumerate(nodes):
            high = max(amount * scale, LEAST)
            shade = colour(place if side == 0 else place + len(came))
            x = LEFT if side == 0 else RIGHT
            one, other = (x + NODE, MIDDLE - NODE / 2) if side == 0 else (MIDDLE + NODE / 2, x)
            from_, to = (y, inner) if side == 0 else (inner, y)
            bend = (one + other) / 2
            parts.append(
                f'<path d="M{one:.1f},{from_:.1f} C{bend:.1f},{from_:.1f} {bend:.1f},{to:.1f} '
                f"{other:.1f},{to:.1f} L{other:.1f},{to + high:.1f} C{bend:.1f},{to + high:.1f} "
                f'{bend:.1f},{from_ + high:.1f} {one:.1f},{from_ + high:.1f} Z" fill="{shade}" '
                'fill-opacity="0.28"/>'
            )
            parts.append(
                f'<rect x="{x}" y="{y:.1f}" width="{NODE}" height="{high:.1f}" fill="{shade}"/>'
            )
            anchor, label_x = ("end", x - 6) if side == 0 else ("start", x + NODE + 6)
            parts.append(
                f'<text x="{label_x}" y="{y + high / 2 + 4:.1f}" font-size="12" '
                f'text-anchor="{anchor}">{escape(name)} ${amount / 1e6:,.2f}</text>'
            )
            y += high + GAP
            inner += amount * scale
    told = "; ".join(f"{name}: ${amount / 1e6:,.2f}" for name, amount in [*came, *went])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">'
        f"<title>Money</title><desc>{escape(told)}</desc>\n" + "\n".join(parts) + "\n</svg>"
    )
