"""A ceiling on the price of a minute: its figure, its parts, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from securecall.notebook import Shown
from securecall.regulation.exact import plus, times
from securecall.regulation.profile import Profile
from securecall.regulation.row import CeilingRow, RelayRow, StateRow
from securecall.regulation.words import CONFIDENCES

if TYPE_CHECKING:
    from securecall.regulation.ruling import Candidate

__all__ = ["Ceiling", "federal_ceiling", "lower", "state_ceiling"]

_ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Ceiling(Shown):
    """The most that a minute may cost, and the rule that says so.

    Attributes
    ----------
    per_minute : Decimal or None
        Dollars, the sum of the parts below; None where a limit is not one on the minute.
    source : str
        The regime, ``"FCC2025_interim"``.
    citation : str
        Where it is written, with everything that was assumed.
    saved : Decimal or None
        For the rater: net without regulation minus net.
    confidence : {"high", "medium", "low"}
        The worst of the rows that the figure rests on.
    base : Decimal or None
        The part without the two below.
    facility_component : Decimal or None
        The additive of 2025 or the commission that the caps of 2021 let pass through.
    termination : Decimal or None
        What was added for terminating an international call.
    termination_share : Decimal
        How much of a termination cost `with_termination` adds: 0 on domestic calls.
    effective_from, effective_to : date or None
        Inclusive days of the rule; an open end is None.
    candidates : tuple of Candidate
        Every row that was looked at, where the ceiling was asked for alone.

    Source
    ------
    47 CFR part 64 subpart FF; the rows' own citations.
    """

    per_minute: Decimal | None
    source: str
    citation: str
    saved: Decimal | None = None
    confidence: str = "high"
    base: Decimal | None = None
    facility_component: Decimal | None = None
    termination: Decimal | None = None
    termination_share: Decimal = _ZERO
    effective_from: date | None = None
    effective_to: date | None = None
    candidates: tuple[Candidate, ...] = field(default=(), compare=False, repr=False)

    @property
    def per_minute_exact(self) -> Fraction | None:
        """``per_minute`` as an exact fraction."""
        return None if self.per_minute is None else Fraction(self.per_minute)

    def with_termination(self, cost: Decimal | None, destination: str | None = None) -> Ceiling:
        """Add the termination cost of an international call, once; None counts as 0.

        Parameters
        ----------
        cost : Decimal or None
            The provider's average per-minute cost for that destination; a part of it is added
            where only a part of the ceiling holds (TTY).
        destination : str or None
            Named in the citation.

        Returns
        -------
        Ceiling
            This one if nothing is to be added: a domestic, a state's or a free ceiling.

        Source
        ------
        47 CFR 64.6030(e) (2021), carried forward by the later orders.

        Examples
        --------
        >>> cap = Ceiling(Decimal("0.21"), "R21", "rule", termination_share=Decimal(1))
        >>> cap.with_termination(Decimal("0.118")).per_minute
        Decimal('0.328')
        """
        if not self.termination_share or self.per_minute is None or self.termination is not None:
            return self
        place = f" to {destination}" if destination else ""
        if cost is None:
            note = f"; termination cost{place} not given, counted as 0"
            return replace(self, termination=_ZERO, citation=self.citation + note)
        added = times(cost, self.termination_share)
        return replace(
            self,
            per_minute=plus(self.per_minute, added),
            termination=added,
            citation=f"{self.citation}; with {added} for termination{place}",
        )

    def under_relay(self, row: RelayRow) -> Ceiling:
        """Keep the part of this audio ceiling that holds for a relay class.

        Parameters
        ----------
        row : RelayRow
            The rule that holds for that class on that day.

        Source
        ------
        47 CFR 64.6040, by way of the row.
        """
        share = row.share_of_audio
        confidence = max(self.confidence, row.confidence, key=CONFIDENCES.index)
        citation = f"{row.citation}. Audio ceiling: {self.citation}"
        if share == 1:
            return replace(self, citation=citation, confidence=confidence)

        def part(value: Decimal | None) -> Decimal | None:
            return None if value is None else times(value, share)

        return replace(
            self,
            per_minute=part(self.per_minute),
            citation=citation,
            confidence=confidence,
            base=part(self.base),
            facility_component=part(self.facility_component),
            termination_share=times(self.termination_share, share),
        )

    @classmethod
    def free(cls, row: RelayRow) -> Ceiling:
        """Return the ceiling of 0 that a relay rule sets.

        Parameters
        ----------
        row : RelayRow
            The rule that makes such calls free.

        Source
        ------
        47 CFR 64.6040, by way of the row.
        """
        return cls(
            per_minute=_ZERO,
            source=row.regime,
            citation=row.citation,
            confidence=row.confidence,
            base=_ZERO,
            effective_from=row.effective_from,
            effective_to=row.effective_to,
        )


def federal_ceiling(row: CeilingRow, profile: Profile, *, international: bool) -> Ceiling:
    """Work out what a federal row allows for a facility, termination cost apart.

    Parameters
    ----------
    row : CeilingRow
        It has a cap and fits the facility.
    profile : Profile
    international : bool
        Whether a termination cost is to come on top.

    Source
    ------
    47 CFR 64.6030(d) (2021) for commissions; FCC 25-75 for the additive.

    Examples
    --------
    >>> row = CeilingRow(regime="R25", effective_from=date(2026, 4, 6), citation="order",
    ...     cap=Decimal("0.11"), component="additive", component_max=Decimal("0.02"))
    >>> profile = Profile.of(facility_kind="prison", additive="0.005")
    >>> federal_ceiling(row, profile, international=False).per_minute
    Decimal('0.095')
    """
    assert row.cap is not None
    base, component = row.cap, None
    commission = profile.commission
    if row.component == "additive":
        base = plus(row.cap, row.component_max.copy_negate())
        component = row.component_max
        if profile.additive is not None:
            component = min(profile.additive, row.component_max)
    elif row.component == "commission_contract":
        component = min(commission.rounded, row.component_max) if commission else _ZERO
    elif row.component == "commission_law":
        assert commission is not None
        component = min(commission.per_minute, row.component_max)
    citation = row.citation
    if profile.adp_unknown and row.tiered:
        citation += "; average daily population unknown, lowest ceiling of all jail tiers"
    return Ceiling(
        per_minute=base if component is None else plus(base, component),
        source=row.regime,
        citation=citation,
        confidence=row.confidence,
        base=base,
        facility_component=component,
        termination_share=_ONE if international else _ZERO,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
    )


def state_ceiling(row: StateRow) -> Ceiling:
    """Return what a binding state row allows; a free call is a ceiling of 0.

    Source
    ------
    own; the row's citation.
    """
    assert row.cap is not None
    return Ceiling(
        per_minute=row.cap,
        source=row.regime,
        citation=row.citation,
        confidence=row.confidence,
        base=row.cap,
        effective_from=row.effective_from,
        effective_to=row.effective_to,
    )


def lower(first: Ceiling | None, second: Ceiling | None) -> Ceiling | None:
    """Return the lower of two ceilings, the first on a tie; None is no ceiling.

    Source
    ------
    own; the lowest of all ceilings governs.

    Examples
    --------
    >>> lower(None, Ceiling(Decimal("0.07"), "CA", "decision")).source
    'CA'
    """
    if first is None or first.per_minute is None:
        return second
    if second is None or second.per_minute is None:
        return first
    return second if second.per_minute < first.per_minute else first
