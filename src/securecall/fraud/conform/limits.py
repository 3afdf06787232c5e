"""Limits of the standards as data: what to send, and what must become of it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any, Final, Literal

import numpy as np

from securecall.errors import InputError, did_you_mean
from securecall.fraud.conform.digits import Pulse
from securecall.fraud.conform.line import Line

__all__ = ["Bounds", "Case", "Expected", "Limit", "Sweep", "limits", "meets", "standards", "sweeps"]

Expected = Literal["all", "none", "shown"] | float

FILES: Final = ("data/dtmf.toml", "data/mf.toml")
FILE: Final = "data"
PULSE: Final = frozenset(one.name for one in fields(Pulse))
LINE: Final = frozenset(one.name for one in fields(Line))


@dataclass(frozen=True, slots=True)
class Case:
    """One way of sending: how digits are made, and over which line.

    Attributes
    ----------
    text : str
        What differs from nominal, ``low_percent=1.5``; all but how pauses vary.
    """

    text: str
    pulse: Pulse
    line: Line


@dataclass(frozen=True, slots=True)
class Limit:
    """A requirement, and the signals that try it.

    Attributes
    ----------
    id, standard, what, source : str
    expect : {"all", "none", "shown"} or float
        Every signal once and nothing else, none at all, no requirement, or the least share found,
        again with nothing else.
    cases : tuple of Case
    latency_ms_most : float or None
        The longest that a report may take from onset.
    times : int
        How many times as many trials the row takes.
    same_key : bool
        Each key is sent twice in a row.
    system : str
        ``dtmf``, or a system of `multi_frequency`.
    """

    id: str
    standard: str
    what: str
    source: str
    expect: Expected
    cases: tuple[Case, ...]
    latency_ms_most: float | None = None
    times: int = 1
    same_key: bool = False
    system: str = "dtmf"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a sweep must find everything or nothing; None has no bound on that side.

    Attributes
    ----------
    low, high : float or None
    inside : bool
        Between the two, or outside of them.
    """

    low: float | None
    high: float | None
    inside: bool = True

    def holds(self, value: float) -> bool:
        """Return whether a value is within; both ends are."""
        if self.inside:
            return (self.low is None or value >= self.low) and (
                self.high is None or value <= self.high
            )
        assert self.low is not None
        assert self.high is not None
        return value <= self.low or value >= self.high


@dataclass(frozen=True, slots=True)
class Sweep:
    """One quantity that goes from one end to the other.

    Attributes
    ----------
    id, what, unit : str
    values : tuple of float
    cases : tuple of Case
        One a value.
    all, none : Bounds or None
        Where every digit must be found, and where none.
    same_key : bool
        Each key is sent twice in a row.
    """

    id: str
    what: str
    unit: str
    values: tuple[float, ...]
    cases: tuple[Case, ...]
    all: Bounds | None
    none: Bounds | None
    same_key: bool


def meets(expect: Expected, sent: int, found: int, extra: int) -> bool | None:
    """Return whether counts meet what is expected; None if nothing is.

    Source
    ------
    own.
    """
    if expect == "shown":
        return None
    if expect == "none":
        return found + extra == 0
    least = sent if expect == "all" else float(expect) * sent
    return found >= least and extra == 0


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = {"standard": [], "row": [], "sweep": []}
    for name in FILES:
        text = files("securecall.fraud.conform").joinpath(name).read_text(encoding="utf-8")
        for part, rows in tomllib.loads(text).items():
            found[part] += rows
    return found


def standards() -> dict[str, str]:
    """Return the names of the standards by their ids."""
    return {one["id"]: one["name"] for one in _read()["standard"]}


@cache
def limits() -> tuple[Limit, ...]:
    """Return the table.

    Source
    ------
    ``data/dtmf.toml`` and ``data/mf.toml``, which name the source of each row.
    """
    return tuple(_limit(row) for row in _read()["row"])


@cache
def sweeps() -> tuple[Sweep, ...]:
    """Return the sweeps.

    Source
    ------
    The same files.
    """
    return tuple(_sweep(row) for row in _read()["sweep"])


def case(values: Mapping[str, Any]) -> Case:
    """Return a case of fields of Pulse and Line.

    Raises
    ------
    InputError
        Neither has such a field.
    """
    unknown = set(values) - PULSE - LINE
    if unknown:
        name = min(unknown)
        hint = did_you_mean(name, PULSE | LINE)
        raise InputError(f"{FILE}: a case has no {name!r}{hint}")
    pulse = replace(Pulse(), **{name: values[name] for name in PULSE & set(values)})
    line = replace(Line(), **{name: values[name] for name in LINE & set(values)})
    plain = {one.name: one.default for one in chain(fields(Pulse), fields(Line))}
    told = [
        f"{name}={value}"
        for name, value in values.items()
        if value != plain[name] and name != "jitter_ms"
    ]
    return Case(" ".join(told) or "nominal", pulse, line)


def _limit(row: Mapping[str, Any]) -> Limit:
    known = {one.name for one in fields(Limit)} | {"base"}
    unknown = set(row) - known
    if unknown:
        name = min(unknown)
        hint = did_you_mean(name, known)
        raise InputError(f"{FILE}: row {row.get('id')!r} has no {name!r}{hint}")
    base = row.get("base", {})
    told = {name: value for name, value in row.items() if name not in ("base", "cases")}
    return Limit(**told, cases=tuple(case({**base, **one}) for one in row["cases"]))


def _sweep(row: Mapping[str, Any]) -> Sweep:
    grid, base, vary = row["values"], row["base"], row["vary"]
    count = round((grid["to"] - grid["from"]) / grid["step"]) + 1
    values = tuple(float(grid["from"] + grid["step"] * number) for number in range(count))
    made = []
    for value in values:
        varied = {name: base.get(name, 0.0) + share * value for name, share in vary.items()}
        made.append(case({**base, **varied}))
    return Sweep(
        id=row["id"],
        what=row["what"],
        unit=row["unit"],
        values=values,
        cases=tuple(made),
        all=_bounds(row.get("all")),
        none=_bounds(row.get("none")),
        same_key=row.get("same_key", False),
    )


def _bounds(told: Mapping[str, Any] | None) -> Bounds | None:
    if told is None:
        return None
    if "outside" in told:
        low, high = told["outside"]
        return Bounds(low, high, inside=False)
    if "between" in told:
        low, high = told["between"]
        return Bounds(low, high)
    return Bounds(told.get("from"), told.get("to"))


def drawn(seed: int, *names: str | int) -> np.random.Generator:
    """Return random numbers that depend on nothing but a seed and the names of what they are for.

    Source
    ------
    own, over NumPy's Philox, whose streams do not change from version to version.
    """
    from zlib import crc32

    words = [crc32(name.encode()) if isinstance(name, str) else name for name in names]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *words])))
