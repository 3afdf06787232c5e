"""A value that is made when it is first asked for, once, however many threads ask."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

__all__ = ["Later"]

Value = TypeVar("Value")


class Later(Generic[Value]):
    """What is seldom wanted and takes long to make.

    Who asks while another makes it waits; where making it fails, the next one tries again.
    """

    __slots__ = ("_lock", "_made", "_make")

    def __init__(self, make: Callable[[], Value]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: tuple[Value] | None = None

    @classmethod
    def of(cls, value: Value) -> Later[Value]:
        """Return one that is made already."""
        later = cls(lambda: value)
        later._made = (value,)
        return later

    @property
    def value(self) -> Value:
        """The value."""
        made = self._made
        if made is None:
            with self._lock:
                made = self._made
                if made is None:
                    made = self._made = (self._make(),)
        return made[0]
