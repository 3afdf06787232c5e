"""Which patterns there are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from securecall.errors import InputError, InputTypeError, did_you_mean
from securecall.fraud.patterns.busy_number import BusyNumber, BusyNumberPattern
from securecall.fraud.patterns.chain import Chain, ChainPattern
from securecall.fraud.patterns.forwarding import Forwarding, ForwardingPattern
from securecall.fraud.patterns.hot_number import HotNumber, HotNumberPattern
from securecall.fraud.patterns.invalid_pin import InvalidPin, InvalidPinPattern
from securecall.fraud.patterns.pattern import Pattern
from securecall.fraud.patterns.schedule import Schedule, SchedulePattern
from securecall.fraud.patterns.sequence import Sequence, SequencePattern
from securecall.fraud.patterns.shared_number import SharedNumber, SharedNumberPattern
from securecall.fraud.patterns.shared_pin import SharedPin, SharedPinPattern
from securecall.fraud.patterns.short_burst import ShortBurst, ShortBurstPattern
from securecall.fraud.patterns.suspended import Suspended, SuspendedPattern
from securecall.fraud.patterns.velocity import Velocity, VelocityPattern

__all__ = ["PARAMETERS", "PATTERNS", "check_name", "patterns_of"]

_ALL: Final[tuple[tuple[Any, Any], ...]] = (
    (Velocity, VelocityPattern),
    (SharedNumber, SharedNumberPattern),
    (SharedPin, SharedPinPattern),
    (InvalidPin, InvalidPinPattern),
    (Chain, ChainPattern),
    (Sequence, SequencePattern),
    (ShortBurst, ShortBurstPattern),
    (HotNumber, HotNumberPattern),
    (BusyNumber, BusyNumberPattern),
    (Forwarding, ForwardingPattern),
    (Suspended, SuspendedPattern),
    (Schedule, SchedulePattern),
)
PATTERNS: Final[dict[str, Any]] = {pattern.name: pattern for _, pattern in _ALL}
PARAMETERS: Final[dict[str, Any]] = {pattern.name: parameters for parameters, pattern in _ALL}


def check_name(name: str) -> str:
    """Return the name of a pattern.

    Parameters
    ----------
    name : str

    Raises
    ------
    InputError
        There is no such pattern.

    Source
    ------
    own.
    """
    if name not in PATTERNS:
        raise InputError(
            f"a pattern must be one of {', '.join(PATTERNS)}, not {name!r}"
            + did_you_mean(name, PATTERNS)
        )
    return name


def patterns_of(parameters: Iterable[Any], only: Iterable[str] | None) -> list[Pattern]:
    """Return the patterns to look for, each afresh.

    Parameters
    ----------
    parameters : iterable of dataclass
        Of some patterns; the others have their defaults.
    only : iterable of str, optional
        Names; all if not said.

    Raises
    ------
    InputError
        There is no such pattern, or parameters of one are given twice.
    InputTypeError
        Something else than parameters is given.

    Source
    ------
    own.
    """
    names = {kind: name for name, kind in PARAMETERS.items()}
    given: dict[str, Any] = {}
    for one in parameters:
        name = names.get(type(one))
        if name is None:
            raise InputTypeError(
                f"parameters must be of {', '.join(kind.__name__ for kind in names)}, not {one!r}"
            )
        if name in given:
            raise InputError(f"parameters of {name} are given twice")
        given[name] = one
    wanted = list(PATTERNS) if only is None else [check_name(name) for name in only]
    return [PATTERNS[name](given.get(name) or PARAMETERS[name]()) for name in PATTERNS
            if name in wanted]  # fmt: skip
