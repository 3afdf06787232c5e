"""Parameters from a file, and one by one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from securecall.errors import InputError, did_you_mean
from securecall.fraud.patterns.catalogue import PARAMETERS, check_name
from securecall.fraud.patterns.hours import Hours

__all__ = ["read_settings"]


def read_settings(path: str | None, given: Iterable[str] = ()) -> list[Any]:
    """Return parameters as a file says, and over it what is given singly.

    Parameters
    ----------
    path : str or None
        TOML: a table a pattern; ``[schedule.hours.FACILITY]`` holds a facility's hours.
    given : iterable of str
        ``pattern.parameter=value``; several values are parted by commas.

    Raises
    ------
    InputError
        The file cannot be read, or something in it is unknown or wrong.

    Source
    ------
    own.
    """
    said: dict[str, dict[str, Any]] = {}
    if path is not None:
        try:
            said = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"{path}: is no TOML: {error}") from None
    for setting in given:
        where, equals, value = setting.partition("=")
        name, dot, parameter = where.partition(".")
        if not equals or not dot:
            raise InputError(f"--set must be written pattern.parameter=value, not {setting!r}")
        check_name(name)
        kind = _known(name, parameter)
        said.setdefault(name, {})[parameter] = _value(where, value, kind)
    return [_parameters(path, name, values) for name, values in said.items()]


def _known(name: str, parameter: str) -> str:
    types = {item.name: str(item.type) for item in fields(PARAMETERS[name])}
    if parameter not in types:
        raise InputError(
            f"{name} has the parameters {', '.join(types)}, and no {parameter!r}"
            + did_you_mean(parameter, types)
        )
    return types[parameter]


def _value(where: str, text: str, kind: str) -> Any:
    if kind in ("int", "float"):
        try:
            return int(text) if kind == "int" else float(text)
        except ValueError:
            raise InputError(f"{where} must be a number, not {text!r}") from None
    if kind == "bool":
        if text not in ("true", "false"):
            raise InputError(f"{where} must be true or false, not {text!r}")
        return text == "true"
    if "Hours" in kind:
        raise InputError(f"{where} is told in a file: --settings")
    return [part.strip() for part in text.split(",") if part.strip()]


def _parameters(path: str | None, name: str, values: Any) -> Any:
    place = f"{path}: " if path else ""
    try:
        check_name(name)
        if not isinstance(values, Mapping):
            raise InputError(f"[{name}] must be a table of parameters")
        for parameter in values:
            _known(name, parameter)
        if name == "schedule":
            told = values.get("hours", {})
            if not isinstance(told, Mapping):
                raise InputError("schedule.hours must hold a table for each facility")
            hours = {facility: _hours(facility, each) for facility, each in told.items()}
            values = {**values, "hours": hours}
        return PARAMETERS[name](**values)
    except InputError as error:
        raise InputError(f"{place}{error}") from None


def _hours(facility: str, values: Any) -> Hours:
    known = {item.name for item in fields(Hours)}
    if not isinstance(values, Mapping) or "timezone" not in values or set(values) - known:
        raise InputError(
            f"schedule.hours.{facility} must have a timezone, and opens, closes and days if need be"
        )
    return Hours(**values)
