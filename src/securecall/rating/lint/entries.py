"""The rates and decks of a contract as lint compares them; a deck counts as one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from securecall.rating.contract import Contract, Deck, Rate, Where
from securecall.rating.ranking import rank
from securecall.rating.words import BILL_TYPES, MEDIA

__all__ = ["Entry", "decided_by", "entries_of"]


@dataclass(frozen=True, eq=False)
class Entry:
    """A rate, or a deck with the options that its prefixes share.

    Attributes
    ----------
    number : int
        Within the contract: its rates, then its decks.
    rate : Rate
        The rate, or the deck's options.
    deck : Deck or None
    order : tuple
        What sorts entries of one destination, the one that applies first.
    """

    number: int
    rate: Rate
    deck: Deck | None
    order: tuple[int, int, bool, int] = field(repr=False)

    @property
    def name(self) -> str:
        """What messages call it."""
        return f'rate "{self.rate.id}"' if self.deck is None else f"deck {self.deck.file}"

    @property
    def where(self) -> Where:
        """Its place in the tariff file."""
        return self.rate.where

    @cached_property
    def media(self) -> frozenset[str]:
        """The media that it serves."""
        return frozenset(MEDIA if self.rate.medium is None else (self.rate.medium,))

    @cached_property
    def bill_types(self) -> frozenset[str]:
        """The bill types that it serves."""
        return self.rate.bill_types or frozenset(BILL_TYPES)

    @cached_property
    def rate_ids(self) -> frozenset[str]:
        """The ids that calls which get it are told."""
        return frozenset((self.rate.id,) if self.deck is None else self.deck.rate_ids)

    @cached_property
    def destinations(self) -> frozenset[str]:
        """Classes and prefixes that it is for, a prefix as ``+52``."""
        if self.deck is None:
            return frozenset(self.rate.destinations)
        return frozenset("+" + prefix for prefix in self.deck.prefixes)

    @cached_property
    def sharing(self) -> Counter[int]:
        """How many prefixes of the deck share each of its prices."""
        return Counter(() if self.deck is None else self.deck.choices)

    @cached_property
    def first_row(self) -> dict[int, int]:
        """The first row of the deck that has each of its prices."""
        choices = () if self.deck is None else self.deck.choices
        return {choice: row for row, choice in reversed(list(enumerate(choices)))}

    def priced(self, choice: int) -> Rate:
        """Return the rate itself, or a rate that has one of the deck's prices."""
        return self.rate if self.deck is None else self.deck.rate(self.first_row[choice])


def entries_of(contract: Contract) -> list[Entry]:
    """Return a contract's rates and decks, in file order."""
    rates = [(rate, None) for rate in contract.rates]
    decks = [(deck.options, deck) for deck in contract.decks]
    return [
        Entry(number, rate, deck, rank(rate))
        for number, (rate, deck) in enumerate([*rates, *decks])
    ]


def decided_by(winner: Entry, other: Entry) -> str | None:
    """Return which weaker rule puts one entry before another of its destination, or None.

    None also where a later entry replaces one that is for the same calls at the same times: that is
    how prices are raised.
    """
    if winner.order[0] != other.order[0]:
        return None
    first, second = winner.rate, other.rate
    if winner.order[1] != other.order[1]:
        return "it states more of medium and bill types"
    if winner.order[2] != other.order[2]:
        return "it has windows and the other has none"
    if (first.medium, first.bill_types, first.when) == (
        second.medium, second.bill_types, second.when
    ):  # fmt: skip
        return None
    return "its effective_from is later"
