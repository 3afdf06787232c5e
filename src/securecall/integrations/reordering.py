"""Puts numbered things in order that came in none, and does not wait for ever for one."""

from __future__ import annotations

from typing import Generic, TypeVar

from securecall.integrations.limits import REORDER_MOST

__all__ = ["Reordering"]

T = TypeVar("T")


class Reordering(Generic[T]):
    """Hands things on in the order of their numbers.

    Parameters
    ----------
    first : int, optional
        The number of the first; by default that of what comes first.
    most : int
        How many wait for one that is missing. When another comes it is given up.

    Attributes
    ----------
    late : int
        How many came behind one that was handed on, or twice; they were left out.

    Source
    ------
    own.

    Examples
    --------
    >>> from securecall.integrations.reordering import Reordering
    >>> order = Reordering(first=1)
    >>> order.push(2, "b"), order.push(1, "a"), order.push(1, "a"), order.late
    ([], ['a', 'b'], [], 1)
    """

    __slots__ = ("_held", "_most", "_next", "late")

    def __init__(self, first: int | None = None, most: int = REORDER_MOST) -> None:
        self._next, self._most, self.late = first, most, 0
        self._held: dict[int, T] = {}

    def push(self, number: int, thing: T) -> list[T]:
        """Take in one thing; return those whose turn it is.

        Parameters
        ----------
        number : int
        thing : object

        Source
        ------
        own.
        """
        if self._next is None:
            self._next = number
        if number < self._next or number in self._held:
            self.late += 1
            return []
        self._held[number] = thing
        if len(self._held) > self._most:
            self._next = min(self._held)
        made = []
        while self._next in self._held:
            made.append(self._held.pop(self._next))
            self._next += 1
        return made

    def flush(self) -> list[T]:
        """Return what waits, in order, because nothing more comes or the numbers begin anew.

        Source
        ------
        own.
        """
        made = [self._held[number] for number in sorted(self._held)]
        self._held, self._next = {}, None
        return made
