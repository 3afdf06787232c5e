"""The pictures of a report, drawn with matplotlib's figures alone: no window, no global state."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from securecall.money import shown
from securecall.rating.report.svg import ACCENTS, GRID, INK, MUTED, PAPER, embedded

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Caption", "Strip", "bars", "columns", "histogram", "short_money", "strips", "waterfall"]

WIDTH_INCHES: Final = 9.6
_LARGE: Final = ((Decimal(10) ** 9, " bn"), (Decimal(10) ** 6, " M"), (Decimal(10) ** 3, " k"))


@dataclass(frozen=True, slots=True)
class Caption:
    """What a picture is called inside the page, its title, and what it shows in words."""

    name: str
    title: str
    text: str


def short_money(amount: Decimal) -> str:
    """Return an amount as short as an axis wants it: $950, $12.3 k, $1.2 M."""
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    for unit, word in _LARGE:
        if size >= unit:
            return f"{sign}${float(size / unit):.3g}{word}"
    return f"{sign}${size:.2f}" if size % 1 else f"{sign}${size:.0f}"


def _look() -> AbstractContextManager[None]:
    from matplotlib import rc_context

    return rc_context(
        {
            "font.size": 10,
            "text.color": INK,
            "axes.edgecolor": GRID,
            "axes.labelcolor": MUTED,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.axisbelow": True,
            "grid.color": GRID,
            "xtick.color": GRID,
            "ytick.color": GRID,
            "xtick.labelcolor": MUTED,
            "ytick.labelcolor": MUTED,
            "legend.frameon": False,
            "figure.constrained_layout.use": True,
        }
    )


def _axes(height_inches: float) -> tuple[Any, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_INCHES, height_inches))
    return figure, figure.subplots()


def _money_axis(axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(6))
    axis.set_major_formatter(FuncFormatter(lambda value, _: short_money(Decimal(str(value)))))


def columns(caption: Caption, labels: Sequence[str], amounts: Sequence[Decimal], axis: str) -> str:
    """Return upright bars of money, such as one an hour."""
    with _look():
        figure, axes = _axes(3.1)
        axes.bar(range(len(labels)), [float(amount) for amount in amounts], color=ACCENTS[0])
        axes.set_xticks(range(len(labels)), labels)
        axes.tick_params(axis="x", length=0)
        axes.grid(axis="y")
        axes.set_xlim(-0.6, len(labels) - 0.4)
        axes.set_xlabel(axis)
        _money_axis(axes.yaxis)
        return embedded(figure, caption.name, caption.title, caption.text)


def histogram(caption: Caption, counts: Sequence[int], last: str, axis: str) -> str:
    """Return a histogram of whole units from 0 on; the last bar holds everything beyond."""
    from matplotlib.ticker import FuncFormatter

    with _look():
        figure, axes = _axes(2.8)
        axes.bar(
            [place + 0.5 for place in range(len(counts))], counts, width=0.92, color=ACCENTS[0]
        )
        ticks = list(range(0, len(counts) - 1, 5))
        axes.set_xticks([*ticks, len(counts) - 0.5], [*map(str, ticks), last])
        axes.set_xlim(-0.4, len(counts) + 0.4)
        axes.grid(axis="y")
        axes.set_xlabel(axis)
        axes.set_ylabel("calls")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        return embedded(figure, caption.name, caption.title, caption.text)


def bars(
    caption: Caption,
    labels: Sequence[str],
    parts: Sequence[tuple[str, Sequence[Decimal]]],
    said: Sequence[str],
    *,
    money: bool = True,
) -> str:
    """Return lying bars, of one part or several, the first label on top.

    Parameters
    ----------
    parts : sequence of (str, sequence of Decimal)
        Name of each part, and its size in each bar.
    said : sequence of str
        What stands at the end of each bar.
    """
    from matplotlib.ticker import FuncFormatter

    with _look():
        figure, axes = _axes(0.75 + 0.30 * len(labels) + (0.3 if len(parts) > 1 else 0))
        places = range(len(labels))
        ends = [0.0] * len(labels)
        for (part, sizes), colour in zip(parts, ACCENTS, strict=False):
            widths = [float(size) for size in sizes]
            axes.barh(
                places, widths, left=ends, height=0.72, color=colour, label=part,
                edgecolor=PAPER, linewidth=0.6,
            )  # fmt: skip
            ends = [end + width for end, width in zip(ends, widths, strict=True)]
        longest = max(ends, default=0.0) or 1.0
        for place, (end, words) in enumerate(zip(ends, said, strict=True)):
            axes.text(end + longest * 0.008, place, words, va="center", fontsize=9, color=INK)
        axes.set_yticks(places, labels)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.invert_yaxis()
        axes.set_xlim(0, longest * (1.04 + 0.0095 * max(map(len, said), default=0)))
        axes.grid(axis="x")
        if money:
            _money_axis(axes.xaxis)
        else:
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        if len(parts) > 1:
            figure.legend(loc="outside upper left", ncols=len(parts), fontsize=9)
        return embedded(figure, caption.name, caption.title, caption.text)


def waterfall(caption: Caption, steps: Sequence[tuple[str, Decimal, bool]]) -> str:
    """Return a waterfall: amounts that stand on what came before, and sums that stand on 0.

    Parameters
    ----------
    steps : sequence of (str, Decimal, bool)
        Label, amount, and whether it is a sum.
    """
    with _look():
        figure, axes = _axes(3.3)
        level = Decimal(0)
        tops = []
        for place, (_, amount, is_sum) in enumerate(steps):
            before = Decimal(0) if is_sum else level
            level = amount if is_sum else level + amount
            low, high = sorted((before, level))
            colour = ACCENTS[0] if is_sum else ACCENTS[1] if amount >= 0 else ACCENTS[2]
            axes.bar(place, float(high - low), bottom=float(low), width=0.62, color=colour)
            tops.append(high)
            if place + 1 < len(steps):
                axes.plot(
                    [place - 0.31, place + 1.31], [float(level)] * 2, color=MUTED, linewidth=0.7
                )
        highest = max(tops)
        for place, ((_, amount, is_sum), top) in enumerate(zip(steps, tops, strict=True)):
            sign = "" if is_sum else "+" if amount >= 0 else "\N{MINUS SIGN}"
            words = f"{sign}{shown(abs(amount))}"
            axes.text(place, float(top + highest * Decimal("0.02")), words, ha="center", color=INK)
        axes.set_xticks(range(len(steps)), [label for label, _, _ in steps])
        axes.tick_params(axis="x", length=0, labelcolor=INK, labelsize=9)
        axes.set_xlim(-0.6, len(steps) - 0.4)
        axes.set_ylim(0, float(highest) * 1.12 or 1.0)
        axes.grid(axis="y")
        _money_axis(axes.yaxis)
        return embedded(figure, caption.name, caption.title, caption.text)


@dataclass(frozen=True, slots=True)
class Strip:
    """A stretch of time on one row of a picture, and what held in it; a missing figure is None."""

    row: int
    begins: date
    ends: date
    figure: Decimal | None


def strips(
    caption: Caption,
    rows: Sequence[str],
    pieces: Sequence[Strip],
    marked: tuple[date, date] | None,
) -> str:
    """Return one row a tier, with the figure that held in each stretch of time.

    Parameters
    ----------
    rows : sequence of str
        Labels, the first on top.
    marked : (date, date), optional
        The days between which the records lie.
    """
    from matplotlib.dates import ConciseDateFormatter, YearLocator, date2num

    first = min(piece.begins for piece in pieces)
    last = max(piece.ends for piece in pieces)
    years = (last - first).days / 365.25
    highest = max((piece.figure for piece in pieces if piece.figure is not None), default=None)
    with _look():
        figure, axes = _axes(0.62 + 0.34 * len(rows))
        for piece in pieces:
            begins, ends = date2num(piece.begins), date2num(piece.ends)
            width = (piece.ends - piece.begins).days / 365.25 / years
            if piece.figure is None and width < 0.10:
                continue  # too narrow for the words; the table has them
            if piece.figure is None:
                axes.text(
                    (begins + ends) / 2, piece.row, "no cap found", ha="center", va="center",
                    color=MUTED, fontsize=8, style="italic", clip_on=True,
                )  # fmt: skip
                continue
            # The dearer the darker; the figure itself stands in it, in the page's ink.
            share = float(piece.figure / highest) if highest else 0.0
            axes.barh(
                piece.row, ends - begins, left=begins, height=0.8, color=ACCENTS[0],
                alpha=0.10 + 0.45 * share, edgecolor=PAPER, linewidth=1.2,
            )  # fmt: skip
            if width > 0.035:
                axes.text(
                    (begins + ends) / 2, piece.row, f"{piece.figure:.2f}", ha="center",
                    va="center", color=INK, fontsize=9,
                )  # fmt: skip
        if marked is not None:
            axes.axvspan(
                date2num(marked[0]), date2num(marked[1]), color=ACCENTS[1], alpha=0.55, zorder=3
            )
        axes.set_yticks(range(len(rows)), rows)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        axes.invert_yaxis()
        axes.set_xlim(date2num(first), date2num(last))
        locator = YearLocator()
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
        axes.spines["left"].set_visible(False)
        return embedded(figure, caption.name, caption.title, caption.text)
