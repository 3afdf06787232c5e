"""The weight of evidence: trees over the numbers of a change, and which number weighed how much."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from securecall.fraud import learnt
from securecall.fraud.cues import VALUES

__all__ = ["FAMILIES", "Forest", "Weighed", "evidence", "family"]

FILE: Final = "data/evidence_2026_11_26.csv"
FEATURES: Final = VALUES["change"]

#: Numbers that count the seconds since something; so many are as good as never.
SINCE: Final = ("since_", "lead_", "tail_")
LONG_AGO_S: Final = 30.0
#: The number ``kind`` of a change within an interruption.
WITHIN: Final = 2.0
_PLACES: Final = {name: at for at, name in enumerate(FEATURES)}

FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "clicks": ("since_flash", "flash_", "lead_flash", "tail_flash", "since_gap", "gap", "lead_gap",
               "since_long_gap", "long_gap", "click"),
    "hold": ("run_floor", "run_shape", "run_s", "run_other", "run_tonal", "run_dead", "kind",
             "floor_down", "after_s"),
    "noise": ("floor", "long_floor", "quiets", "high_after", "tonal_after", "dead_after",
              "other_after", "low_sway", "spread", "shape_sway", "even"),
    "voice": ("talk", "pitch", "long_talk", "long_pitch", "edge", "long_edge", "spoken",
              "peak", "long_peak", "strong", "long_strong", "slope", "long_slope", "last_seen"),
    "codec": ("steps", "long_steps"),
    "echo": ("echo", "mutes", "run_mutes", "run_echoes", "far", "run_far"),
    "tones": ("since_", "lead_"),
}  # fmt: skip
"""Sources of evidence that are independent of each other, by how names of numbers begin."""


def family(name: str) -> str:
    """Return the source that a number of a change is evidence from.

    Source
    ------
    own.

    Examples
    --------
    >>> family("since_flash_s"), family("run_floor_db"), family("since_sit_s")
    ('clicks', 'hold', 'tones')
    """
    begins = [
        (len(start), source)
        for source, starts in FAMILIES.items()
        for start in starts
        if name.startswith(start)
    ]
    return max(begins)[1] if begins else "noise"


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a change says of a kind.

    Attributes
    ----------
    log_odds : float
        As the trees have them.
    parts : tuple of (str, float)
        How much of them each number made, the greatest share first.
    absent : frozenset of str
        Numbers that only say that something was not heard: evidence of nothing by themselves.
    within : bool
        The change is one within an interruption, whose noise is what is behind the change, too.
    """

    log_odds: float
    parts: tuple[tuple[str, float], ...]
    absent: frozenset[str] = frozenset()
    within: bool = False

    def sources(self, least: float) -> tuple[str, ...]:
        """Return the sources that speak for it with so much log odds or more.

        What was not heard is none. Within an interruption its noise and the noise behind are the
        same, and one source.
        """
        sums: dict[str, float] = {}
        for name, part in self.parts:
            if name in self.absent:
                continue
            source = family(name)
            if self.within and source == "noise":
                source = "hold"
            sums[source] = sums.get(source, 0.0) + part
        return tuple(sorted(source for source, part in sums.items() if part >= least))


@dataclass(frozen=True, slots=True)
class Kind(learnt.Kind):
    """Trees of one kind; a node is (feature or -1, number, right, mean).

    What has less than ``stop`` after the ``first`` trees is weighed no further: it is not told.
    """

    trees: tuple[tuple[tuple[int, float, int, float], ...], ...]
    first: int = 0
    stop: float = -99.0

    def weigh(self, values: Sequence[float]) -> Weighed:
        """Return the log odds of values, and what each number has added on the way."""
        total = 0.0
        parts: dict[str, float] = {}
        for tree in self.trees:
            at = 0
            feature, number, right, mean = tree[at]
            while feature >= 0:
                at = at + 1 if values[feature] <= number else right
                name = FEATURES[feature]
                feature, number, right, new = tree[at]
                parts[name] = parts.get(name, 0.0) + new - mean
                mean = new
            total += mean
        ordered = sorted(parts.items(), key=lambda each: (-abs(each[1]), each[0]))
        absent = frozenset(
            name for name in parts if name.startswith(SINCE) and values[_PLACES[name]] >= LONG_AGO_S
        )
        return Weighed(total, tuple(ordered), absent, values[_PLACES["kind"]] == WITHIN)


class Forest:
    """All kinds' trees, as the engine takes them and as one can look into them."""

    __slots__ = ("kinds", "packed")

    def __init__(self, kinds: Sequence[Kind]) -> None:
        self.kinds = {each.name: each for each in kinds}
        row = array("f", [len(kinds)])
        for each in kinds:
            row.extend((len(each.trees), 0.0, each.told, each.first, each.stop))
        for each in kinds:
            for tree in each.trees:
                row.append(len(tree))
                for feature, number, right, mean in tree:
                    row.extend((feature, number if feature >= 0 else mean, right))
        self.packed = row.tobytes()


@cache
def evidence() -> Forest:
    """Return the trees of this version.

    Raises
    ------
    BuildError
        The file of the package was changed.

    Source
    ------
    own; ``python -m benchmarks.evidence`` makes the file, which says from what.
    """
    return read(learnt.packaged(FILE))


def read(text: str) -> Forest:
    """Return the trees that a file's text describes.

    Raises
    ------
    BuildError
        It describes none.

    Source
    ------
    own.
    """
    heads: dict[str, tuple[float, float, float, float, float, int, float]] = {}
    trees: dict[str, list[list[tuple[int, float, int, float]]]] = {}

    def take(words: list[str]) -> None:
        what, kind, *rest = words
        if what == "kind":
            told, alert, disconnect, slope, shift, first, stop = map(float, rest)
            heads[kind] = (told, alert, disconnect, slope, shift, int(first), stop)
            trees[kind] = []
        else:
            if rest[0] == "0":
                trees[kind].append([])
            name, number, right, mean = rest[1:]
            feature = -1 if name == "leaf" else _PLACES[name]
            # As the engine has them: else a value on a limit goes another way here than there.
            limit, leaf = array("f", (float(number), float(mean)))
            trees[kind][-1].append((feature, limit, int(right), leaf))

    learnt.read_lines(text, FILE, take)
    return Forest([
        Kind(name, *head[:5], tuple(tuple(tree) for tree in trees[name]), *head[5:])
        for name, head in heads.items()
    ])  # fmt: skip
