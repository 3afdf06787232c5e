"""A picture of how wide receivers are: the share of digits found along each sweep.

What is heard and was not sent, such as the second half of a digit, is taken from that share.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from securecall.errors import BuildError, InputError
from securecall.fraud.conform.limits import Bounds
from securecall.fraud.conform.runner import SweepResult
from securecall.fraud.conform.suite import Report

__all__ = ["acceptance", "drawable"]

FORMATS: Final = (".png", ".svg", ".pdf")

COLUMNS: Final = 3
COLOURS: Final = ("#1f4e79", "#c0392b", "#e59866", "#7f8c8d")
STYLES: Final = ("-", "--", ":", "-.")
MUST, MUST_NOT = "#2e7d32", "#b71c1c"


def drawable(path: str | Path) -> Any:
    """Return what draws, so that a long run fails before it begins rather than at its end.

    Raises
    ------
    BuildError
        matplotlib is not installed (``pip install securecall[report]``).
    InputError
        A picture of such a name is none that can be drawn.

    Source
    ------
    own.
    """
    if Path(path).suffix.lower() not in FORMATS:
        raise InputError(f"a picture's name ends in {', '.join(FORMATS)}, not {str(path)!r}")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise BuildError("the picture needs matplotlib: pip install securecall[report]") from None
    return Figure


def acceptance(report: Report, path: str | Path) -> None:
    """Draw the sweeps of a report to a file, PNG or SVG by its name.

    Green is where everything must be found, red where nothing may.

    Raises
    ------
    BuildError
        matplotlib is not installed (``pip install securecall[report]``).
    InputError
        The report has no sweeps, or the name is none of a picture.

    Source
    ------
    own.
    """
    figure_of = drawable(path)
    if not report.sweeps:
        raise InputError("a picture shows sweeps, and the report has none")
    lines = -(-len(report.sweeps) // COLUMNS)
    figure: Any = figure_of(figsize=(5 * COLUMNS, 2.9 * lines + 0.6), layout="constrained")
    grid = figure.subplots(lines, COLUMNS, squeeze=False).flat
    there = [one.name for one in report.receivers if one.install is None]
    for axes, one in zip(grid, report.sweeps, strict=False):
        _draw(axes, one, there)
    for axes in list(grid)[len(report.sweeps) :]:
        axes.set_axis_off()
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), frameon=False)
    figure.savefig(path, dpi=80)


def _draw(axes: Any, one: SweepResult, there: list[str]) -> None:
    sweep = one.sweep
    for bounds, colour in ((sweep.all, MUST), (sweep.none, MUST_NOT)):
        for low, high in _spans(bounds, sweep.values[0], sweep.values[-1]):
            axes.axvspan(low, high, color=colour, alpha=0.08, linewidth=0)
            for edge in {low, high} - {sweep.values[0], sweep.values[-1]}:
                axes.axvline(edge, color=colour, linewidth=0.8, linestyle=":")
    for number, name in enumerate(there):
        shares = [100 * tally.clean_rate for tally in one.tallies[name]]
        axes.plot(
            sweep.values,
            shares,
            label=name,
            color=COLOURS[number % len(COLOURS)],
            linestyle=STYLES[number % len(STYLES)],
            linewidth=2 if number == 0 else 1.3,
            zorder=5 - number,
        )
    axes.set_ylim(-4, 104)
    axes.set_xlim(sweep.values[0], sweep.values[-1])
    axes.set_title(sweep.what, fontsize=10)
    axes.set_xlabel(sweep.unit)
    axes.set_ylabel("% found, once")
    axes.grid(alpha=0.25)


def _spans(bounds: Bounds | None, first: float, last: float) -> list[tuple[float, float]]:
    """Return the pieces of an axis that bounds cover."""
    if bounds is None:
        return []
    low = first if bounds.low is None else max(bounds.low, first)
    high = last if bounds.high is None else min(bounds.high, last)
    return [(low, high)] if bounds.inside else [(first, low), (high, last)]
