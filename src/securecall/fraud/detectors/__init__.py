"""Detectors of the monitor, one a file; `makers` returns those that a monitor has by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from securecall.errors import InputError, InputTypeError, nearest
from securecall.fraud.cues import Heard
from securecall.fraud.detectors.call_forwarding import CallForwarding
from securecall.fraud.detectors.call_waiting import CallWaiting
from securecall.fraud.detectors.keypad import Keypad
from securecall.fraud.detectors.line_switch import LineSwitch
from securecall.fraud.detectors.noise_anomaly import NoiseAnomaly
from securecall.fraud.detectors.remembering import Remembering
from securecall.fraud.detectors.three_way import ThreeWay
from securecall.fraud.finding import CallView, Detector, Finding

__all__ = [
    "DETECTORS", "CallForwarding", "CallView", "CallWaiting", "Detector", "Finding", "Heard",
    "Keypad", "LineSwitch", "NoiseAnomaly", "Remembering", "ThreeWay", "makers",
]  # fmt: skip

DETECTORS: Final[Mapping[str, Callable[[], Detector]]] = {
    "keypad": Keypad, "call_waiting": CallWaiting, "call_forwarding": CallForwarding,
    "three_way": ThreeWay, "line_switch": LineSwitch, "noise_anomaly": NoiseAnomaly,
}  # fmt: skip
"""Makers of the monitor's own detectors, by the kind of event that they find."""


def makers(wanted: Iterable[Any] | None) -> dict[str, Callable[[], Detector]]:
    """Return makers of detectors, by their kinds.

    Parameters
    ----------
    wanted : iterable of str or callable, or None
        Names out of `DETECTORS`, and what makes a detector of one's own: a class, most often. None
        is all of `DETECTORS`.

    Raises
    ------
    InputError
        A name that is not known, or two detectors of one kind.
    InputTypeError
        Neither names nor what makes a detector.

    Source
    ------
    own.

    Examples
    --------
    >>> from securecall.fraud.detectors import makers
    >>> list(makers(["keypad"]))
    ['keypad']
    """
    if wanted is None:
        return dict(DETECTORS)
    if isinstance(wanted, str):
        raise InputTypeError(f"detectors must be several names or makers, not {wanted!r}")
    made: dict[str, Callable[[], Detector]] = {}
    for each in wanted:
        if isinstance(each, str):
            if each not in DETECTORS:
                near = nearest(each, DETECTORS)
                hint = f"; did you mean {near!r}?" if near else ""
                raise InputError(
                    f"there is no detector {each!r}{hint} (there are {', '.join(DETECTORS)})"
                )
            kind, maker = each, DETECTORS[each]
        elif callable(each):
            kind, maker = _kind_of(each), each
        else:
            raise InputTypeError(f"a detector is a name or makes one, not {each!r}")
        if kind in made:
            raise InputError(f"two detectors find {kind!r}")
        made[kind] = maker
    return made


def _kind_of(maker: Callable[[], Any]) -> str:
    """Return the kind of what a maker makes."""
    one = maker()
    for name in ("kind", "hears", "hear", "save", "load"):
        if not hasattr(one, name):
            raise InputTypeError(f"a detector has {name}; {type(one).__name__} has none")
    return str(one.kind)
