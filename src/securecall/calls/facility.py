"""Facility: where calls come from, when they may be placed, and how long they may last."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Facility"]


@dataclass(slots=True)
class Facility:
    """Where calls come from.

    Source
    ------
    own; docs/calls.md.
    """

    id: str
    timezone: str
    max_call_ms: int = 900_000
