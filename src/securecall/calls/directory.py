"""Directory: who may call which numbers, in an SQLite file."""

from __future__ import annotations

from pathlib import Path

__all__ = ["Directory"]


class Directory:
    """Who may call which numbers.

    Source
    ------
    own; docs/calls.md.
    """

    def __init__(self, path: str | Path = ":memory:") -> None:
        self.path = str(path)
