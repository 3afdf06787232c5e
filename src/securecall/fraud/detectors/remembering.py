"""Detectors that are dataclasses: their fields are what they remember."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

__all__ = ["Remembering"]


class Remembering:
    """Saves the fields of a dataclass, which must be values that JSON takes: lists, no tuples.

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
        return {each.name: getattr(self, each.name) for each in fields(self)}  # type: ignore[arg-type]

    def load(self, saved: dict[str, Any]) -> None:
        """Set the fields.

        Parameters
        ----------
        saved : dict

        Source
        ------
        own.
        """
        for each in fields(self):  # type: ignore[arg-type]
            setattr(self, each.name, saved[each.name])
