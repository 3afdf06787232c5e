"""Every kind of number that a contract tells apart, with a number of each.

Prefixes - the contract's, facilities' local ones, those of termination costs, area codes - cut the
numbers into regions: what begins with one of them and with no longer one. All numbers of a region
meet the same rates. A region that holds no number that can be dialled is left out; 100 000
prefixes make 100 000 regions, which are gathered into a few groups that are looked at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias

from securecall.rating.lint.entries import Entry
from securecall.rating.numbering import DIGITS_MAX, FOREIGN, area_regions

__all__ = ["Group", "Levels", "Region", "number_groups"]

#: Entries that a number meets, prefix by prefix from the longest; each entry once.
Levels: TypeAlias = tuple[tuple[int, ...], ...]
#: Decks that a number meets, each with its row.
Rows: TypeAlias = tuple[tuple[int, int], ...]

ODD: Final = -2  # not E.164: taken only where no jurisdiction is needed
NANP_DIGITS: Final = 11
_AREAS: Final = tuple(f"1{area}" for area in range(200, 1000))
_LENGTHS: Final = (12, 11, 13, 10, 9, 14, 8, 15, 7, 6, 5, 4, 3, 2, 1)


class Region(NamedTuple):
    """Numbers under one prefix and no longer one."""

    number: str  # digits of one of them
    group: int
    rows: Rows


@dataclass(slots=True)
class Group:
    """Numbers that meet the same entries, from the same kind of place.

    Attributes
    ----------
    levels : Levels
    place : int
        Number of a state, 0 for no place, `numbering.FOREIGN`, or `ODD`.
    locals : frozenset of str
        The prefixes, of those that facilities call local, under which they lie.
    terminations : tuple of int
        Termination costs that concern them, the longest prefix first.
    number : str
        Digits of one of them.
    prices : dict
        A number by deck and price, (entry, choice).
    """

    levels: Levels
    place: int
    locals: frozenset[str]
    terminations: tuple[int, ...]
    number: str
    prices: dict[tuple[int, int], str] = field(default_factory=dict)


class _Node:
    """A prefix and what hangs on it."""

    __slots__ = ("children", "levels", "locals", "prefix", "rows", "terminations")

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.children: list[str] = []
        self.levels: Levels = ()
        self.rows: Rows = ()
        self.locals: frozenset[str] = frozenset()
        self.terminations: tuple[int, ...] = ()


def _free(prefix: str, children: Sequence[str], length: int) -> str | None:
    """Return digits of a length under a prefix and none of its longer prefixes, or None."""
    rest = length - len(prefix)
    if rest < 0:
        return None
    tail = ("5550123" * 3)[:rest] if len(prefix) < 4 else ("5550123" * 3)[-rest:] if rest else ""
    nice = prefix + tail
    # Of prefixes of which none holds another, only the last one not beyond a number can hold it.
    at = bisect_right(children, nice)
    if at == 0 or not nice.startswith(children[at - 1]):
        return nice
    number, after = int(prefix.ljust(length, "0")), (int(prefix) + 1) * 10**rest
    for child in children:
        if len(child) > length:
            continue
        first = int(child.ljust(length, "0"))
        if number < first:
            break
        number = max(number, first + 10 ** (length - len(child)))
    return str(number).zfill(length) if number < after else None


def _numbers(node: _Node, odd: bool) -> Iterable[tuple[str, int]]:
    """Yield (digits, place) of the kinds of numbers in a prefix's region."""
    prefix, children = node.prefix, node.children
    if prefix[0] > "1":
        for length in (*_LENGTHS, len(prefix)):
            found = _free(prefix, children, length)
            if found is not None:
                yield found, FOREIGN
                return
    is_nanp = len(prefix) >= 4 and prefix[0] == "1" and prefix[1] > "1"
    if is_nanp:
        found = _free(prefix, children, NANP_DIGITS)
        if found is not None:
            yield found, _REGIONS[int(prefix[1:4])]
    if odd and prefix[0] < "2":
        if not (is_nanp and len(prefix) == NANP_DIGITS):
            yield prefix, ODD
            return
        for length in range(NANP_DIGITS + 1, DIGITS_MAX + 1):
            found = _free(prefix, children, length)
            if found is not None:
                yield found, ODD
                return


_REGIONS: Final = area_regions()


def _under(own: Sequence[int], around: Levels) -> Levels:
    """Return the levels of a prefix whose entries are ``own`` inside another's."""
    first = tuple(dict.fromkeys(own))
    rest = (tuple(e for e in level if e not in first) for level in around)
    return (first, *(level for level in rest if level))


def _tree(
    entries: Sequence[Entry], locals_: Iterable[str], terminations: Sequence[str]
) -> list[_Node]:
    """Return every prefix that matters, each after the ones that it lies in."""
    own: dict[str, list[tuple[tuple[int, int, bool, int], int, int]]] = {}
    for entry in entries:
        if entry.deck is None:
            prefixes = [name[1:] for name in entry.rate.destinations if name[0] == "+"]
        else:
            prefixes = list(entry.deck.prefixes)
        for row, prefix in enumerate(prefixes):
            own.setdefault(prefix, []).append((entry.order, entry.number, row))
    is_deck = [entry.deck is not None for entry in entries]
    known_locals = set(locals_)
    costs: dict[str, list[int]] = {}
    for number, prefix in enumerate(terminations):
        costs.setdefault(prefix, []).append(number)
    nodes: list[_Node] = []
    path: list[_Node] = []
    levels: dict[tuple[tuple[int, ...], Levels], Levels] = {}
    for prefix in sorted({*own, *known_locals, *costs, *_AREAS, *"0123456789"}):
        while path and not prefix.startswith(path[-1].prefix):
            path.pop()
        node = _Node(prefix)
        if path:
            around = path[-1]
            around.children.append(prefix)
            node.levels, node.rows = around.levels, around.rows
            node.locals, node.terminations = around.locals, around.terminations
        here = own.get(prefix)
        if here:
            here.sort()
            names = tuple(number for _, number, _ in here)
            key = (names, node.levels)
            if key not in levels:
                levels[key] = _under(*key)
            rows = tuple((number, row) for _, number, row in here if is_deck[number])
            node.levels = levels[key]
            node.rows = rows + tuple(one for one in node.rows if one[0] not in names)
        if prefix in known_locals:
            node.locals |= {prefix}
        if prefix in costs:
            node.terminations = (*costs[prefix], *node.terminations)
        nodes.append(node)
        path.append(node)
    return nodes


def number_groups(
    entries: Sequence[Entry],
    locals_: Iterable[str] = (),
    terminations: Sequence[str] = (),
    odd: bool = False,
) -> tuple[list[Group], list[Region]]:
    """Return the groups of numbers that a contract tells apart, and its regions.

    Parameters
    ----------
    entries : sequence of Entry
        Of one contract.
    locals_ : iterable of str
        Digits of the prefixes that any of its facilities calls local.
    terminations : sequence of str
        Digits of the prefixes of termination costs.
    odd : bool
        Whether numbers that are not E.164 count too.

    Source
    ------
    own; the law of which rate applies, `docs/decisions/0001`, "Numbers".
    """
    groups: list[Group] = []
    regions: list[Region] = []
    known: dict[object, int] = {}
    choices: Mapping[int, Sequence[int]] = {
        entry.number: entry.deck.choices for entry in entries if entry.deck is not None
    }
    for node in _tree(entries, locals_, terminations):
        for number, place in _numbers(node, odd):
            key = (node.levels, place, node.locals, node.terminations)
            found = known.get(key)
            if found is None:
                found = known[key] = len(groups)
                groups.append(Group(node.levels, place, node.locals, node.terminations, number))
            prices = groups[found].prices
            for entry_number, row in node.rows:
                prices.setdefault((entry_number, choices[entry_number][row]), number)
            regions.append(Region(number, found, node.rows))
    return groups, regions
