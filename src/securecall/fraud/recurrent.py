"""The network that remembers a call: which changes are told, and how sure it is of each kind."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from functools import cache
from typing import Final

from securecall.errors import BuildError
from securecall.fraud.cues import VALUES
from securecall.fraud.learnt import Kind, packaged, read_lines

__all__ = ["KINDS", "Kind", "Network", "network", "read"]

FILE: Final = "data/recurrent_2026_11_27.csv"
KINDS: Final = ("three_way", "call_forwarding", "line_switch", "noise_anomaly")
"""In the engine's order."""
BLOCK: Final = 73
HIDDEN: Final = 96
KNOTS: Final = 63
#: Parts of the file in the engine's order: rows, and numbers in a row.
PARTS: Final[Mapping[str, tuple[int, int]]] = {
    "knots": (len(VALUES["change"]), KNOTS),
    "in_bias": (1, HIDDEN),
    "gate_bias": (1, 3 * HIDDEN),
    "held_bias": (1, 3 * HIDDEN),
    "out_bias": (1, len(KINDS)),
    "in": (len(VALUES["change"]) + BLOCK, HIDDEN),
    "gate": (HIDDEN, 3 * HIDDEN),
    "held": (HIDDEN, 3 * HIDDEN),
    "out": (2 * HIDDEN, len(KINDS)),
}


class Network:
    """The network as the engine takes it, and the limits of its kinds."""

    __slots__ = ("kinds", "packed")

    def __init__(self, kinds: Mapping[str, Kind], numbers: array[float]) -> None:
        self.kinds = kinds
        told = array("f", [kinds[name].told for name in KINDS])
        self.packed = (told + numbers).tobytes()


@cache
def network() -> Network:
    """Return the network of this version.

    Raises
    ------
    BuildError
        The file of the package was changed.

    Source
    ------
    own; ``python -m benchmarks.evidence`` makes the file, which says from what.
    """
    return read(packaged(FILE))


def read(text: str) -> Network:
    """Return the network that a file's text describes.

    Raises
    ------
    BuildError
        It describes none.

    Source
    ------
    own.
    """
    kinds: dict[str, Kind] = {}
    rows: dict[str, list[list[float]]] = {name: [] for name in PARTS}

    def take(words: list[str]) -> None:
        what, name, *rest = words
        if what == "kind":
            kinds[name] = Kind(name, *map(float, rest))
        else:
            rows[what].append(list(map(float, rest)))

    read_lines(text, FILE, take)
    numbers = array("f")
    for part, (count, width) in PARTS.items():
        if len(rows[part]) != count or any(len(row) > width for row in rows[part]):
            raise BuildError(f"{FILE}: {part} must have {count} rows of {width} numbers")
        for row in rows[part]:
            # Fewer knots than there is room for: what is behind them is never reached.
            if part != "knots" and len(row) != width:
                raise BuildError(f"{FILE}: a row of {part} has {len(row)} numbers, not {width}")
            numbers.extend(row + [float("inf")] * (width - len(row)))
    if set(kinds) != set(KINDS):
        raise BuildError(f"{FILE}: the kinds must be {', '.join(KINDS)}")
    return Network(kinds, numbers)
