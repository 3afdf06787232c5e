"""The network that remembers a call: which changes are told, and how sure it is of each kind."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp, log
from typing import Final

from securecall.errors import BuildError
from securecall.fraud.cues import VALUES

__all__ = ["KINDS", "Kind", "Network", "network", "read"]

FILE: Final = "data/recurrent_2026_11_26.csv"
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


@dataclass(frozen=True, slots=True)
class Kind:
    """What the network's log odds of a kind mean.

    From ``told`` on the engine wakes Python; ``alert`` and ``disconnect`` are limits of the grades;
    ``slope`` and ``shift`` make a probability.
    """

    name: str
    told: float
    alert: float
    disconnect: float
    slope: float
    shift: float

    def probability(self, log_odds: float) -> float:
        """Return how often a report with such log odds was right, on simulated calls."""
        return 1.0 / (1.0 + exp(-(self.slope * log_odds + self.shift)))

    def log_odds(self, probability: float) -> float:
        """Return the log odds of a probability, as the network has them."""
        sure = min(max(probability, 1e-9), 1.0 - 1e-9)
        return (log(sure / (1.0 - sure)) - self.shift) / self.slope


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
    return read(files("securecall.fraud").joinpath(FILE).read_text(encoding="utf-8"))


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
    for line, words in enumerate(text.splitlines(), 1):
        if not words or words.startswith("#"):
            continue
        what, name, *rest = words.split(",")
        try:
            if what == "kind":
                kinds[name] = Kind(name, *map(float, rest))
            else:
                rows[what].append(list(map(float, rest)))
        except (KeyError, ValueError, TypeError) as error:
            raise BuildError(f"{FILE}, line {line}: {error!r}") from None
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
