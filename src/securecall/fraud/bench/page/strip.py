"""A stretch of a call as a picture: what was so, what it sounded like, and what was reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from math import isfinite
from typing import Final

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.bench.call import Call
from securecall.fraud.bench.label import INNOCENT, LEGS, Label
from securecall.fraud.bench.listener import Heard
from securecall.fraud.bench.page.plot import LETTER, ticks
from securecall.fraud.bench.page.png import data_uri, png
from securecall.fraud.bench.sound import SAMPLE_RATE_HZ
from securecall.fraud.spectrogram import Spectrogram

__all__ = ["strip"]

WIDTH: Final = 1000
LEFT: Final = 62
RIGHT: Final = 8
ROW: Final = 15
SPECTRUM: Final = 72
LEVEL: Final = 34
COLUMNS: Final = 460
BANDS: Final = 48
QUIET_DBM0: Final = -88.0
LOUD_DBM0: Final = -15.0
LEAST_DBM0: Final = -75.0
MOST_DBM0: Final = 3.0


def _shrunk(values: NDArray[np.floating], rows: int, columns: int) -> NDArray[np.floating]:
    """Return the greatest of each cell of a coarser grid."""
    for axis, count in ((0, rows), (1, columns)):
        if values.shape[axis] > count:
            edges = np.linspace(0, values.shape[axis], count, endpoint=False).astype(np.intp)
            values = np.maximum.reduceat(values, edges, axis=axis)
    return values


class _Rows:
    """Gives words that stand side by side the first row that is free."""

    __slots__ = ("ends",)

    def __init__(self) -> None:
        self.ends: list[float] = []

    def place(self, first: float, end: float) -> int:
        """Return the row of something from a place to another."""
        for row, taken in enumerate(self.ends):
            if taken <= first:
                self.ends[row] = end
                return row
        self.ends.append(end)
        return len(self.ends) - 1


def strip(
    call: Call, from_s: float, to_s: float, reports: Sequence[Heard], *,
    label: Label | None = None, heard: Heard | None = None,
) -> str:  # fmt: skip
    """Return a picture (SVG) of a call between two seconds.

    Parameters
    ----------
    call : Call
    from_s, to_s : float
    reports : sequence of Heard
    label, heard : Label, Heard, optional
        The one that stands out.

    Source
    ------
    own.
    """
    from_s, to_s = max(0.0, from_s), min(call.seconds, to_s)
    both = np.stack([call.legs[leg] for leg in LEGS], axis=1)
    # The spectrogram counts from the first sample that it takes: a little before the picture.
    first = max(0, round((from_s - 0.1) * SAMPLE_RATE_HZ))
    before_ms = 1000 * first / SAMPLE_RATE_HZ
    seen = Spectrogram(
        SAMPLE_RATE_HZ, len(LEGS), 1000 * from_s - before_ms, 1000 * to_s - before_ms
    )
    seen.take(both[first : round((to_s + 0.1) * SAMPLE_RATE_HZ)])
    room = WIDTH - LEFT - RIGHT

    def across(second: float) -> float:
        return LEFT + (min(max(second, from_s), to_s) - from_s) / (to_s - from_s) * room

    parts: list[str] = []
    flags = [one for one in reports if from_s <= one.detected_ms / 1000 <= to_s]
    rows = _Rows()
    said = []
    for one in flags:
        x = across(one.detected_ms / 1000)
        words = f"{one.kind} {one.grade} {one.probability:.2f}"
        wide = LETTER * len(words) + 10
        left = min(x, WIDTH - wide)
        said.append((one, x, left, rows.place(left, left + wide), words))
    y = ROW * len(rows.ends) + 4
    for number in range(len(LEGS)):
        y = _leg(parts, call, number, y, seen=seen, between=(from_s, to_s), across=across,
                 label=label)  # fmt: skip
    for one, x, left, row, words in said:
        ink, strong = ("var(--bad)", ' font-weight="600"') if one is heard else ("var(--ink)", "")
        line = ROW * row + 11
        parts.append(
            f'<line x1="{x:.1f}" y1="{line + 3}" x2="{x:.1f}" y2="{y - 8}" stroke="{ink}" '
            f'stroke-width="1.3" stroke-dasharray="5 3"/>'
            f'<text x="{left + 3:.1f}" y="{line}" font-size="11" style="fill:{ink}"{strong}>'
            f"{escape(words)}</text>"
        )
    for second, name in ticks(from_s, to_s, 12):
        parts.append(
            f'<line x1="{across(second):.1f}" y1="{y - 8}" x2="{across(second):.1f}" y2="{y - 3}" '
            'stroke="var(--muted)"/>'
            f'<text class="dim" x="{across(second):.1f}" y="{y + 9}" font-size="11" '
            f'text-anchor="middle">{name} s</text>'
        )
    words = "; ".join(words for _, _, _, _, words in said) or "nothing was reported"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 14}" role="img">'
        f"<title>Call {call.index}, {from_s:.1f} to {to_s:.1f} s</title>"
        f"<desc>{escape(words)}</desc>\n" + "\n".join(parts) + "\n</svg>"
    )


def _leg(
    parts: list[str], call: Call, number: int, y: int, *, seen: Spectrogram,
    between: tuple[float, float], across: Callable[[float], float], label: Label | None,
) -> int:  # fmt: skip
    """Draw a leg: its labels, its spectrum, its levels; return where the next thing may stand."""
    from_s, to_s = between
    leg = LEGS[number]
    rows = _Rows()
    placed = []
    for one in call.labels:
        if one.leg != leg or one.end_s < from_s or one.start_s > to_s:
            continue
        words = one.stratum if one.kind == INNOCENT else f"{one.kind}: {one.stratum}"
        left, right = across(one.start_s), across(one.end_s)
        end = max(right, left + LETTER * len(words) + 6)
        placed.append((one, left, right, rows.place(left, end), words))
    for one, left, right, row, words in placed:
        ink = "var(--muted)" if one.kind == INNOCENT else "var(--c1)"
        strong = ' font-weight="600"' if one is label else ""
        line = y + ROW * row
        start = min(left, WIDTH - LETTER * len(words) - 8)
        if one.kind != INNOCENT and across(one.evident_s) < left + 6:
            start += 6  # beside the triangle
        parts.append(
            f'<rect x="{left:.1f}" y="{line + 11}" width="{max(right - left, 1.5):.1f}" height="3" '
            f'fill="{ink}"/><text x="{start + 1:.1f}" y="{line + 9}" font-size="11" '
            f'style="fill:{ink}"{strong}>{escape(words)}</text>'
        )
        if one.kind != INNOCENT:  # from when on it can be heard
            at = across(one.evident_s)
            parts.append(
                f'<path d="M{at - 4:.1f} {line + 5} h8 l-4 7 z" fill="{ink}" '
                'stroke="var(--paper)" stroke-width="0.8"/>'
            )
    y += ROW * len(rows.ends) + 2
    power = (seen.power_dbm0[number] - QUIET_DBM0) / (LOUD_DBM0 - QUIET_DBM0)
    picture = data_uri(png(_shrunk(power, BANDS, COLUMNS)[::-1]))
    room = WIDTH - LEFT - RIGHT
    parts.append(
        f'<image x="{LEFT}" y="{y}" width="{room}" height="{SPECTRUM}" '
        f'preserveAspectRatio="none" href="{picture}"/>'
        f'<text x="4" y="{y + 14}" font-size="12" font-weight="600">{leg}</text>'
        f'<text class="dim" x="4" y="{y + 30}" font-size="10">0–4 kHz</text>'
    )
    y += SPECTRUM + 2
    loud = _shrunk(seen.level_dbm0[1][number : number + 1], 1, COLUMNS)[0]
    share = np.clip((loud - LEAST_DBM0) / (MOST_DBM0 - LEAST_DBM0), 0.0, 1.0)
    points = " ".join(
        f"{LEFT + (n + 0.5) / len(share) * room:.1f},{y + LEVEL * (1 - value):.1f}"
        for n, value in enumerate(share.tolist())
        if isfinite(value)  # a column without a spectrum has no level
    )
    parts.append(
        f'<polyline points="{points}" fill="none" stroke="var(--c0)" stroke-width="1"/>'
        f'<text class="dim" x="4" y="{y + 20}" font-size="10">level</text>'
    )
    return y + LEVEL + 12
