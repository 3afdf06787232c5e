"""Decks: CSV files of prefixes and prices.

The header names the columns, in any order: ``prefix, price, per_ms, initial_ms, increment_ms`` and,
if wanted, ``connect_fee, rate_id``. "30/6" is ``initial_ms = 30000``, ``increment_ms = 6000``.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from securecall.errors import Fault, SecurecallError, nearest
from securecall.money import micros, price_of
from securecall.rating.contract import Deck, Rate, Step
from securecall.rating.numbering import DIGITS_MAX
from securecall.rating.toml_table import TIME_MS_MAX

if TYPE_CHECKING:
    from _csv import Reader

__all__ = ["read_deck"]

NEEDED: Final = ("prefix", "price", "per_ms", "initial_ms", "increment_ms")
OPTIONAL: Final = ("connect_fee", "rate_id")


def _milliseconds(text: str, column: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise _Bad(column, text, "must be whole milliseconds")
    value = int(text)
    if not 1 <= value <= TIME_MS_MAX:
        raise _Bad(column, text, f"must be from 1 to {TIME_MS_MAX}")
    return value


class _Bad(Exception):
    """A cell that cannot be used: column, value, rule."""


def _rule(error: SecurecallError, column: str) -> str:
    """Return what must hold, without the column's name and the value: a fault has both."""
    return str(error).removeprefix(f"{column} ").split(", not ")[0]


def _steps(price: str, per: str, initial: str, increment: str) -> tuple[Step, ...]:
    try:
        exact = price_of(price, "price")
    except SecurecallError as error:
        raise _Bad("price", price, _rule(error, "price")) from None
    per_ms = _milliseconds(per, "per_ms")
    initial_ms = _milliseconds(initial, "initial_ms")
    increment_ms = _milliseconds(increment, "increment_ms")
    first = Step(0, exact, per_ms, initial_ms)
    if initial_ms == increment_ms:
        return (first,)
    return (first, Step(initial_ms, exact, per_ms, increment_ms))


def _columns(header: list[str], file: str) -> tuple[dict[str, int], list[Fault]]:
    names = [name.strip() for name in header]
    faults = []
    allowed = ", ".join(NEEDED + OPTIONAL)
    for index, name in enumerate(names):
        if name not in NEEDED + OPTIONAL:
            hint = nearest(name, NEEDED + OPTIONAL)
            faults.append(Fault(file, 1, "column", name, f"is not known; allowed: {allowed}", hint))
        elif name in names[:index]:
            faults.append(Fault(file, 1, "column", name, "stands here twice"))
    for name in NEEDED:
        if name not in names:
            faults.append(Fault(file, 1, "column", name, f"is missing; a deck has {allowed}"))
    return {name: index for index, name in enumerate(names)}, faults


def read_deck(content: bytes, file: str, options: Rate) -> tuple[Deck | None, list[Fault]]:
    """Read a deck; return it, or None with everything that is wrong with it.

    Parameters
    ----------
    content : bytes
        The file, UTF-8 with or without a byte order mark.
    file : str
        Its name, for messages.
    options : Rate
        What the deck's table in the tariff says: medium, bill types, limits, windows.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return None, [Fault(file, line, "text", "", "must be UTF-8")]
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        column, faults = _columns(header, file)
        if faults:
            return None, faults
        return _rows(
            reader,
            column=column,
            width=len(header),
            file=file,
            options=options,
            digest=hashlib.sha256(content),
        )
    except csv.Error as error:
        return None, [Fault(file, reader.line_num, "CSV", "", str(error))]


def _rows(
    reader: Reader,
    *,
    column: dict[str, int],
    width: int,
    file: str,
    options: Rate,
    digest: hashlib._Hash,
) -> tuple[Deck | None, list[Fault]]:
    faults: list[Fault] = []
    prefix_at, price_at, per_at = column["prefix"], column["price"], column["per_ms"]
    initial_at, increment_at = column["initial_ms"], column["increment_ms"]
    fee_at, id_at = column.get("connect_fee", -1), column.get("rate_id", -1)
    seen: dict[str, int] = {}
    rate_ids = []
    choices = []
    # Most prefixes of a deck share their price with others: each combination is read once.
    known: dict[tuple[str, ...], int] = {}
    steps: list[tuple[tuple[Step, ...], int]] = []
    for row in reader:
        if len(row) != width:
            if row:
                rule = f"must have {width} cells, not {len(row)}"
                faults.append(Fault(file, reader.line_num, "row", ",".join(row)[:40], rule))
            continue
        prefix = row[prefix_at]
        if prefix[:1] == "+":
            prefix = prefix[1:]
        fee = row[fee_at] if fee_at >= 0 else ""
        key = (row[price_at], row[per_at], row[initial_at], row[increment_at], fee)
        try:
            if not (prefix.isdigit() and prefix.isascii() and len(prefix) <= DIGITS_MAX):
                raise _Bad("prefix", row[prefix_at], f"must be 1 to {DIGITS_MAX} digits")
            if prefix in seen:
                raise _Bad("prefix", row[prefix_at], f"stands on line {seen[prefix]} already")
            choice = known.get(key)
            if choice is None:
                connect_fee = options.connect_fee
                if fee:
                    try:
                        connect_fee = micros(fee, "connect_fee")
                    except SecurecallError as error:
                        raise _Bad("connect_fee", fee, _rule(error, "connect_fee")) from None
                    if connect_fee < 0:
                        raise _Bad("connect_fee", fee, "must be 0 or more")
                steps.append((_steps(*key[:4]), connect_fee))
                choice = known[key] = len(steps) - 1
        except _Bad as bad:
            faults.append(Fault(file, reader.line_num, *bad.args))
            continue
        seen[prefix] = reader.line_num
        rate_ids.append((row[id_at] if id_at >= 0 else "") or "+" + prefix)
        choices.append(choice)
    if not seen and not faults:
        faults.append(Fault(file, None, "rows", "", "must be at least one"))
    if faults:
        return None, faults
    deck = Deck(
        options=replace(options, connect_fee=0),
        steps=tuple(steps),
        prefixes=tuple(seen),
        rate_ids=tuple(rate_ids),
        choices=tuple(choices),
        file=file,
        digest=digest.hexdigest(),
    )
    return deck, []
