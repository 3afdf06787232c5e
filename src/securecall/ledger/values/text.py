"""Answers as the text that a store keeps of them, and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from typing import Any, Final

from securecall.ledger.compact_json import encoder
from securecall.ledger.values.answer import Answer, Done
from securecall.ledger.values.calls import Admission, Settled, Settlement
from securecall.ledger.values.giving_back import Chargeback, Refund, RefundRequest
from securecall.ledger.values.money import Deposit, Movement, Reload
from securecall.ledger.values.periods import LateFee, Payout, Statement
from securecall.ledger.values.posting import PostedPart

__all__ = ["decode", "encode"]

_TYPES: Final = {
    kind.__name__: kind
    for kind in (
        Admission, Chargeback, Deposit, Done, LateFee, Movement, Payout, PostedPart, Refund,
        RefundRequest, Reload, Settled, Settlement, Statement,
    )
}  # fmt: skip


def _nested(value: Any) -> Any:
    """Return an answer within an answer as JSON has it."""
    return {type(value).__name__: [getattr(value, field.name) for field in fields(value)]}


_dumps: Final = encoder(_nested)


def _writer(kind: type[Any]) -> Callable[[Any], str]:
    """Return what writes answers of a kind.

    It is put together as dataclasses put their ``__init__`` together: one expression that names
    every field takes a third of the time of a walk over them.
    """
    how = {"str": "{quoted(it.%(name)s)}", "int": "{it.%(name)s}"}
    other = "{dumps(it.%(name)s) if it.%(name)s != () else empty}"
    parts = [how.get(str(each.type), other) % {"name": each.name} for each in fields(kind)]
    source = f"lambda it: f'{{{{\"{kind.__name__}\":[{','.join(parts)}]}}}}'"
    names = {"quoted": json.encoder.encode_basestring_ascii, "dumps": _dumps, "empty": "[]"}
    made: Callable[[Any], str] = eval(source, names)
    return made


_WRITERS: Final[dict[type[Any], Callable[[Any], str]]] = {
    kind: _writer(kind) for kind in _TYPES.values()
}
_WRITERS[type(None)] = lambda _: "null"


def encode(answer: Answer | None) -> str:
    """Return an answer as text that `decode` reads."""
    return _WRITERS[type(answer)](answer)


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
