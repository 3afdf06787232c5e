"""A part of a job: what it is made from, and what was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

__all__ = ["Made", "Part", "Sums", "Written", "added"]

#: By name; money and other decimals as ``Decimal``, counts as ``int``: both are added exactly.
Sums: TypeAlias = Mapping[str, int | Decimal]


@dataclass(frozen=True, slots=True)
class Part:
    """One part to be made.

    Attributes
    ----------
    name : str
        Of the file in the folder of the job; it depends on the input alone.
    source : dict
        What it is made from, as plain JSON; no two parts have the same.
    stamp : str
        Changes when the input does, so that a part is made again then.
    rows : int or None
        How many it must have, where the input says; known before, and no part of what it is.

    Source
    ------
    own.
    """

    name: str
    source: dict[str, Any]
    stamp: str = ""
    rows: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Written:
    """What a worker says of the part that it wrote.

    Attributes
    ----------
    rows : int
    sums : mapping of str to int or Decimal
        Added up over all parts in the manifest.
    detail : dict
        Plain JSON that is kept with the part.

    Source
    ------
    own.
    """

    rows: int
    sums: Sums = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """A part that lies in its place, and what it must be.

    Attributes
    ----------
    part : Part
    written : Written
    size : int
        Bytes.
    sha256 : str
        Of the file, hexadecimal.

    Source
    ------
    own.
    """

    part: Part
    written: Written
    size: int
    sha256: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain JSON; decimals as text.

        Source
        ------
        own.
        """
        return {
            "name": self.part.name,
            "source": self.part.source,
            "stamp": self.part.stamp,
            "rows": self.written.rows,
            "sums": plain_sums(self.written.sums),
            "bytes": self.size,
            "sha256": self.sha256,
            "detail": self.written.detail,
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Made:
        """Return what `to_dict` said.

        Parameters
        ----------
        told : mapping

        Source
        ------
        own.
        """
        sums = {
            str(name): Decimal(value) if isinstance(value, str) else int(value)
            for name, value in told["sums"].items()
        }
        return cls(
            Part(str(told["name"]), dict(told["source"]), str(told["stamp"])),
            Written(int(told["rows"]), sums, dict(told["detail"])),
            int(told["bytes"]),
            str(told["sha256"]),
        )


def plain_sums(sums: Sums) -> dict[str, int | str]:
    """Return sums as JSON has them: a number there would become binary floating point."""
    return {
        name: f"{value:f}" if isinstance(value, Decimal) else value for name, value in sums.items()
    }


def added(all_sums: list[Sums]) -> dict[str, int | Decimal]:
    """Add sums by name, in the order in which names first come."""
    total: dict[str, int | Decimal] = {}
    for sums in all_sums:
        for name, value in sums.items():
            total[name] = total.get(name, 0) + value
    return total
