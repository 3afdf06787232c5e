"""Rows as text and back, so that rules can travel in a file without being able to do anything."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any, Final

from securecall.errors import InputError
from securecall.regulation.row import (
    CeilingRow,
    FeeRow,
    InactivityRow,
    PerCallRow,
    RelayRow,
    Row,
    StateRow,
)

__all__ = ["rows_from_text", "rows_to_text"]

_KINDS: Final = {
    kind.kind: kind
    for kind in (CeilingRow, FeeRow, InactivityRow, PerCallRow, RelayRow, Row, StateRow)
}


def rows_to_text(rows: Iterable[Row]) -> str:
    """Return rows as JSON: a list a row, its kind first, then what differs from the default.

    Source
    ------
    own.

    Examples
    --------
    >>> row = CeilingRow(regime="r", effective_from=date(2026, 4, 6), citation="c", cap=None)
    >>> rows_to_text([row])[:30]
    '[["ceilings", {"regime": "r", '
    >>> rows_from_text(rows_to_text([row])) == (row,)
    True
    """
    written = []
    for row in rows:
        values = {}
        for item in fields(row):
            value = getattr(row, item.name)
            if str(value) != str(item.default):  # 0.00 is not 0 in a digest
                values[item.name] = _plain(value)
        written.append([row.kind, values])
    return json.dumps(written)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return list(value) if isinstance(value, tuple) else value


def rows_from_text(text: str) -> tuple[Row, ...]:
    """Return the rows of `rows_to_text`.

    Raises
    ------
    InputError
        The text is not of that form.

    Source
    ------
    own.
    """
    try:
        return tuple(
            _KINDS[kind](**{name: _value(value) for name, value in values.items()})
            for kind, values in json.loads(text)
        )
    except (ValueError, ArithmeticError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"these are no rules: {error!r}") from None


def _value(plain: Any) -> Any:
    if isinstance(plain, dict):
        ((kind, text),) = plain.items()
        return date.fromisoformat(text) if kind == "date" else Decimal(text)
    return tuple(plain) if isinstance(plain, list) else plain
