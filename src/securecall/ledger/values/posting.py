"""What is answered about postings of rated records."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from securecall.ledger.values.answer import Answer
from securecall.ledger.values.quick import quick
from securecall.ledger.values.units import in_dollars, in_utc
from securecall.money import dollars
from securecall.notebook import Shown

__all__ = ["PostedPart", "Posting", "PostingState", "Reconciliation"]


@quick
@dataclass(frozen=True, slots=True)
class PostedPart(Answer):
    """One operation of a posting.

    Attributes
    ----------
    rows : int
        Records in it; each is one of posted, already there, free, or refused.
    total_micros : int
        Of the posted ones.
    already_micros : int
        Of those that were there.
    parts_micros : tuple of (str, int)
        What of the total is ``revenue`` and what ``tax:<id>``.
    refusals : tuple of (int, str)
        The record's place in the part, and its `RecordCode`.

    Source
    ------
    own.
    """

    code: str
    posting: str
    at_ms: int
    rows: int
    posted: int
    already: int
    free: int
    total_micros: int
    already_micros: int
    parts_micros: tuple[tuple[str, int], ...]
    refusals: tuple[tuple[int, str], ...]

    at = in_utc("at_ms")
    total = in_dollars("total_micros")


@dataclass(frozen=True, slots=True)
class Posting(Shown):
    """What became of a stream of rated records.

    Attributes
    ----------
    name : str
        The posting's request id.
    rows : int
        Records of the stream: ``posted + already + free`` and the refused ones.
    posted, already, free : int
        Records that this run put into the books, that were there, and that cost nothing.
    refused : dict of str to int
        Records by `RecordCode`.
    stream_micros, posted_micros, already_micros, refused_micros : int
        The totals of all records, and of these; the first is the sum of the others.
    parts_micros : dict of str to int
        What of the posted is ``revenue`` and what ``tax:<id>``.
    operations : int
        Of the ledger, of this run.

    Source
    ------
    own; docs/posting.md.
    """

    name: str
    rows: int
    posted: int
    already: int
    free: int
    refused: dict[str, int]
    stream_micros: int
    posted_micros: int
    already_micros: int
    refused_micros: int
    parts_micros: dict[str, int]
    operations: int

    stream_total = in_dollars("stream_micros")
    posted_total = in_dollars("posted_micros")
    already_total = in_dollars("already_micros")
    refused_total = in_dollars("refused_micros")

    @property
    def complete(self) -> bool:
        """Whether every record that costs something is in the books."""
        return not self.refused

    @property
    def parts(self) -> dict[str, Decimal]:
        """What of the posted is revenue and what tax, dollars."""
        return {name: dollars(amount) for name, amount in self.parts_micros.items()}


@dataclass(frozen=True, slots=True)
class PostingState(Shown):
    """What a posting has put into the books so far, in all its runs.

    Attributes
    ----------
    name : str
    posted : int
        Records.
    total_micros : int
    parts_micros : dict of str to int
    first_ms, last_ms : int
        Of its operations.

    Source
    ------
    own.
    """

    name: str
    posted: int
    total_micros: int
    parts_micros: dict[str, int]
    first_ms: int
    last_ms: int

    first_at = in_utc("first_ms")
    last_at = in_utc("last_ms")
    total = in_dollars("total_micros")

    @property
    def parts(self) -> dict[str, Decimal]:
        """What of the total is revenue and what tax, dollars."""
        return {name: dollars(amount) for name, amount in self.parts_micros.items()}


@dataclass(frozen=True, slots=True)
class Reconciliation(Shown):
    """Rated records held against the books, record by record.

    Attributes
    ----------
    rows, free : int
    there, missing, different, unrated : int
        Records that cost something and are in the books with just that charge, are not in the
        books, or are there with another account, time or charge; and records without a price.
    stream_micros, there_micros, missing_micros, different_micros : int
        Their totals, as the records say.
    examples : tuple of (str, str)
        The first hundred keys that are missing or different, and which.

    Source
    ------
    own; docs/posting.md.
    """

    rows: int
    free: int
    there: int
    missing: int
    different: int
    unrated: int
    stream_micros: int
    there_micros: int
    missing_micros: int
    different_micros: int
    examples: tuple[tuple[str, str], ...]

    stream_total = in_dollars("stream_micros")
    there_total = in_dollars("there_micros")
    missing_total = in_dollars("missing_micros")
    different_total = in_dollars("different_micros")

    @property
    def ok(self) -> bool:
        """Whether the books have every priced record, and nothing else of any of them."""
        return not self.missing and not self.different
