"""A picture of a call: its spectrum over time, what was heard above it, how loud it was below it.

Each leg has a row. Digits that stand too near to each other for letters of their own share a label,
so that an hour can be read as well as a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from securecall.errors import BuildError, InputError
from securecall.fraud.event import Event
from securecall.fraud.listening import Heard
from securecall.fraud.spectrogram import TOP_HZ, Spectrogram

__all__ = ["FORMS", "clock", "draw", "need_matplotlib"]

FORMS: Final = (".png", ".svg", ".pdf")
WIDTH_IN: Final = 14.0
PLOT_IN: Final = 12.3  # of it, between the axes' names and the colour bar
DPI: Final = 110
LETTER_PX: Final = 9.6
LEAST_PX: Final = 2.0
LABEL_LETTERS: Final = 24
ROWS_MAX: Final = 4
LOUD_DBM0: Final = -5
QUIET_DBM0: Final = -75
INK: Final = "#263238"
LINES: Final = "#7fffd4"
WORDS: Final = {"dtmf": "digits", "mf": "MF", "tone": "tones"}
SPEECH: Final = "#78909c"
COLOURS: Final = {"dtmf": "#c62828", "mf": "#6a1b9a"}
PALETTE: Final = (
    "#1f4e79", "#2e7d32", "#b26a00", "#00838f", "#8e24aa", "#5d4037", "#558b2f", "#3949ab",
)  # fmt: skip


class Mark(NamedTuple):
    """A bar above the spectrum and its label, which may be empty."""

    row: int
    from_ms: float
    to_ms: float
    label: str
    colour: str


def clock(ms: float, places: int = 0) -> str:
    """Return a time as people read it: ``1:02:03`` or ``2:03.250``.

    Source
    ------
    own.

    Examples
    --------
    >>> clock(3_723_000), clock(123_250, 3)
    ('1:02:03', '2:03.250')
    """
    ticks = round(ms * 10**places / 1000)
    seconds, part = divmod(ticks, 10**places)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"{text}.{part:0{places}}" if places else text


def need_matplotlib() -> Any:
    """Return the class of figures, or say at once that no picture can be made here.

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
        raise BuildError("the picture needs matplotlib: pip install 'securecall[report]'") from None
    return Figure


def _digits(events: Sequence[Event], row: int, kind: str, letter_ms: float) -> list[Mark]:
    """Return the bars of digits; if two of a run have no room for letters, it shares a label."""
    marks: list[Mark] = []
    for run in _runs(events, letter_ms):
        texts = [event.detail for event in run]
        own = all(
            after.start_ms - event.start_ms >= letter_ms * (len(event.detail) + 0.5)
            for event, after in pairwise(run)
        )
        if not own:
            apart = " " if any(len(text) > 1 for text in texts) else ""
            whole = apart.join(texts)
            if len(whole) > LABEL_LETTERS:
                whole = f"{whole[: LABEL_LETTERS - 1]}…"
            texts = [whole, *[""] * (len(run) - 1)]
        for event, text in zip(run, texts, strict=True):
            marks.append(Mark(row, event.start_ms, _end(event), text, COLOURS[kind]))
    return marks


def _runs(events: Sequence[Event], letter_ms: float) -> list[list[Event]]:
    """Return digits in runs, each of which has room for a label of its own."""
    runs: list[list[Event]] = []
    label_ms = last_ms = float("-inf")
    for event in events:
        if event.start_ms >= max(label_ms, last_ms + 4 * letter_ms):
            runs.append([])
        runs[-1].append(event)
        letters = min(sum(len(each.detail) + 0.5 for each in runs[-1]), LABEL_LETTERS)
        label_ms = runs[-1][0].start_ms + letter_ms * (letters + 1)
        last_ms = event.start_ms
    return runs


def _tones(events: Sequence[Event], row: int, letter_ms: float) -> list[Mark]:
    """Return the bars of tones, in as many rows as labels need; what finds none goes without.

    A tone whose name still stands in a row, as that of a busy tone that somebody spoke into, goes
    on in that row.
    """
    names = sorted({event.detail for event in events})
    bars = [float("-inf")] * ROWS_MAX  # where the last one of each row ends
    labels = [("", float("-inf"))] * ROWS_MAX
    marks = []
    for event in events:
        rows = range(ROWS_MAX)
        free = [n for n in rows if max(bars[n], labels[n][1]) <= event.start_ms]
        same = [
            n
            for n in rows
            if labels[n][0] == event.detail and bars[n] <= event.start_ms < labels[n][1]
        ]
        place = same[0] if same else free[0] if free else ROWS_MAX - 1
        label = event.detail if free and not same else ""
        bars[place] = max(bars[place], _end(event))
        if label:
            labels[place] = (label, event.start_ms + letter_ms * (len(label) + 1))
        colour = PALETTE[names.index(event.detail) % len(PALETTE)]
        marks.append(Mark(row + place, event.start_ms, _end(event), label, colour))
    return marks


def _end(event: Event) -> float:
    return event.detected_ms if event.end_ms is None else event.end_ms


def _marks(
    events: Sequence[Event], letter_ms: float, talk: Sequence[tuple[float, float]] | None = None
) -> tuple[list[Mark], list[tuple[int, str]]]:
    """Return the marks of a leg, and the rows that have a name."""
    marks: list[Mark] = []
    names: list[tuple[int, str]] = []
    row = 0
    kinds = {event.kind for event in events}
    for kind in [*(kind for kind in WORDS if kind in kinds), *sorted(kinds - set(WORDS))]:
        of_kind = [event for event in events if event.kind == kind]
        names.append((row, WORDS.get(kind, kind)))
        if kind in COLOURS:
            marks += _digits(of_kind, row, kind, letter_ms)
        else:
            marks += _tones(of_kind, row, letter_ms)
        row = 1 + max(mark.row for mark in marks)
    if talk is not None:
        names.append((row, "speech"))
        marks += [Mark(row, from_ms, to_ms, "", SPEECH) for from_ms, to_ms in talk]
    return marks, names


def draw(
    path: str | Path, seen: Spectrogram, heard: Sequence[Heard], legs: Sequence[str], *,
    talk: Mapping[str, Sequence[tuple[float, float]]] | None = None, title: str = "",
    about: str = "",
) -> None:  # fmt: skip
    """Draw a call to a file, PNG, SVG or PDF by its name.

    Parameters
    ----------
    path : str or pathlib.Path
    seen : Spectrogram
        It says from when to when, too.
    heard : sequence of Heard
        As `securecall.fraud.listening.whole` returns them.
    legs : sequence of str
        In the order of the spectrogram's.
    talk : mapping, optional
        Where somebody speaks on each leg, as `securecall.fraud.talk.Talk.stretches` has it.
    title, about : str
        What stands above, in large and in small letters.

    Raises
    ------
    BuildError
        matplotlib is not installed (``pip install securecall[report]``).
    InputError
        Another sort of file, or it cannot be written.

    Source
    ------
    own.
    """
    figure_of = need_matplotlib()
    if Path(path).suffix.lower() not in FORMS:
        raise InputError(f"{path}: a picture's name must end in {', '.join(FORMS)}")
    px_ms = (seen.to_ms - seen.from_ms) / (PLOT_IN * DPI)
    inside = [
        [
            each.event
            for each in heard
            if each.leg == leg
            and each.event.start_ms < seen.to_ms
            and _end(each.event) > seen.from_ms
        ]
        for leg in legs
    ]
    marked = [
        _marks(events, LETTER_PX * px_ms, None if talk is None else talk[leg])
        for leg, events in zip(legs, inside, strict=True)
    ]
    heights = [
        height for marks, names in marked for height in (0.3 * _rows(marks, names), 2.6, 0.8)
    ]
    figure: Any = figure_of(figsize=(WIDTH_IN, sum(heights) + 1.0), layout="constrained", dpi=DPI)
    figure.get_layout_engine().set(h_pad=0.02, hspace=0.01)
    rows = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)
    axes = [each[0] for each in rows]
    image: Any = None
    for n, leg in enumerate(legs):
        above, middle, below = axes[3 * n : 3 * n + 3]
        _draw_marks(above, *marked[n], leg if len(legs) > 1 else "", LEAST_PX * px_ms)
        image = _draw_spectrum(middle, seen, n, inside[n])
        _draw_level(below, seen, n)
    _time_axis(axes[-1], seen.from_ms, seen.to_ms)
    bar = figure.colorbar(image, ax=axes, aspect=60, pad=0.01, fraction=0.02, extend="both")
    bar.set_label("dBm0 of a tone", fontsize=8)
    bar.ax.tick_params(labelsize=8)
    heading = {"color": INK, "parse_math": False}  # a file's name may have dollars in it
    figure.suptitle(title, x=0.01, ha="left", fontsize=13, fontweight="bold", **heading)
    axes[0].set_title(about, loc="left", fontsize=9, **heading)
    try:
        figure.savefig(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None


def _rows(marks: Sequence[Mark], names: Sequence[tuple[int, str]]) -> int:
    return 1 + max([mark.row for mark in marks] + [row for row, _ in names], default=0)


def _draw_marks(
    axes: Any, marks: Sequence[Mark], names: Sequence[tuple[int, str]], leg: str, least_ms: float
) -> None:
    axes.set_ylim(_rows(marks, names), 0)
    for mark in marks:
        wide = max(mark.to_ms - mark.from_ms - least_ms / 2, least_ms)  # neighbours stay apart
        axes.barh(
            mark.row + 0.84, wide, height=0.24, left=mark.from_ms, color=mark.colour, linewidth=0
        )
        if mark.label:
            axes.text(
                mark.from_ms, mark.row + 0.66, mark.label, fontsize=9, color=mark.colour,
                clip_on=True, fontweight="bold", parse_math=False,
            )  # fmt: skip
    axes.set_yticks([row + 0.6 for row, _ in names], [name for _, name in names], fontsize=8)
    axes.tick_params(length=0, labelbottom=False)
    if not marks:
        axes.text(0.0, 0.5, "  nothing heard", transform=axes.transAxes, fontsize=9, va="center")
    for side in ("top", "right", "bottom", "left"):
        axes.spines[side].set_visible(False)
    if leg:
        axes.text(
            -0.055, 0.5, leg, transform=axes.transAxes, fontsize=11, fontweight="bold",
            color=INK, va="center", ha="right", parse_math=False,
        )  # fmt: skip


def _draw_spectrum(axes: Any, seen: Spectrogram, leg: int, events: Sequence[Event]) -> Any:
    image = axes.imshow(
        seen.power_dbm0[leg], origin="lower", aspect="auto", cmap="magma",
        extent=(seen.from_ms, seen.to_ms, 0, TOP_HZ), vmin=QUIET_DBM0, vmax=LOUD_DBM0,
    )  # fmt: skip
    for event in events:
        lines = [hz for name, hz in event.cues.items() if name.endswith("_hz")]
        if lines:
            axes.hlines(lines, event.start_ms, _end(event), colors=LINES, linewidth=0.7, alpha=0.9)
    axes.set_yticks([0, 1000, 2000, 3000, 4000], ["0", "1", "2", "3", "4 kHz"], fontsize=8)
    axes.tick_params(labelbottom=False)
    return image


def _draw_level(axes: Any, seen: Spectrogram, leg: int) -> None:
    least, most = (each[leg] for each in seen.level_dbm0)
    count = len(most)
    times = [seen.from_ms + (column + 0.5) * seen.column_ms for column in range(count)]
    axes.fill_between(times, least, most, color="#90a4ae", linewidth=0)
    axes.plot(times, most, color=INK, linewidth=0.7)
    axes.set_ylim(-72, 6)
    axes.set_yticks([-60, -40, -20, 0], ["-60", "-40", "-20", "0 dBm0"], fontsize=8)
    axes.grid(alpha=0.3)


def _time_axis(axes: Any, from_ms: float, to_ms: float) -> None:
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    steps = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 30_000, 60_000, 120_000]
    steps += [300_000, 600_000, 1_200_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000]
    step_ms = next((step for step in steps if (to_ms - from_ms) / step <= 14), steps[-1])
    places = 0 if step_ms >= 1000 else 1 if step_ms >= 100 else 2
    axes.xaxis.set_major_locator(MultipleLocator(step_ms))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda ms, _: clock(ms, places)))
    axes.tick_params(axis="x", labelsize=9, labelbottom=True)
    axes.set_xlim(from_ms, to_ms)
