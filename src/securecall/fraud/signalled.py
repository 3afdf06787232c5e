"""Digits and hook flashes that the network tells beside the audio."""

from __future__ import annotations

from typing import Any, Final

from securecall.errors import InputError, did_you_mean
from securecall.fraud.dsp import DTMF_KEYS
from securecall.fraud.event import Event

__all__ = ["RFC4733_KEYS", "signalled"]

RFC4733_KEYS: Final = "0123456789*#ABCD"
"""Keys by telephone-event code. Source: RFC 4733 (2006), clause 3.2, table 3."""

_NAMES: Final = ("dtmf", "flash")
FLASH_MS_MAX: Final = 10_000
UNHEARD_DBM0: Final = -100.0


def _key(value: Any) -> str:
    """Return a key that was given as itself or as an event code."""
    if type(value) is int and 0 <= value < len(RFC4733_KEYS):
        return RFC4733_KEYS[value]
    if type(value) is str and len(value) == 1 and value.upper() in DTMF_KEYS:
        return value.upper()
    raise InputError(
        f"the value of dtmf must be a key ({RFC4733_KEYS}) or its RFC 4733 code, 0 to 15, "
        f"not {value!r}"
    )


def signalled(number: int, name: str, value: Any, at_ms: float) -> Event:
    """Return the event of what was signalled: a digit, or a tone called ``flash``.

    Its cue ``signalled`` tells it from what was heard; nothing is measured, so it has no level. A
    flash never arrives as telephone event 16, which RFC 4733 reserves, in most networks: say it
    when your stack sees the hold or the re-INVITE.

    Raises
    ------
    InputError
        A signal that is not known, or a value that does not fit it.

    Source
    ------
    RFC 4733 (2006), clause 3.2; RFC 2833 (2000) for the flash.
    """
    cues = {"signalled": 1.0}
    if name == "dtmf":
        kind, detail = "dtmf", _key(value)
    elif name == "flash":
        kind, detail = "tone", "flash"
        if value is not None:
            if type(value) is not int or not 0 <= value <= FLASH_MS_MAX:
                raise InputError(
                    f"the value of flash must be whole milliseconds, 0 to {FLASH_MS_MAX}, "
                    f"or None, not {value!r}"
                )
            cues["flash_ms"] = float(value)
    else:
        hint = did_you_mean(name, _NAMES)
        raise InputError(f"a signal is dtmf or flash, not {name!r}{hint}")
    return Event(
        number, kind, "note", at_ms, at_ms, at_ms, 1.0, detail, UNHEARD_DBM0, cues, False
    )  # fmt: skip
