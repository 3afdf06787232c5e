"""Receivers behind one small face: they are given audio and say what they heard, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from securecall.errors import InputError, did_you_mean
from securecall.fraud.conform.levels import Pcm

__all__ = ["OURS", "RECEIVERS", "Heard", "NotInstalledError", "Receiver", "receiver"]

OURS: Final = "securecall"


@dataclass(frozen=True, slots=True)
class Heard:
    """What a receiver says it heard.

    Attributes
    ----------
    name : str
        A key, or a tone of the plan.
    detected_ms : float or None
        Audio it had been given when it said so; None if that cannot be told.
    """

    name: str
    detected_ms: float | None


class Receiver(Protocol):
    """Hears streams, each with a fresh state.

    Attributes
    ----------
    name : str
    about : str
        Version and settings.
    hears : frozenset of {"digits", "tones", "r1", "r2_forward", "r2_backward"}
    """

    name: str
    about: str
    hears: frozenset[str]

    def digits(self, audio: Pcm, standard: str) -> list[Heard]:
        """Return the keys heard in 8 kHz audio, set to a standard where it can be."""
        ...

    def signals(self, audio: Pcm, system: str) -> list[Heard]:
        """Return the multi-frequency signals of a system heard in 8 kHz audio."""
        ...

    def knows(self, plan: str, tone: str) -> bool:
        """Return whether it is told of a tone of a plan."""
        ...

    def tones(self, audio: Pcm, plan: str) -> list[Heard]:
        """Return the tones of a plan heard in 8 kHz audio."""
        ...


class NotInstalledError(Exception):
    """A receiver is not on this machine; the text says what installs it."""


def _ours() -> Receiver:
    from securecall.fraud.conform.detector import Securecall

    return Securecall()


def _spandsp() -> Receiver:
    from securecall.fraud.conform.spandsp import Spandsp

    return Spandsp(dial_tone_filter=False)


def _spandsp_filter() -> Receiver:
    from securecall.fraud.conform.spandsp import Spandsp

    return Spandsp(dial_tone_filter=True)


def _multimon() -> Receiver:
    from securecall.fraud.conform.multimon import Multimon

    return Multimon()


RECEIVERS: Final[Mapping[str, Callable[[], Receiver]]] = {
    OURS: _ours,
    "spandsp": _spandsp,
    "spandsp-filter": _spandsp_filter,
    "multimon-ng": _multimon,
}


def receiver(name: str) -> Receiver:
    """Return a receiver by its name.

    Raises
    ------
    InputError
        There is none of that name.
    NotInstalledError
        It is not on this machine.
    """
    make = RECEIVERS.get(name)
    if make is None:
        hint = did_you_mean(name, RECEIVERS)
        raise InputError(f"a receiver is one of {', '.join(RECEIVERS)}, not {name!r}{hint}")
    return make()
