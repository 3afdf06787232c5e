"""Dialled digits to E.164, by a declared plan.

What fits nothing becomes null, not a guess: digits such as ``200`` would otherwise read as the
number +200 of another country.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from securecall.errors import InputError, InputTypeError, did_you_mean
from securecall.rating.switches.result import DialPlan

__all__ = ["numbers"]

# E.164 numbers have 7 to 15 digits in practice (the shortest are those of small islands); the North
# American ones have an area code and an exchange that begin with 2 to 9.
_NANP: Final = "[2-9][0-9]{2}[2-9][0-9]{6}"
_INTERNATIONAL: Final = f"1{_NANP}|[2-9][0-9]{{6,14}}"
_E164: Final = re.compile(rf"\+(?:{_INTERNATIONAL})\Z")

#: Of each plan: what the digits look like; the group ``home`` lacks the country code 1.
PLANS: Final = {
    "nanp": (
        rf"^(?:\+(?P<plus>{_INTERNATIONAL})|011(?P<abroad>{_INTERNATIONAL})|1?(?P<home>{_NANP}))$"
    ),
    "e164": rf"^\+?(?P<plus>{_INTERNATIONAL})(?P<abroad>)(?P<home>)$",
}
_PARTS: Final = pa.struct([(name, pa.string()) for name in ("plus", "abroad", "home")])


def numbers(dialled: pa.ChunkedArray, plan: DialPlan) -> pa.ChunkedArray:
    """Return E.164 numbers, null for what the plan does not know.

    Raises
    ------
    InputError
        An unknown plan, or a callable that returns what is not E.164.
    InputTypeError
        The plan is neither a name nor callable, or returns neither text nor None.
    """
    if callable(plan):
        return _called(dialled, plan)
    if not isinstance(plan, str):
        raise InputTypeError(
            f"dial_plan must be {' or '.join(map(repr, PLANS))} or callable, "
            f"not {type(plan).__name__}"
        )
    if plan not in PLANS:
        raise InputError(
            f"dial_plan must be {' or '.join(map(repr, PLANS))} or callable, not {plan!r}"
            + did_you_mean(plan, PLANS)
        )
    parts = pa.chunked_array([pc.extract_regex(c, PLANS[plan]) for c in dialled.chunks], _PARTS)
    plus, abroad, home = (pc.struct_field(parts, [place]) for place in range(3))
    one = pc.if_else(pc.equal(home, ""), "", "1")
    return pc.binary_join_element_wise("+", plus, abroad, one, home, "")


def _called(dialled: pa.ChunkedArray, plan: Callable[[str], str | None]) -> pa.ChunkedArray:
    """Ask a callable once for each different text."""
    coded = pc.dictionary_encode(dialled)
    known: dict[str, str | None] = {}
    chunks = []
    for chunk in coded.chunks:
        values = chunk.dictionary.to_pylist()
        for text in values:
            if text is not None and text not in known:
                known[text] = _checked(plan(text), text)
        found = pa.array([None if text is None else known[text] for text in values], pa.string())
        chunks.append(found.take(chunk.indices))
    return pa.chunked_array(chunks, pa.string())


def _checked(number: object, text: str) -> str | None:
    if number is None:
        return None
    if not isinstance(number, str):
        raise InputTypeError(
            f"dial_plan must return text or None, not {type(number).__name__} for {text!r}"
        )
    if not _E164.match(number):
        raise InputError(
            f"dial_plan must return E.164 such as '+17135550123' or None, not {number!r} "
            f"for {text!r}"
        )
    return number
