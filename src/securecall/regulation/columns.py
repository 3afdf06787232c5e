"""The columns of each kind of rules file, and how a cell of each is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from securecall.errors import InputError, nearest
from securecall.money import price_of
from securecall.regulation.row import (
    CeilingRow,
    FeeRow,
    InactivityRow,
    PerCallRow,
    RelayRow,
    Row,
    StateRow,
)
from securecall.regulation.words import (
    BILL_GROUPS,
    CHANNELS,
    CONFIDENCES,
    FACILITY_KINDS,
    FEE_KINDS,
    JURISDICTIONS,
    LEGAL_NATURES,
    MEDIA,
    RELAYS,
    STATES,
)

__all__ = ["COLUMNS", "COMPONENTS", "FEE_STATUSES", "KINDS", "Cell", "Column", "kind_of_header"]

COMPONENTS: Final = ("none", "commission_contract", "commission_law", "additive")
FEE_STATUSES: Final = ("allowed", "capped", "forbidden", "no_rule", "pass_through")

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_WHOLE = re.compile(r"[0-9]{1,9}\Z")


class Cell(Exception):
    """A cell that cannot be read; the reader of files turns it into a `Fault`."""

    def __init__(self, rule: str, near: str | None = None) -> None:
        super().__init__(rule, near)
        self.rule = rule
        self.near = near


def _day(text: str) -> date:
    if _DATE.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise Cell("must be a day such as 2026-04-06")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _text(text: str) -> str:
    return text


def _whole(text: str) -> int:
    if not _WHOLE.match(text):
        raise Cell("must be a whole number, 0 or more")
    return int(text)


def _price(text: str) -> Decimal:
    try:
        price_of(text, "it")
    except InputError as error:
        raise Cell(str(error).removeprefix("it ")) from None
    return Decimal(text)


def _share(text: str) -> Decimal:
    share = _price(text)
    if share > 1:
        raise Cell("must lie between 0 and 1")
    return share


def _word(allowed: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise Cell(f"must be one of {', '.join(allowed)}", nearest(text, allowed))
        return text

    return read


def _word_or_all(allowed: tuple[str, ...]) -> Callable[[str], str | None]:
    one = _word((*allowed, "all"))

    def read(text: str) -> str | None:
        return None if one(text) == "all" else text

    return read


def _words_or_all(allowed: tuple[str, ...]) -> Callable[[str], tuple[str, ...]]:
    one = _word((*allowed, "all"))

    def read(text: str) -> tuple[str, ...]:
        words = tuple(one(word) for word in text.split())
        if "all" in words:
            if len(words) > 1:
                raise Cell("must be all alone, or without all")
            return ()
        return tuple(word for word in allowed if word in words)

    return read


def _state(text: str) -> str:
    if text not in STATES:
        raise Cell("must be the two letters of a state", nearest(text, STATES))
    return text


def _barred(text: str) -> bool:
    return _word(("allowed", "barred"))(text) == "barred"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the row's field that it fills, how it is read, whether it may be absent.

    An empty cell of a column that is not ``filled`` leaves the field at its default.
    """

    field: str
    read: Callable[[str], Any]
    required: bool = False
    filled: bool = False


_COMMON: Final[Mapping[str, Column]] = {
    "regime": Column("regime", _text, required=True, filled=True),
    "effective_from": Column("effective_from", _day, required=True, filled=True),
    "effective_to": Column("effective_to", _day),
    "known_from": Column("known_from", _day),
    "known_to": Column("known_to", _day),
    "citation": Column("citation", _text, required=True, filled=True),
    "source_url": Column("source_url", _text),
    "confidence": Column("confidence", _word(CONFIDENCES)),
    "facility": Column("facility", _words),
    "replaces": Column("replaces", _words),
}
_FACILITY: Final[Mapping[str, Column]] = {
    "facility_kind": Column("facility_kind", _word_or_all(FACILITY_KINDS)),
    "adp_min": Column("adp_min", _whole),
    "adp_max": Column("adp_max", _whole),
    "state": Column("state", _state),
}
_CALL: Final[Mapping[str, Column]] = {
    "medium": Column("medium", _words_or_all(MEDIA)),
    "jurisdiction": Column("jurisdiction", _words_or_all(JURISDICTIONS)),
    "bill_type": Column("bill_type", _word_or_all(BILL_GROUPS)),
}

#: Columns of each kind of file.
COLUMNS: Final[Mapping[str, Mapping[str, Column]]] = {
    "ceilings": {
        **_COMMON,
        **_FACILITY,
        **_CALL,
        "cap_usd_per_minute": Column("cap", _price, required=True),
        "component": Column("component", _word(COMPONENTS)),
        "component_usd_max": Column("component_max", _price),
    },
    "states": {
        **_COMMON,
        **_FACILITY,
        **_CALL,
        "state": Column("state", _state, required=True, filled=True),
        "cap_usd_per_minute": Column("cap", _price, required=True),
        "state_paid_share": Column("state_paid_share", _share),
        "legal_nature": Column("legal_nature", _word(LEGAL_NATURES), required=True, filled=True),
    },
    "per_call": {
        **_COMMON,
        **_FACILITY,
        **_CALL,
        "per_call": Column("barred", _barred, required=True, filled=True),
    },
    "fees": {
        **_COMMON,
        **_FACILITY,
        "jurisdiction": _CALL["jurisdiction"],
        "fee": Column("fee", _word(FEE_KINDS), required=True, filled=True),
        "channel": Column("channel", _word_or_all(CHANNELS)),
        "status": Column("status", _word(FEE_STATUSES), required=True, filled=True),
        "cap_usd": Column("cap", _price),
    },
    "relay": {
        **_COMMON,
        **_FACILITY,
        "relay": Column("relay", _word(RELAYS[1:]), required=True, filled=True),
        "share_of_audio": Column("share_of_audio", _share, required=True, filled=True),
    },
    "inactivity": {
        **_COMMON,
        "state": _FACILITY["state"],
        "days": Column("days", _whole, required=True, filled=True),
    },
}

#: The class of each kind's rows.
KINDS: Final[Mapping[str, type[Row]]] = {
    row.kind: row for row in (CeilingRow, StateRow, PerCallRow, FeeRow, RelayRow, InactivityRow)
}

#: The column by which a file tells its kind; a cap without a legal nature is a federal ceiling.
_SIGN: Final = {
    "legal_nature": "states",
    "per_call": "per_call",
    "fee": "fees",
    "share_of_audio": "relay",
    "days": "inactivity",
    "cap_usd_per_minute": "ceilings",
}


def kind_of_header(header: list[str]) -> str | None:
    """Return the kind of rules file that has such columns, or None.

    Source
    ------
    own.

    Examples
    --------
    >>> kind_of_header(["regime", "effective_from", "cap_usd_per_minute", "citation"])
    'ceilings'
    """
    return next((kind for column, kind in _SIGN.items() if column in header), None)
