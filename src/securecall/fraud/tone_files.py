"""From the text of a tone plan to its values, with every fault at once."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from securecall.errors import Fault, TonePlanError, nearest
from securecall.fraud.tones import Cadence, Limits, Span, Step, Tone, TonePlan, plan, plan_names

__all__ = ["parse_plan", "read_plan"]

LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "shift_percent": (0.1, 10.0),
    "apart_percent": (0.1, 10.0),
    "time_percent": (0.0, 50.0),
    "time_slack_ms": (0.0, 100.0),
    "least_dbm0": (-60.0, 3.5),
    "most_dbm0": (-60.0, 10.0),
    "twist_db": (0.0, 20.0),
    "pure_db": (6.0, 40.0),
    "even_db": (0.5, 12.0),
}
_USUAL: Final[Mapping[str, Any]] = {
    "shift_percent": 3.5,
    "apart_percent": 1.5,
    "time_percent": 10.0,
    "time_slack_ms": 12.0,
    "least_dbm0": -40.0,
    "most_dbm0": 3.5,
    "twist_db": 7.0,
    "pure_db": 24.0,
    "even_db": 2.3,
}
CADENCE_KEYS: Final = (
    "steps", "lasts_ms", "rounds", "repeats", "tail", "shift_percent", "time_slack_ms", "pure_db",
    "even_db", "sharp_edges", "coded", "note", "frequencies_hz",
)  # fmt: skip
LOWEST_HZ: Final = 270.0
LOW_END_HZ: Final = 735.0
HIGH_START_HZ: Final = 800.0
HIGHEST_HZ: Final = 3800.0
LOW_LINES_MAX: Final = 2
LINES_MAX: Final = 4
STEPS_MAX: Final = 4
BURSTS_MAX: Final = 8
TIME_MS_MAX: Final = 60_000.0
SHORTEST_MS: Final = 70.0
NOWHERE: Final = 1e6


class _Reader:
    """Takes values out of tables and collects what is wrong with them."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def fault(self, key: str, value: object, rule: str, hint: str | None = None) -> None:
        text = "" if value is None else str(value)
        self.faults.append(Fault(self.file, None, key, text[:60], rule, hint))

    def known(self, table: Mapping[str, Any], where: str, allowed: Collection[str]) -> None:
        for key in table:
            if key not in allowed:
                self.fault(f"{where}{key}", None, "is not a key here", nearest(key, allowed))

    def text(self, table: Mapping[str, Any], where: str, key: str, usual: str | None = None) -> str:
        value = table.get(key, usual)
        if not isinstance(value, str) or (usual is None and not value.strip()):
            self.fault(f"{where}{key}", value, "must be a text")
            return ""
        return value

    def flag(self, table: Mapping[str, Any], where: str, key: str, usual: bool) -> bool:
        value = table.get(key, usual)
        if not isinstance(value, bool):
            self.fault(f"{where}{key}", value, "must be true or false")
            return usual
        return value

    def number(self, value: object, key: str, least: float, most: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(key, value, "must be a number")
            return least
        if not least <= value <= most:
            self.fault(key, value, f"must be {least:g} to {most:g}")
            return least
        return float(value)

    def tables(self, table: Mapping[str, Any], where: str, key: str) -> list[Mapping[str, Any]]:
        value = table.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(x, dict) for x in value):
            self.fault(f"{where}{key}", None, "must be one table or more")
            return []
        return value

    def frequencies(self, value: object, key: str) -> tuple[float, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= LINES_MAX:
            self.fault(key, value, f"must be a list of 1 to {LINES_MAX} frequencies")
            return (NOWHERE,)
        hz = tuple(
            self.number(x, f"{key}[{n}]", LOWEST_HZ, HIGHEST_HZ) for n, x in enumerate(value)
        )
        if any(after <= before for before, after in pairwise(hz)):
            self.fault(key, value, "must rise")
        low = sum(each <= LOW_END_HZ for each in hz)
        if any(LOW_END_HZ < each < HIGH_START_HZ for each in hz) or low not in (0, len(hz)):
            self.fault(
                key, value,
                f"must be all below {LOW_END_HZ:g} Hz or all above {HIGH_START_HZ:g} Hz",
            )  # fmt: skip
        least = 35.0 if low else 120.0
        if low > LOW_LINES_MAX:
            self.fault(key, value, f"may have {LOW_LINES_MAX} below {LOW_END_HZ:g} Hz")
        if any(after - before < least for before, after in pairwise(hz)):
            self.fault(key, value, f"must lie {least:g} Hz apart")
        return hz

    def span(self, value: object, key: str, percent: float, least: float) -> Span:
        if isinstance(value, list):
            if len(value) != 3:
                self.fault(key, value, "must be a number or [shortest, usual, longest]")
                return Span(least, least, least)
            low, usual, high = (
                self.number(x, f"{key}[{n}]", least, TIME_MS_MAX) for n, x in enumerate(value)
            )
            if not low <= usual <= high:
                self.fault(key, value, "must rise")
            return Span(low, usual, high)
        usual = self.number(value, key, least, TIME_MS_MAX)
        return Span(usual * (1 - percent / 100), usual, usual * (1 + percent / 100))


def _limits(
    reader: _Reader, table: object, where: str, usual: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return limits with their sources under ``sources``; what is not said is as usual."""
    if not isinstance(table, dict):
        reader.fault(where.rstrip("."), table, "must be a table")
        return usual
    reader.known(table, where, (*LIMITS, "sources"))
    found = dict(usual)
    said = table.get("sources", {})
    if not isinstance(said, dict):
        reader.fault(f"{where}sources", said, "must be a table")
        said = {}
    reader.known(said, f"{where}sources.", LIMITS)
    sources = dict(usual.get("sources", {}))
    for key, (least, most) in LIMITS.items():
        if key in table:
            found[key] = reader.number(table[key], f"{where}{key}", least, most)
            sources[key] = reader.text(said, f"{where}sources.", key, "not said")
    if found["least_dbm0"] >= found["most_dbm0"]:
        reader.fault(f"{where}least_dbm0", found["least_dbm0"], "must be below most_dbm0")
    found["sources"] = sources
    return found


def _cadence(
    reader: _Reader, table: Mapping[str, Any], where: str, usual: Mapping[str, Any]
) -> Cadence:
    """Return a cadence; ``usual`` has the limits, frequencies and edges of its tone."""
    reader.known(table, where, CADENCE_KEYS)
    percent = usual["time_percent"]
    shift, slack, pure, even = (
        reader.number(table.get(key, usual[key]), f"{where}{key}", *LIMITS[key])
        for key in ("shift_percent", "time_slack_ms", "pure_db", "even_db")
    )
    edges = int(
        reader.number(table.get("sharp_edges", usual["sharp_edges"]), f"{where}sharp_edges", 0, 2)
    )
    hz = table.get("frequencies_hz", usual["frequencies_hz"])
    note = reader.text(table, where, "note", "")
    coded = reader.flag(table, where, "coded", False)
    own = (shift, slack, pure, even, edges, coded, note)
    nothing = Span(0.0, 0.0, 0.0)
    if "lasts_ms" in table:
        for key in ("steps", "rounds", "repeats", "tail"):
            if key in table:
                reader.fault(f"{where}{key}", table[key], "has no meaning beside lasts_ms")
        least = reader.number(table["lasts_ms"], f"{where}lasts_ms", SHORTEST_MS, TIME_MS_MAX)
        lines = reader.frequencies(hz, f"{where}frequencies_hz")
        on = Span(least, TIME_MS_MAX, TIME_MS_MAX)
        return Cadence((Step(lines, on, nothing),), True, 1, True, False, *own)
    steps: list[Step] = []
    for n, each in enumerate(reader.tables(table, where, "steps")):
        place = f"{where}steps[{n}]."
        reader.known(each, place, ("frequencies_hz", "on_ms", "pause_ms"))
        lines = reader.frequencies(each.get("frequencies_hz", hz), f"{place}frequencies_hz")
        on = reader.span(each.get("on_ms"), f"{place}on_ms", percent, SHORTEST_MS)
        pause = reader.span(each.get("pause_ms"), f"{place}pause_ms", percent, 0.0)
        steps.append(Step(lines, on, pause))
    rounds = int(reader.number(table.get("rounds", 1), f"{where}rounds", 1, BURSTS_MAX))
    if len(steps) > STEPS_MAX or len(steps) * rounds > BURSTS_MAX:
        reader.fault(f"{where}steps", len(steps), f"may be {STEPS_MAX}, {BURSTS_MAX} in all rounds")
    return Cadence(
        tuple(steps), False, rounds, reader.flag(table, where, "repeats", True),
        reader.flag(table, where, "tail", False), *own,
    )  # fmt: skip


def _tone(reader: _Reader, table: Mapping[str, Any], where: str, usual: Mapping[str, Any]) -> Tone:
    reader.known(
        table, where,
        ("name", "title", "frequencies_hz", "level_dbm0", "sharp", "source", "limits", "cadence"),
    )  # fmt: skip
    name = reader.text(table, where, "name")
    limits = _limits(reader, table.get("limits", {}), f"{where}limits.", usual)
    sharp = reader.flag(table, where, "sharp", False)
    own = {"frequencies_hz": table.get("frequencies_hz"), "sharp_edges": 2 * sharp, **limits}
    cadences = tuple(
        _cadence(reader, each, f"{where}cadence[{n}].", own)
        for n, each in enumerate(reader.tables(table, where, "cadence"))
    )
    return Tone(
        name, reader.text(table, where, "title", name),
        reader.number(table.get("level_dbm0", -15), f"{where}level_dbm0", -60.0, 3.5),
        sharp, cadences,
        Limits(**{**limits, "sources": MappingProxyType(limits["sources"])}),
        reader.text(table, where, "source"),
    )  # fmt: skip


def parse_plan(text: str, *, file: str = "<text>") -> TonePlan:
    """Read a tone plan from TOML.

    Parameters
    ----------
    text : str
    file : str
        Its name, for messages.

    Raises
    ------
    TonePlanError
        With everything that is wrong: file, key, value, and the key that was probably meant.

    Source
    ------
    own; the format is described in docs/tones.md.

    Examples
    --------
    >>> from securecall.fraud.tone_files import parse_plan
    >>> text = '''
    ... name = "ours"
    ... [[tone]]
    ... name = "beep"
    ... frequencies_hz = [1000]
    ... source = "our own exchange"
    ... [[tone.cadence]]
    ... steps = [{ on_ms = 400, pause_ms = 600 }]
    ... '''
    >>> parse_plan(text)["beep"].cadences[0].steps[0].on
    Span(least_ms=360.0, usual_ms=400.0, most_ms=440.00000000000006)
    """
    reader = _Reader(file)
    try:
        values = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise TonePlanError([Fault(file, None, "TOML", "", str(error))]) from None
    reader.known(values, "", ("name", "title", "include", "limits", "tone"))
    name = reader.text(values, "", "name")
    limits = _limits(reader, values.get("limits", {}), "limits.", _USUAL)
    tones = tuple(
        _tone(reader, each, f"tone[{n}].", limits)
        for n, each in enumerate(reader.tables(values, "", "tone"))
    )
    names = [tone.name for tone in tones]
    for n, each in enumerate(names):
        if each in names[:n]:
            reader.fault(f"tone[{n}].name", each, "stands twice")
    tones = (*_included(reader, values.get("include", []), names), *tones)
    _count(reader, tones)
    if reader.faults:
        raise TonePlanError(reader.faults)
    return TonePlan(name, reader.text(values, "", "title", name), tones)


def _included(reader: _Reader, value: object, names: Collection[str]) -> tuple[Tone, ...]:
    """Return the tones of other plans, but for those whose names are given: they are replaced."""
    if not isinstance(value, list):
        reader.fault("include", value, "must be a list of plans")
        return ()
    found: dict[str, Tone] = {}
    whose: dict[str, str] = {}
    for n, each in enumerate(value):
        if not isinstance(each, str) or each not in plan_names():
            hint = nearest(str(each), plan_names())
            reader.fault(f"include[{n}]", each, f"must be one of {', '.join(plan_names())}", hint)
            continue
        for tone in plan(each):
            if tone.name in names:
                continue
            if tone.name in found:
                rule = f"and {whose[tone.name]!r} both have {tone.name!r}: say here which it is"
                reader.fault(f"include[{n}]", each, rule)
            found[tone.name], whose[tone.name] = tone, each
    return tuple(found.values())


PATTERNS_MAX: Final = 64
BOXES_MAX: Final = 96


def _count(reader: _Reader, tones: Sequence[Tone]) -> None:
    """Hold a plan against what the engine has room for."""
    cadences = [cadence for tone in tones for cadence in tone.cadences]
    if len(cadences) > PATTERNS_MAX:
        reader.fault("tone", len(cadences), f"may have {PATTERNS_MAX} cadences in all")
    lines = {step.frequencies_hz for cadence in cadences for step in cadence.steps}
    if len(lines) > BOXES_MAX:
        reader.fault("tone", len(lines), f"may have {BOXES_MAX} sets of frequencies in all")


def read_plan(path: str | Path) -> TonePlan:
    """Read a tone plan from a file.

    Parameters
    ----------
    path : str or pathlib.Path
        Of a TOML file, UTF-8.

    Raises
    ------
    TonePlanError
        With everything that is wrong, or that the file cannot be read.

    Source
    ------
    own; the format is described in docs/tones.md.

    Examples
    --------
    >>> from securecall.fraud.tone_files import read_plan
    >>> read_plan("no/such/file.toml")
    Traceback (most recent call last):
    securecall.TonePlanError: the tone plan has 1 fault:
      no/such/file.toml: file: cannot be read: No such file or directory
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        rule = f"cannot be read: {error.strerror}"
        raise TonePlanError([Fault(str(path), None, "file", "", rule)]) from None
    except UnicodeDecodeError as error:
        rule = f"must be UTF-8; byte {error.start} is not"
        raise TonePlanError([Fault(str(path), None, "file", "", rule)]) from None
    return parse_plan(text, file=str(path))
