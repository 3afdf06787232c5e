"""Directory: who may call which numbers, in an SQLite file; every change is logged."""

from __future__ import annotations

from contextlib import AbstractContextManager

from securecall.calls.number_lists import NumberLists
from securecall.calls.people import People
from securecall.calls.placed_calls import PlacedCalls

__all__ = ["Directory"]


class Directory(People, NumberLists, PlacedCalls):
    """Who may call which numbers, and who may be talked to without anybody listening.

    Everything holds from an instant to another and is never removed: what held at any instant can
    be asked for ever. Who changed what is in `log`. Not for two threads at once; processes may
    share a file.

    Parameters
    ----------
    path : str or Path
        An SQLite file, made if it is not there; ``:memory:`` keeps nothing.

    Raises
    ------
    StoreError
        The file cannot be opened, or is one of something else.
    InputTypeError
        ``path`` is no path.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> directory = Directory()
    >>> directory.approve("p-77", "+17135550123", at=1_000, by="sgt-12")
    >>> directory.facts("p-77", "+17135550123", 1_000).approved
    True
    >>> directory.facts("p-77", "+17135550123", 999).approved
    False
    """

    __slots__ = ()

    def together(self) -> AbstractContextManager[None]:
        """Make many changes as one: all are kept or none, and it is much faster.

        Source
        ------
        own.
        """
        return self.records.change()
