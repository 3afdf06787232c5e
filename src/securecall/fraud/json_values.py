"""Events, decisions and the like as JSON and back, each field checked against its type."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from math import isfinite
from typing import Any, TypeVar

from securecall.errors import InputError, did_you_mean

__all__ = ["object_of", "told_of", "typed", "value_of"]

T = TypeVar("T")
SHOWN_MAX = 200


def told_of(value: Any) -> Any:
    """Return a value as JSON takes it; what is no finite number becomes its name.

    Source
    ------
    own.
    """
    if is_dataclass(value):
        return {item.name: told_of(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {name: told_of(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [told_of(each) for each in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    number = float(value)
    return number if isfinite(number) else str(number)


def object_of(line: str, names: Iterable[str]) -> dict[str, Any]:
    """Return the object of a line of JSON, which has these keys and no others.

    Raises
    ------
    InputError
        It is none, or has other keys.

    Source
    ------
    own.
    """
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"no JSON: {error}") from None
    return _named(told, list(names), "the line")


def _named(
    told: object, names: list[str], what: str, optional: Collection[str] = ()
) -> dict[str, Any]:
    if not isinstance(told, dict):
        raise InputError(f"{what} must be an object, not {told!r}"[:SHOWN_MAX])
    for name in names:
        if name not in told and name not in optional:
            raise InputError(f"{what} has no {name!r}")
    for name in told:
        if name not in names:
            hint = did_you_mean(name, names)
            raise InputError(f"{what} has {name!r}, which is unknown here{hint}")
    return told


def value_of(kind: type[T], told: object, what: str) -> T:
    """Return a value of a dataclass from what `told_of` made of it.

    Raises
    ------
    InputError
        It is none.

    Source
    ------
    own.
    """
    items = fields(kind)  # type: ignore[arg-type]
    types = {item.name: str(item.type) for item in items}
    # What an older version did not write is as it is by default.
    usual = [
        item.name
        for item in items
        if item.default is not MISSING or item.default_factory is not MISSING
    ]
    found = _named(told, list(types), what, usual)
    return kind(
        **{name: typed(types[name], value, f"{what}.{name}") for name, value in found.items()}
    )


def typed(kind: str, value: Any, what: str) -> Any:
    """Return a value of a field's type, as its annotation names it.

    Raises
    ------
    InputError
        It is of another type.

    Source
    ------
    own.
    """
    plain = kind.removesuffix(" | None")
    if value is None and plain != kind:
        return None
    if plain == "float" and (type(value) in (int, float) or value in ("nan", "inf", "-inf")):
        return float(value)
    if plain in ("int", "str", "bool") and type(value).__name__ == plain:
        return value
    if plain == "tuple[str, ...]" and isinstance(value, list):
        return tuple(typed("str", each, what) for each in value)
    if plain.startswith("Mapping[str, ") and isinstance(value, dict):
        inner = plain.removeprefix("Mapping[str, ").removesuffix("]")
        return {name: typed(inner, each, f"{what}.{name}") for name, each in value.items()}
    raise InputError(f"{what} must be of {kind}, not {value!r}"[:SHOWN_MAX])
