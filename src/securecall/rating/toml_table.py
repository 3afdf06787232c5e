"""Read a TOML text table by table, collecting every fault instead of stopping at the first."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any, Final, TypeVar

from securecall.errors import Fault, SecurecallError, TariffError, nearest
from securecall.money import Rounding, micros, price_of
from securecall.rating.contract import Moment, Where
from securecall.toml_lines import Path, line_of_paths, written

__all__ = ["MISSING", "Source", "Table"]

T = TypeVar("T")
MISSING: Final[Any] = object()
TIME_MS_MAX: Final = 366 * 86_400_000  # longest duration and the longest step, unit or increment
_AT = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]))?\Z")


def _text(value: object, depth: int = 0) -> str:
    """Return a value as it would stand in the file, short: no deeper than anybody reads."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list) and depth > 8:
        return "..."
    if isinstance(value, dict):
        items = (f"{key} = {_text(item, depth + 1)}" for key, item in value.items())
        text = "{ " + ", ".join(items) + " }"
    elif isinstance(value, list):
        text = "[" + ", ".join(_text(item, depth + 1) for item in value) + "]"
    else:
        text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


class Source:
    """A TOML text, its lines, and the faults found so far."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        try:
            text.encode()
        except UnicodeEncodeError as error:  # half of a character that UTF-16 writes in two
            line = text.count("\n", 0, error.start) + 1
            raise TariffError([Fault(file, line, "text", "", "must be UTF-8")]) from None
        try:
            self.values = tomllib.loads(text)
            self.lines = line_of_paths(text)
        except tomllib.TOMLDecodeError as error:
            match = _AT.search(str(error))
            line = int(match[1]) if match and match[1] else text.count("\n") + 1
            rule = _AT.sub("", str(error)).strip().rstrip(".")
            raise TariffError([Fault(file, line, "TOML", "", rule)]) from None
        except RecursionError:
            raise TariffError([Fault(file, None, "TOML", "", "is nested too deeply")]) from None
        except ValueError as error:  # such as an integer of more digits than Python takes
            raise TariffError([Fault(file, None, "TOML", "", str(error))]) from None

    def root(self) -> Table:
        """Return the whole file as a table."""
        return Table(self, (), self.values)

    def line(self, path: Path) -> int | None:
        """Return the line of a key, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)

    def fault(
        self, path: Path, rule: str, value: object = MISSING, hint: str | None = None
    ) -> None:
        """Record a fault."""
        shown = "" if value is MISSING else _text(value)
        self.faults.append(Fault(self.file, self.line(path), written(path), shown, rule, hint))


class Table:
    """One table of a TOML file; remembers which of its keys were read."""

    def __init__(self, source: Source, path: Path, values: dict[str, Any]) -> None:
        self.source = source
        self.path = path
        self.values = values
        self.known: list[str] = []
        self.named = ""  # its id, once that is known

    @property
    def where(self) -> Where:
        """Where it stands."""
        return Where(self.source.file, self.source.line(self.path), written(self.path))

    def fault(self, key: str, rule: str, value: object = MISSING, hint: str | None = None) -> None:
        """Record a fault of one of its keys."""
        self.source.fault((*self.path, key) if key else self.path, rule, value, hint)

    def take(self, key: str, kind: type[T], what: str, default: T | Any) -> T | Any:
        """Return a key's value, or the default where it is missing or of another type."""
        self.known.append(key)
        if key not in self.values:
            if default is MISSING:
                self.fault(key, f"is missing; it must be {what}")
                return None
            return default
        value = self.values[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            unquoted = kind is str and isinstance(value, int | float) and "quotes" not in what
            hint = " in quotes" if unquoted else ""
            self.fault(key, f"must be {what}{hint}", value)
            return None if default is MISSING else default
        return value

    def _parsed(self, key: str, read: Callable[[str], T], what: str, default: T | Any) -> T | Any:
        text = self.take(key, str, what, MISSING if default is MISSING else None)
        if text is None:
            return None if default is MISSING else default
        try:
            return read(text)
        except SecurecallError as error:
            rule = str(error)
            rule = rule.removeprefix(f"{key} ").split(", not ")[0]
            self.fault(key, rule, text)
            return None if default is MISSING else default

    def text(self, key: str, default: Any = MISSING) -> Any:
        """Return a text that is not empty."""
        value = self.take(key, str, "text in quotes", default)
        if value == "":
            self.fault(key, "must not be empty", value)
            return None
        return value

    def word(self, key: str, allowed: Iterable[str], default: Any = MISSING) -> Any:
        """Return one word of a closed list."""
        allowed = tuple(allowed)
        one_of = "one of " + ", ".join(f'"{word}"' for word in allowed)
        value = self.take(key, str, one_of, default)
        if value is not None and value is not default and value not in allowed:
            self.fault(key, f"must be {one_of}", value, nearest(value, allowed))
            return None if default is MISSING else default
        return value

    def words(self, key: str, allowed: Iterable[str] | None, default: Any = MISSING) -> Any:
        """Return a list of texts, or of words of a closed list, without repetition."""
        placed = self.placed(key, allowed, default)
        if placed is None or placed is default:
            return placed
        return tuple(word for _, word in placed)

    def placed(self, key: str, allowed: Iterable[str] | None, default: Any = MISSING) -> Any:
        """Return the same, each word with its place in the list: what is wrong is left out."""
        allowed = None if allowed is None else tuple(allowed)
        one_of = "texts" if allowed is None else ", ".join(f'"{word}"' for word in allowed)
        values = self.take(key, list, f"a list of {one_of}", default)
        if values is None or values is default:
            return values
        good: dict[str, int] = {}
        if not values:
            self.fault(key, f"must not be empty; leave it out or list {one_of}", values)
        for index, value in enumerate(values):
            path = (*self.path, key, index)
            if not isinstance(value, str):
                self.source.fault(path, "must be text in quotes", value)
            elif allowed is not None and value not in allowed:
                self.source.fault(path, f"must be one of {one_of}", value, nearest(value, allowed))
            elif value in good:
                self.source.fault(path, "stands here twice", value)
            else:
                good[value] = index
        return tuple((index, word) for word, index in good.items())

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        return bool(self.take(key, bool, "true or false", default))

    def whole(self, key: str, low: int, high: int, default: Any = MISSING) -> Any:
        """Return an integer within bounds."""
        value = self.take(key, int, f"a whole number from {low} to {high}", default)
        if value is not None and value is not default and not low <= value <= high:
            self.fault(key, f"must be a whole number from {low} to {high}", value)
            return None if default is MISSING else default
        return value

    def milliseconds(self, key: str, low: int, default: Any = MISSING) -> Any:
        """Return a number of milliseconds, at most a year's."""
        return self.whole(key, low, TIME_MS_MAX, default)

    def amount(self, key: str, default: Any = MISSING) -> Any:
        """Return an amount of 0 or more, micro-dollars."""
        value = self._parsed(
            key, lambda text: micros(text, key), "dollars in quotes, such as '0.50'", default
        )
        if value is not None and value is not default and value < 0:
            self.fault(key, "must be 0 or more", self.values[key])
            return None if default is MISSING else default
        return value

    def price(self, key: str, default: Any = MISSING, high: int | None = None) -> Any:
        """Return a price, percent or share: an exact fraction of 0 or more."""
        what = "a decimal number in quotes, such as '0.07'"
        value = self._parsed(key, lambda text: price_of(text, key), what, default)
        if isinstance(value, Fraction) and high is not None and value > high:
            self.fault(key, f"must be {high} or less", self.values[key])
            return None if default is MISSING else default
        return value

    def moment(self, key: str) -> Moment | None:
        """Return a date, a local date-time or an instant."""
        self.known.append(key)
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, datetime | date):
            if 1970 <= value.year < 2100:
                return value
            self.fault(key, "must be in the years 1970 to 2099", value)
            return None
        self.fault(key, "must be a date or date-time without quotes, such as 2026-04-06", value)
        return None

    def clock(self, key: str, default: int) -> int:
        """Return a time of day in quotes as milliseconds since midnight."""
        text = self.take(key, str, "a time of day in quotes, such as '19:00'", None)
        if text is None:
            if isinstance(self.values.get(key), time):
                self.source.faults.pop()
                self.fault(key, "must be in quotes, such as '19:00'", self.values[key])
            return default
        match = _CLOCK.match(text)
        if not match or (match[1] == "24" and text not in ("24:00", "24:00:00")):
            self.fault(key, "must be a time of day from 00:00 to 24:00", text)
            return default
        return (int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)) * 1000

    def table(self, key: str) -> Table | None:
        """Return a table, or None if there is none."""
        values = self.take(key, dict, "a table", None)
        return None if values is None else Table(self.source, (*self.path, key), values)

    def tables(self, key: str, needed: bool = False) -> list[Table]:
        """Return an array of tables, empty if there is none."""
        values = self.take(key, list, f"tables headed [[{key}]]", MISSING if needed else [])
        good = []
        for index, value in enumerate(values or ()):
            path = (*self.path, key, index)
            if isinstance(value, dict):
                good.append(Table(self.source, path, value))
            else:
                self.source.fault(path, "must be a table", value)
        return good

    def rounding(self, key: str, default: Rounding) -> Rounding:
        """Return a rounding from ``{ mode = ..., unit = ... }``."""
        table = self.table(key)
        if table is None:
            return default
        mode = table.word("mode", ("up", "down", "half_up", "half_even"), default.mode)
        unit = table.amount("unit", default.unit_micros)
        if unit is not None and unit < 1:
            table.fault("unit", "must be 0.000001 or more", table.values["unit"])
            unit = 1
        table.done()
        return Rounding(mode, unit)

    def done(self) -> None:
        """Record a fault for every key that nobody asked for."""
        for key, value in self.values.items():
            if key not in self.known:
                allowed = sorted(set(self.known))
                self.fault(
                    key, f"is not known here; allowed: {', '.join(allowed)}", value,
                    nearest(key, allowed),
                )  # fmt: skip
