"""A chart as SVG: axes, lines, bands, dots with whiskers. Colours are the page's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from math import ceil, floor, log10
from typing import Final

__all__ = ["Axis", "Plot", "log_ticks", "ticks"]

Point = tuple[float, float]

LETTER: Final = 6.2  # mean width of a letter of 11 px


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis: from where to where, logarithmic or not, its ticks and its name."""

    low: float
    high: float
    name: str = ""
    log: bool = False
    ticks: tuple[tuple[float, str], ...] = ()

    def share(self, value: float) -> float:
        """Return where a value stands between the axis' ends, 0 to 1; what is beyond is cut."""
        value = min(max(value, self.low), self.high)
        if self.log:
            return log10(value / self.low) / log10(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def ticks(low: float, high: float, most: int = 6) -> tuple[tuple[float, str], ...]:
    """Return round ticks of a linear axis."""
    raw = (high - low) / most
    size = 10.0 ** floor(log10(raw))
    step = next(one * size for one in (1, 2, 5, 10) if one * size >= raw * 0.999)
    places = max(0, -floor(log10(step)))
    first = ceil(low / step - 1e-9)
    last = floor(high / step + 1e-9)
    return tuple((n * step, f"{n * step:.{places}f}") for n in range(first, last + 1))


def log_ticks(low: float, high: float) -> tuple[tuple[float, str], ...]:
    """Return the powers of ten of a logarithmic axis."""
    first, last = ceil(log10(low) - 1e-9), floor(log10(high) + 1e-9)
    return tuple((10.0**n, f"{10.0**n:g}") for n in range(first, last + 1))


@dataclass(slots=True)
class Plot:
    """A chart in the making; `svg` ends it.

    Attributes
    ----------
    x, y : Axis
    width, height : int
    title, text : str
        What it is called, and what it shows in words, for those who do not see it.
    left, bottom, top : float
        Room for the axes' names.
    """

    x: Axis
    y: Axis
    title: str
    text: str
    width: int = 440
    height: int = 280
    left: float = 52.0
    bottom: float = 40.0
    top: float = 26.0
    right: float = 20.0
    parts: list[str] = field(default_factory=list)

    def across(self, value: float) -> float:
        """Return the place of a value of x."""
        return self.left + self.x.share(value) * (self.width - self.left - self.right)

    def up(self, value: float) -> float:
        """Return the place of a value of y."""
        room = self.height - self.top - self.bottom
        return self.height - self.bottom - self.y.share(value) * room

    def _at(self, point: Point) -> str:
        return f"{self.across(point[0]):.1f},{self.up(point[1]):.1f}"

    def line(self, points: Sequence[Point], colour: str, *, wide: float = 1.8) -> None:
        """Draw a line through points."""
        if points:
            told = " ".join(map(self._at, points))
            self.parts.append(
                f'<polyline points="{told}" fill="none" stroke="{colour}" stroke-width="{wide}" '
                'stroke-linejoin="round"/>'
            )

    def band(self, low: Sequence[Point], high: Sequence[Point], colour: str) -> None:
        """Fill what lies between two lines."""
        if low:
            told = " ".join(map(self._at, [*low, *reversed(high)]))
            self.parts.append(f'<polygon points="{told}" fill="{colour}" fill-opacity="0.14"/>')

    def dot(self, at: Point, colour: str, *, size: float = 3.6, hollow: bool = False) -> None:
        """Draw a dot."""
        fill = "var(--paper)" if hollow else colour
        self.parts.append(
            f'<circle cx="{self.across(at[0]):.1f}" cy="{self.up(at[1]):.1f}" r="{size}" '
            f'fill="{fill}" stroke="{colour}" stroke-width="1.4"/>'
        )

    def stroke(self, one: Point, other: Point, colour: str, *, dashed: bool = False) -> None:
        """Draw a thin line from one point to another."""
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self.parts.append(
            f'<line x1="{self.across(one[0]):.1f}" y1="{self.up(one[1]):.1f}" '
            f'x2="{self.across(other[0]):.1f}" y2="{self.up(other[1]):.1f}" '
            f'stroke="{colour}" stroke-width="1.2"{dash}/>'
        )

    def bar(self, low: Point, high: Point, colour: str, opacity: float = 1.0) -> None:
        """Fill a rectangle between two corners."""
        left, right = sorted((self.across(low[0]), self.across(high[0])))
        above, below = sorted((self.up(low[1]), self.up(high[1])))
        self.parts.append(
            f'<rect x="{left:.1f}" y="{above:.1f}" width="{max(right - left, 0.5):.1f}" '
            f'height="{below - above:.1f}" fill="{colour}" fill-opacity="{opacity:g}"/>'
        )

    def say(self, at: Point, words: str, *, anchor: str = "start", quiet: bool = False) -> None:
        """Write some words."""
        self._text(self.across(at[0]), self.up(at[1]), words, anchor, quiet=quiet)

    def _text(
        self, x: float, y: float, words: str, anchor: str, *, size: int = 11, quiet: bool = False,
        more: str = "",
    ) -> None:  # fmt: skip
        kind = ' class="dim"' if quiet else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"{kind}{more}>'
            f"{escape(words)}</text>"
        )

    def _frame(self) -> None:
        drawn, self.parts = self.parts, []
        floor_, ceiling = self.up(self.y.low), self.up(self.y.high)
        wall, end = self.across(self.x.low), self.across(self.x.high)
        for value, name in self.x.ticks:
            place = self.across(value)
            self.parts.append(
                f'<line x1="{place:.1f}" y1="{floor_:.1f}" x2="{place:.1f}" y2="{ceiling:.1f}" '
                'stroke="var(--grid)"/>'
            )
            self._text(place, floor_ + 16, name, "middle", quiet=True)
        for value, name in self.y.ticks:
            place = self.up(value)
            self.parts.append(
                f'<line x1="{wall:.1f}" y1="{place:.1f}" x2="{end:.1f}" y2="{place:.1f}" '
                'stroke="var(--grid)"/>'
            )
            self._text(wall - 5, place + 4, name, "end", quiet=True)
        self._text((wall + end) / 2, self.height - 5, self.x.name, "middle", quiet=True)
        if self.y.name:
            turned = f' transform="rotate(-90 12 {(floor_ + ceiling) / 2:.1f})"'
            self._text(12, (floor_ + ceiling) / 2, self.y.name, "middle", quiet=True, more=turned)
        self._text(self.left, 16, self.title, "start", size=13, more=' font-weight="600"')
        self.parts += drawn

    def svg(self) -> str:
        """Return the chart."""
        self._frame()
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'role="img"><title>{escape(self.title)}</title><desc>{escape(self.text)}</desc>\n'
            + "\n".join(self.parts)
            + "\n</svg>"
        )
