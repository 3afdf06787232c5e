"""Answers as the text that a store keeps of them, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from securecall.ledger.values.answer import Answer, Done
from securecall.ledger.values.calls import Admission, Settled, Settlement
from securecall.ledger.values.giving_back import Chargeback, Refund, RefundRequest
from securecall.ledger.values.money import Deposit, Movement, Reload
from securecall.ledger.values.periods import LateFee, Payout, Statement

__all__ = ["decode", "encode"]

_TYPES: Final = {
    kind.__name__: kind
    for kind in (
        Admission, Chargeback, Deposit, Done, LateFee, Movement, Payout, Refund, RefundRequest,
        Reload, Settled, Settlement, Statement,
    )
}  # fmt: skip
_GET: Final[dict[type, Callable[[Any], tuple[Any, ...]]]] = {
    kind: attrgetter(*(field.name for field in fields(kind))) for kind in _TYPES.values()
}


def _nested(value: Any) -> Any:
    """Return an answer within an answer as JSON has it."""
    return {type(value).__name__: _GET[type(value)](value)}


def _encoder() -> Callable[[Any], str]:
    """Return what writes JSON; the json module makes such an encoder anew for every value."""
    make = json.encoder.c_make_encoder  # type: ignore[attr-defined]
    if make is None:
        return json.JSONEncoder(separators=(",", ":"), default=_nested).encode
    write = make(
        None, _nested, json.encoder.encode_basestring_ascii, None, ":", ",", False, False, False
    )  # fmt: skip
    return lambda value: "".join(write(value, 0))


_dumps: Final = _encoder()


def encode(answer: Answer | None) -> str:
    """Return an answer as text that `decode` reads."""
    if answer is None:
        return "null"
    kind = type(answer)
    return f'{{"{kind.__name__}":{_dumps(_GET[kind](answer))}}}'


def decode(text: str) -> Answer | None:
    """Return the answer that `encode` wrote."""
    found = _value(json.loads(text))
    assert found is None or isinstance(found, Answer)
    return found


def _value(plain: Any) -> Any:
    if isinstance(plain, list):
        return tuple(_value(each) for each in plain)
    if isinstance(plain, dict):
        ((name, values),) = plain.items()
        return _TYPES[name](*(_value(each) for each in values))
    return plain
