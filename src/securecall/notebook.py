"""How values look in a notebook: small tables of HTML, with every text escaped.

Values of the package that people look at are `Shown`: Jupyter asks them for ``_repr_html_`` and
gets a table. `show` makes one of what is no value of ours: a list of events, cutoffs by call, a
table of codes.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from html import escape
from typing import Any, Final

from securecall.errors import InputTypeError

__all__ = ["Codes", "Cutoffs", "Html", "Shown", "listed", "pairs_of", "show", "table"]

ROWS_MAX: Final = 200
_RIGHT: Final = ' style="text-align:right"'
_LEFT: Final = ' style="text-align:left"'


class Html:
    """HTML that a notebook shows.

    Source
    ------
    own; docs/notebooks.md.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def _repr_html_(self) -> str:
        return self.text

    def __str__(self) -> str:
        """Return the HTML."""
        return self.text


def money(amount: Decimal) -> str:
    """Return dollars with the decimals that they have, two at least."""
    text = f"{abs(amount):,f}"
    whole, _, part = text.partition(".")
    part = part.rstrip("0").ljust(2, "0")
    return f"{'-' if amount < 0 else ''}${whole}.{part}"


def _cell(value: Any) -> str:
    """Return a table's cell."""
    if value is None:
        return "<td></td>"
    if isinstance(value, Decimal):
        return f"<td{_RIGHT}>{money(value)}</td>"
    if isinstance(value, bool):
        return f"<td{_LEFT}>{'yes' if value else 'no'}</td>"
    if isinstance(value, int | float):
        number = f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"
        return f"<td{_RIGHT}>{number}</td>"
    return f"<td{_LEFT}>{escape(_plain(value))}</td>"


def _plain(value: Any) -> str:
    """Return a value as text."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds" if value.microsecond else "seconds")
    if isinstance(value, Decimal):
        return money(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{_plain(key)}: {_plain(each)}" for key, each in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(_plain(each) for each in value)
    return str(value)


def table(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    total: Sequence[Any] | None = None,
    note: str = "",
) -> str:
    """Return a table as HTML; of long ones the first rows, and how many more there are.

    Source
    ------
    own; docs/notebooks.md.
    """
    parts = [f"<table><caption{_LEFT}><b>{escape(caption)}</b></caption>"]
    if headings:
        head = "".join(f"<th{_LEFT}>{escape(each)}</th>" for each in headings)
        parts.append(f"<thead><tr>{head}</tr></thead>")
    parts.append("<tbody>")
    left_out = 0
    for number, row in enumerate(rows):
        if number < ROWS_MAX:
            parts.append(f"<tr>{''.join(map(_cell, row))}</tr>")
        else:
            left_out += 1
    parts.append("</tbody>")
    if total is not None:
        parts.append(f"<tfoot><tr>{''.join(map(_cell, total))}</tr></tfoot>")
    parts.append("</table>")
    if left_out:
        note = f"{note} and {left_out:,} more".strip()
    if note:
        parts.append(f"<p>{escape(note)}</p>")
    return "".join(parts)


def pairs_of(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a value under the names and in the units that people read."""
    for field in fields(value):
        name = field.name
        if not field.repr or name.startswith("_"):
            continue
        found = getattr(value, name)
        face = name.removesuffix("_micros")
        if face != name:
            shown = getattr(value, face, None)
            if shown is None:
                shown = getattr(value, f"{face}_total", None)
            if shown is None and isinstance(found, tuple):
                shown = getattr(value, f"{face}s_by_id", None)
            yield face, found if shown is None else shown
            continue
        base = name.removesuffix("_ms")
        if base != name:
            for other in (base, f"{base}_at"):
                if hasattr(type(value), other):
                    yield other, getattr(value, other)
                    break
            else:
                yield name, found
            continue
        yield name, found


def listed(value: Any) -> str:
    """Return a value as a table of two columns: its fields, and what they hold."""
    return table(type(value).__name__, (), pairs_of(value))


class Shown:
    """A dataclass that a notebook shows as a table of its fields.

    Source
    ------
    own; docs/notebooks.md.
    """

    __slots__ = ()

    def _repr_html_(self) -> str:
        return listed(self)


class Cutoffs(dict[str, Any]):
    """When each running call will end; a dictionary that a notebook shows as a table.

    Source
    ------
    own; docs/notebooks.md.
    """

    def _repr_html_(self) -> str:
        rows = [(call, "no end in sight" if end is None else end) for call, end in self.items()]
        return table("Cutoffs", ("call", "ends"), rows)


class Codes(tuple[str, ...]):
    """Codes in their order; a notebook shows them with what they mean.

    Source
    ------
    own; docs/notebooks.md.
    """

    kind: type[Enum]

    @classmethod
    def of(cls, kind: type[Enum]) -> Codes:
        """Return the codes of a closed list."""
        made = cls(each.value for each in kind)
        made.kind = kind
        return made

    def _repr_html_(self) -> str:
        return _codes(self.kind)


def _codes(kind: type[Enum]) -> str:
    """Return a closed list of codes with the sentences that stand behind them in its source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    said: dict[str, str] = {}
    for node, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(node, ast.Assign) and isinstance(after, ast.Expr):
            said[ast.unparse(node.targets[0])] = " ".join(ast.literal_eval(after.value).split())
    rows = [(each.value, said.get(each.name, "")) for each in kind]
    return table(kind.__name__, ("code", "when"), rows)


def show(values: Any, caption: str = "") -> Html:
    """Return anything that has rows as a table for a notebook.

    Parameters
    ----------
    values : object
        A value of ours; a closed list of codes (`Outcome`, `RecordCode`); a mapping, such as
        ``ENDINGS``; or an iterable of values, such as events: each becomes a row.
    caption : str, optional

    Raises
    ------
    InputTypeError
        It has no rows.

    Source
    ------
    own; docs/notebooks.md.

    Examples
    --------
    >>> str(show({"c-1": None}, "Cutoffs"))[:47]
    '<table><caption style="text-align:left"><b>Cuto'
    """
    if isinstance(values, type) and issubclass(values, Enum):
        return Html(_codes(values))
    own = getattr(values, "_repr_html_", None)
    if own is not None and not isinstance(values, type):
        return Html(own())
    if isinstance(values, Mapping):
        if values and all(_has_fields(each) for each in values.values()):
            return show(list(values.values()), caption)
        return Html(table(caption, (), list(values.items())))
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        raise InputTypeError(f"values must have rows, as a list of events has, not {values!r:.80}")
    rows = list(values)
    if rows and all(_has_fields(each) and type(each) is type(rows[0]) for each in rows):
        headings = [name for name, _ in _fields_of(rows[0])]
        cells = [[cell for _, cell in _fields_of(each)] for each in rows]
        return Html(table(caption or f"{len(rows):,} {type(rows[0]).__name__}", headings, cells))
    return Html(table(caption, (), [(each,) for each in rows]))


def _has_fields(value: Any) -> bool:
    return (is_dataclass(value) and not isinstance(value, type)) or hasattr(value, "_fields")


def _fields_of(value: Any) -> list[tuple[str, Any]]:
    if is_dataclass(value):
        return list(pairs_of(value))
    return list(zip(value._fields, value, strict=True))
