"""Durations and prices in words."""

from __future__ import annotations

from fractions import Fraction

from securecall.money import decimal_of_fraction, shown

__all__ = ["duration_text", "per_minute_text"]


def duration_text(duration_ms: int) -> str:
    """Return a duration as ``1 ms``, ``60 s`` or ``61.001 s``."""
    seconds, ms = divmod(duration_ms, 1000)
    if not seconds:
        return f"{ms} ms"
    return f"{seconds}.{ms:03} s" if ms else f"{seconds} s"


def per_minute_text(micros_per_ms: Fraction) -> str:
    """Return a price in dollars per minute: ``$0.10``."""
    return shown(decimal_of_fraction(micros_per_ms * 60_000 / 1_000_000))
