"""What the rules say about one call, with every row that was looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from securecall.regulation.ceilings import Ceiling, lower

__all__ = ["Candidate", "PerCallBar", "Ruling", "StateShare"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One row that was looked at, and what became of it.

    Attributes
    ----------
    level : {"federal", "state", "relay"}
    regime : str
    scope : str
        Whom and which calls it concerns, in words.
    per_minute : Decimal or None
        What it would allow for this facility, before relay and termination; None where it
        allows nothing in particular or does not concern the facility.
    reason : str
        ``"governs"``, or in plain words why it does not.
    citation, source_url, confidence : str
    effective_from, effective_to : date or None
        Inclusive; an open end is None.

    Source
    ------
    own.
    """

    level: str
    regime: str
    scope: str
    per_minute: Decimal | None
    reason: str
    citation: str
    source_url: str
    confidence: str
    effective_from: date
    effective_to: date | None

    @property
    def governs(self) -> bool:
        """Whether this row gave the ceiling."""
        return self.reason == "governs"


@dataclass(frozen=True, slots=True)
class StateShare:
    """The part of each call's price that a state pays.

    Attributes
    ----------
    share : Fraction
        Above 0, at most 1.
    source, citation, confidence : str
    effective_from, effective_to : date or None

    Source
    ------
    own; C.R.S. 17-42-103(1.5) is the one such law in the packaged rules.
    """

    share: Fraction
    source: str
    citation: str
    confidence: str = "high"
    effective_from: date | None = None
    effective_to: date | None = None


@dataclass(frozen=True, slots=True)
class PerCallBar:
    """The rule that bars a charge for the call itself.

    Attributes
    ----------
    source, citation, confidence : str
    effective_from, effective_to : date or None

    Source
    ------
    47 CFR 64.6080.
    """

    source: str
    citation: str
    confidence: str = "high"
    effective_from: date | None = None
    effective_to: date | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules say about a call.

    Attributes
    ----------
    federal, state : Ceiling or None
        The lowest of each level; None means that none was found, never 0.
    state_share : StateShare or None
    per_call : PerCallBar or None
        None where a per-call charge is not barred.
    candidates : tuple of Candidate
        Every row looked at; empty in a table's cells.

    Source
    ------
    own.
    """

    federal: Ceiling | None
    state: Ceiling | None
    state_share: StateShare | None
    per_call: PerCallBar | None
    candidates: tuple[Candidate, ...] = field(default=(), compare=False, repr=False)

    @property
    def ceiling(self) -> Ceiling | None:
        """The lower of the two ceilings, the federal one on a tie."""
        return lower(self.federal, self.state)
