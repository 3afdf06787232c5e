"""Where rates apply, for the engine: prefixes and classes, each with its rates best first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from securecall.errors import Fault
from securecall.rating.calendar import Calendar
from securecall.rating.contract import Contract, Deck, Rate, Termination
from securecall.rating.numbering import prefix_key
from securecall.rating.packing import rows
from securecall.rating.pricings import Pricings
from securecall.rating.ranking import rank
from securecall.rating.words import BILL_TYPES, CLASSES, MEDIA

__all__ = ["Destinations"]

CANDIDATES_MAX: Final = 250  # rates that may take turns within one call

# (pricing, rate id, term, media, bill types), as the engine numbers them.
Entry: TypeAlias = tuple[int, int, int, int, int]
ByDestination: TypeAlias = dict[str, list[tuple[Any, Entry]]]


class Destinations:
    """Numbers rates and lays out the destinations of contracts."""

    def __init__(self, calendar: Calendar, pricings: Pricings, faults: list[Fault]) -> None:
        self.calendar = calendar
        self.pricings = pricings
        self.faults = faults
        self.rate_ids: dict[str, int] = {}
        self._rates: list[Entry] = []
        self._prefixes: list[tuple[int, int, int, int]] = []
        self._contracts: list[list[int]] = []

    def add(self, contract: Contract) -> None:
        """Lay out a contract."""
        self.pricings.begin_contract()
        by_destination: ByDestination = {}
        for rate in contract.rates:
            term = self.calendar.term(rate.effective_from, rate.effective_to, rate.when)
            pricing = self.pricings.number(rate, conditional=term >= 0)
            number = self.rate_ids.setdefault(rate.id, len(self.rate_ids))
            entry = (pricing, number, term, *_serves(rate))
            for destination in rate.destinations:
                key = destination.removeprefix("+")
                by_destination.setdefault(key, []).append((rank(rate), entry))
        for deck in contract.decks:
            self._add_deck(deck, by_destination)
        first_prefix = len(self._prefixes)
        first, count = self._lay_out(by_destination, CLASSES)
        prefixes = len(self._prefixes) - first_prefix
        self._contracts.append([first_prefix, prefixes, *first, *count])
        self._count_candidates(contract, by_destination)

    def add_terminations(self, terminations: Sequence[Termination]) -> int:
        """Lay out termination add-ons like a contract; return its number, or -1 for none."""
        if not terminations:
            return -1
        by_prefix: ByDestination = {}
        for number, one in enumerate(terminations):
            term = self.calendar.term(one.effective_from, one.effective_to)
            by_prefix.setdefault(one.prefix, []).append((number, (0, number, term, 0, 0)))
        first = len(self._prefixes)
        self._lay_out(by_prefix, ())
        self._contracts.append([first, len(self._prefixes) - first, *[0] * 10])
        return len(self._contracts) - 1

    def parts(self) -> dict[str, Any]:
        """Return rates, prefixes and contracts, packed."""
        return {
            "rates": rows(self._rates, 5),
            "prefixes": rows(self._prefixes, 4),
            "contracts": rows(self._contracts, 12),
        }

    def _add_deck(self, deck: Deck, by_destination: ByDestination) -> None:
        options = deck.options
        term = self.calendar.term(options.effective_from, options.effective_to, options.when)
        order = rank(options)
        served = _serves(options)
        first_of = {choice: row for row, choice in reversed(list(enumerate(deck.choices)))}
        pricings = {
            choice: self.pricings.number(deck.rate(row), conditional=term >= 0)
            for choice, row in first_of.items()
        }
        numbers = self.rate_ids
        for prefix, rate_id, choice in zip(deck.prefixes, deck.rate_ids, deck.choices, strict=True):
            number = numbers.setdefault(rate_id, len(numbers))
            ranked = (order, (pricings[choice], number, term, *served))
            there = by_destination.get(prefix)
            if there is None:
                by_destination[prefix] = [ranked]
            else:
                there.append(ranked)

    def _lay_out(
        self, by_destination: ByDestination, classes: Sequence[str]
    ) -> tuple[list[int], list[int]]:
        """Append rates and prefixes; return where each class's rates begin, and how many."""
        first, count = [], []
        for name in classes:
            rates = sorted(by_destination.get(name, ()))
            first.append(len(self._rates))
            count.append(len(rates))
            self._rates += [entry for _, entry in rates]
        keyed = [
            (*prefix_key(key), rates) for key, rates in by_destination.items() if key not in CLASSES
        ]
        keyed.sort()  # no two have the same key and length
        for key, length, rates in keyed:
            if len(rates) > 1:
                rates = sorted(rates)
            self._prefixes.append((key, length, len(self._rates), len(rates)))
            self._rates += [entry for _, entry in rates]
        return first, count

    def _count_candidates(self, contract: Contract, by_destination: ByDestination) -> None:
        """Refuse a contract in which too many rates may take turns within one call."""
        dated = {
            key: sum(entry[2] >= 0 for _, entry in rates) for key, rates in by_destination.items()
        }
        if not any(dated.values()):
            return
        classes = sum(dated.get(name, 0) for name in CLASSES)
        chain: dict[str, int] = {}
        for key in sorted(dated, key=len):
            if key not in CLASSES:
                shorter = (key[:length] for length in range(len(key) - 1, 0, -1))
                around = next((chain[prefix] for prefix in shorter if prefix in chain), 0)
                chain[key] = around + dated[key]
        if classes + max(chain.values(), default=0) > CANDIDATES_MAX:
            where = contract.where
            rule = f"has more than {CANDIDATES_MAX} rates with windows or dates for one number"
            self.faults.append(Fault(where.file, where.line, where.key, f'"{contract.id}"', rule))


def _serves(rate: Rate) -> tuple[int, int]:
    """Return the bit sets of the media and bill types that a rate serves."""
    media = 3 if rate.medium is None else 1 << MEDIA.index(rate.medium)
    bills = (1 << len(BILL_TYPES)) - 1
    if rate.bill_types is not None:
        bills = sum(1 << BILL_TYPES.index(word) for word in rate.bill_types)
    return media, bills
