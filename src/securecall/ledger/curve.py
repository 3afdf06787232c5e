"""What the ledger needs of a price: any object with four small methods over whole numbers.

The ledger knows no tariffs. `securecall.rating` makes such curves; a test makes one in five lines.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final, Protocol, TypeAlias, runtime_checkable

from securecall.errors import InputError, InputTypeError

__all__ = ["Loaders", "PriceCurve", "checked", "dumped", "final_micros", "loaded", "parts_micros"]

Loaders: TypeAlias = Mapping[str, Callable[[bytes], "PriceCurve"]]

# Where curves of a format come from; loaded by name, and only when a stored one must be read.
_KNOWN: Final = {
    "securecall.curve/1": ("securecall.rating.curve", "PriceCurve"),
    "securecall.whole/1": ("securecall.ledger.posting.whole", "Whole"),
}


@runtime_checkable
class PriceCurve(Protocol):
    """What one call costs after any time; whole micro-dollars and milliseconds from its start.

    Five more are used where a curve has them: ``start_ms`` (checked against the start of the
    call), ``prorate`` (an increment that cannot be paid whole is sold by the second),
    ``final_micros(bought_ms, actual_ms)``, ``parts_micros(bought_ms, actual_ms)`` (what is revenue
    and what is ``tax:<id>``; else all is revenue), ``dumps()`` (else it cannot be kept in a file),
    and ``cheap_micros(price, bought_ms, until_ms)``: the first boundary from ``bought_ms`` on and
    before ``until_ms`` from which an increment costs more than 0 and ``price`` at most, or None
    (else the increments of a waterfall are walked).

    Source
    ------
    own; charging law, rules 1 to 6.
    """

    def total_micros(self, bought_ms: int, /) -> int:
        """Return the cumulative price of the time bought, also inside an increment; never falls."""

    def next(self, bought_ms: int, /) -> int:
        """Return where the increment after ``bought_ms`` ends; inside one, where that one ends."""

    def bought(self, elapsed_ms: int, /) -> int:
        """Return what has been bought at an elapsed time; an increment is owed as it begins."""

    def reach_micros(self, balance_micros: int, /) -> int | None:
        """Return the time that a balance buys; None if it never ends."""


def checked(curve: object) -> PriceCurve:
    """Return a curve, or say what it lacks.

    Raises
    ------
    InputTypeError
        It lacks a method of the protocol.

    Source
    ------
    own.
    """
    for name in ("total_micros", "next", "bought", "reach_micros"):
        if not callable(getattr(curve, name, None)):
            raise InputTypeError(
                f"curve must have a method {name}(), as PriceCurve has; "
                f"{type(curve).__name__} has none"
            )
    return curve  # type: ignore[return-value]


def final_micros(curve: PriceCurve, bought_ms: int, actual_ms: int) -> int:
    """Return the charge of a call that bought ``bought_ms`` and lasted ``actual_ms``."""
    if bought_ms == 0:
        return 0
    final = getattr(curve, "final_micros", None)
    if final is None:
        return curve.total_micros(bought_ms)
    return int(final(bought_ms, min(actual_ms, bought_ms)))


def parts_micros(curve: PriceCurve, bought_ms: int, actual_ms: int) -> dict[str, int]:
    """Return what that charge is made of: ``revenue`` first, then ``tax:<id>``."""
    if bought_ms == 0:
        return {"revenue": 0}
    parts = getattr(curve, "parts_micros", None)
    if parts is None:
        return {"revenue": final_micros(curve, bought_ms, actual_ms)}
    return dict(parts(bought_ms, min(actual_ms, bought_ms)))


def dumped(curve: PriceCurve) -> bytes:
    """Return a curve as bytes, for a store that outlives the process.

    Raises
    ------
    InputTypeError
        It has no ``dumps``.
    """
    dumps = getattr(curve, "dumps", None)
    if dumps is None:
        raise InputTypeError(
            f"curve must have dumps() to be kept in a file; {type(curve).__name__} has none"
        )
    return bytes(dumps())


def loaded(body: bytes, loaders: Loaders) -> PriceCurve:
    """Read a curve that `dumped` wrote, by the ``format`` that its JSON states.

    Raises
    ------
    InputError
        No loader is known for its format.
    """
    try:
        name = json.loads(body)["format"]
    except (ValueError, TypeError, KeyError):
        raise InputError("a stored curve must be JSON with a format") from None
    if name in loaders:
        return loaders[name](body)
    if name not in _KNOWN:
        raise InputError(
            f"no loader for curves of format {name!r}: open the ledger with curves={{...: loads}}"
        )
    return _known(name)(body)


@cache
def _known(name: str) -> Callable[[bytes], PriceCurve]:
    """Return what reads curves of a format of ours."""
    module, kind = _KNOWN[name]
    found: Any = getattr(import_module(module), kind)
    loads: Callable[[bytes], PriceCurve] = found.loads
    return loads
