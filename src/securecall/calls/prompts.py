"""What a call plays, which digits accept it, and how long it waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from securecall.calls.ending import checked_ending
from securecall.errors import InputError

__all__ = ["Prompts"]

_DIGITS: Final = frozenset("0123456789*#ABCD")
WAIT_MS_MAX: Final = 600_000
LEFT_MS_MAX: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Prompts:
    """What a call plays, which digits accept it, and how long it waits for them.

    What is played is a name that the host makes something of: ``announcement:greeting``.

    Parameters
    ----------
    greeting, ask, hold, staff : str
        When somebody answers; each time that a digit is waited for; while a call is reviewed; when
        staff warn both sides.
    accept, refuse, block : str
        Digits that accept the call, refuse it, and have the number blocked for ever.
    ring_ms : int
        How long it may ring before nobody answers.
    repeat_ms, times : int
        How long to wait for a digit before asking again, and how often to ask.
    warn_ms : tuple of int
        How much time is left when both sides are told, the longest first.
    warnings : tuple of (int, str)
    endings : tuple of (str, str)
        What to play for a warning by its milliseconds, and for an end by its code.
    pause_max_ms : int
        How long a review may part the two sides before they are joined again.
    passive : bool
        Whether answering is accepting. Nobody has agreed to pay, so such a call is free.
    inband : bool
        Whether digits that answer are also listened for in the called party's sound.

    Raises
    ------
    InputError
        A number out of range, a digit that does two things, warnings in another order, or no such
        ending.

    Source
    ------
    own; docs/calls.md. Positive acceptance: no charge before the called party has agreed.
    """

    greeting: str = "announcement:greeting"
    ask: str = "announcement:accept_or_refuse"
    hold: str = "announcement:please_hold"
    staff: str = "announcement:staff_warning"
    accept: str = "1"
    refuse: str = "9"
    block: str = "7"
    ring_ms: int = 60_000
    repeat_ms: int = 10_000
    times: int = 3
    warn_ms: tuple[int, ...] = (60_000, 10_000)
    warnings: tuple[tuple[int, str], ...] = (
        (60_000, "announcement:one_minute_left"),
        (10_000, "tone:ten_seconds_left"),
    )
    endings: tuple[tuple[str, str], ...] = (
        ("balance_exhausted", "announcement:balance_exhausted"),
        ("time_limit", "announcement:time_limit"),
    )
    pause_max_ms: int = 120_000
    passive: bool = False
    inband: bool = False

    def __post_init__(self) -> None:
        digits = self.accept + self.refuse + self.block
        if not self.accept or len(set(digits)) != len(digits) or not _DIGITS.issuperset(digits):
            raise InputError(
                "accept, refuse and block must be keys of a telephone, each for one thing, not "
                f"{self.accept!r}, {self.refuse!r} and {self.block!r}"
            )
        for name in ("ring_ms", "repeat_ms", "pause_max_ms"):
            value = getattr(self, name)
            if type(value) is not int or not 1 <= value <= WAIT_MS_MAX:
                raise InputError(f"{name} must be 1 to {WAIT_MS_MAX}, not {value!r}")
        if type(self.times) is not int or not 1 <= self.times <= 10:
            raise InputError(f"times must be 1 to 10, not {self.times!r}")
        warn_ms = tuple(self.warn_ms)
        fits = all(type(each) is int and 1 <= each <= LEFT_MS_MAX for each in warn_ms)
        if not fits or sorted(set(warn_ms), reverse=True) != list(warn_ms):
            raise InputError(
                f"warn_ms must be whole milliseconds up to {LEFT_MS_MAX}, the longest first, "
                f"not {self.warn_ms!r}"
            )
        object.__setattr__(self, "warn_ms", warn_ms)
        for code, _ in self.endings:
            checked_ending(code, "a code of endings")

    def meaning(self, digit: str) -> str:
        """Return what a key does: ``accept``, ``refuse``, ``block``, or nothing: empty.

        Parameters
        ----------
        digit : str
            One key. No key at all, and several, mean nothing.

        Source
        ------
        own.
        """
        if len(digit) == 1:
            for what in ("accept", "refuse", "block"):
                if digit in getattr(self, what):
                    return what
        return ""

    def warning(self, left_ms: int) -> str:
        """Return what to play for a warning.

        Parameters
        ----------
        left_ms : int

        Source
        ------
        own.
        """
        return dict(self.warnings).get(left_ms, f"announcement:left_{left_ms}")

    def ending(self, code: str) -> str:
        """Return what to play for an end; empty for nothing.

        Parameters
        ----------
        code : str

        Source
        ------
        own.
        """
        return dict(self.endings).get(code, "")
