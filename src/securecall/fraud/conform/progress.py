"""Call-progress rows as data: which tones are sent, what is off, what must be found."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any, Final

from securecall.errors import InputError, did_you_mean
from securecall.fraud.conform.call_progress import Off, Segment, Tone
from securecall.fraud.conform.limits import Expected
from securecall.fraud.conform.line import Line

__all__ = ["ProgressRow", "progress_rows", "tones"]

FILE: Final = "data/progress.toml"
HOME: Final = "north_america"
PERCENT: Final = ("cadence_percent", "frequency_percent", "level_db")


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """A requirement on one tone.

    Attributes
    ----------
    id, what, source : str
    tone : Tone
    expect : {"shown"} or float
    offs : tuple of Off
        In which ways the tone is off, one after the other.
    line : Line
    """

    id: str
    what: str
    source: str
    tone: Tone
    expect: Expected
    offs: tuple[Off, ...]
    line: Line


@cache
def _read() -> dict[str, Any]:
    text = files("securecall.fraud.conform").joinpath(FILE).read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def tones() -> Mapping[str, Tone]:
    """Return the tones by name; of other plans than North America's by ``plan.name``.

    Source
    ------
    ``data/progress.toml``, which names the source of each.
    """
    made = {}
    for row in _read()["tone"]:
        once = tuple(Segment(tuple(hz), ms) for hz, ms in row["segments"])
        plan = row.get("plan", HOME)
        made[row["name"] if plan == HOME else f"{plan}.{row['name']}"] = Tone(
            row["name"],
            plan,
            once * row.get("times", 1),
            row["level_dbm0"],
            row.get("latency_ms_most"),
            tuple(row.get("also", ())),
        )
    return made


@cache
def progress_rows() -> tuple[ProgressRow, ...]:
    """Return the table.

    Source
    ------
    The same file.
    """
    return tuple(one for row in _read()["row"] for one in _rows(row))


def _rows(row: Mapping[str, Any]) -> Iterator[ProgressRow]:
    known = tones()
    offs = tuple(
        Off(frequency_percent=frequency, cadence_percent=cadence, level_db=level)
        for cadence, frequency, level in product(*(row.get(name, [0]) for name in PERCENT))
    )
    line = Line(snr_db=row.get("snr_db"), law=row.get("law", ""))
    for name in row.get("tones", known):
        if name not in known:
            hint = did_you_mean(name, known)
            raise InputError(f"{FILE}: row {row['id']!r} has no tone {name!r}{hint}")
        yield ProgressRow(
            f"{row['id']}/{name}",
            row["what"],
            row["source"],
            known[name],
            row["expect"],
            offs,
            line,
        )
