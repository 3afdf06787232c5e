"""Detectors that are dataclasses: their fields are what they remember."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

__all__ = ["Remembering"]


class Remembering:
    """Saves the fields of a dataclass, which must be values that JSON takes: lists, no tuples.

    Fields that are no arguments of ``__init__`` are made of the others: they are not saved.

    Source
    ------
    own.
    """

    __slots__ = ()

    def save(self) -> dict[str, Any]:
        """Return the fields by name.

        Source
        ------
        own.
        """
        return {name: getattr(self, name) for name in _kept(self)}

    def load(self, saved: dict[str, Any]) -> None:
        """Set the fields.

        Parameters
        ----------
        saved : dict

        Source
        ------
        own.
        """
        for name in _kept(self):
            setattr(self, name, saved[name])


def _kept(thing: Any) -> list[str]:
    return [each.name for each in fields(thing) if each.init]
