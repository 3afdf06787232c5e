"""What may be charged beside the minute, and how long money must be kept."""

from __future__ import annotations

from securecall.regulation.callkind import CallKind
from securecall.regulation.desk import Desk, standing
from securecall.regulation.fees import FeeRule, fee_ruling
from securecall.regulation.fit import date_misfit, profile_misfit
from securecall.regulation.instant import At, day_of
from securecall.regulation.profile import Adp, Profile
from securecall.regulation.row import InactivityRow
from securecall.regulation.rulebook import Rulebook
from securecall.regulation.ruling import PerCallBar
from securecall.regulation.words import CHANNELS, FEE_KINDS, jurisdiction_of, one_of

__all__ = ["Charges"]


class Charges(Rulebook):
    """The questions that belong to a price without being one; `Rules` adds the prices.

    Source
    ------
    47 CFR 64.6020, 64.6080, 64.6130.
    """

    def fee_rule(
        self,
        kind: str,
        on: At,
        *,
        facility_kind: str,
        adp: Adp,
        state: str | None = None,
        channel: str | None = None,
        jurisdiction: str = "mixed",
        facility: str | None = None,
    ) -> FeeRule:
        """Say what a charge beside the minute's price may cost.

        Parameters
        ----------
        kind : str
            ``automated_payment``, ``live_agent``, ``paper_bill``, ``third_party_transfer``,
            ``single_call``; ``other`` is anything that is none of these.
        on : date, aware datetime or int
        facility_kind, adp, state, facility
            As in `Rules.ruling`; an unknown ``adp`` takes the strictest of all jail tiers.
        channel : {"automated", "live_agent"}, optional
            Omitted takes the strictest.
        jurisdiction : str
            ``mixed``, the default, is a deposit that pays for any call: federal rows meet it as
            interstate.

        Returns
        -------
        FeeRule

        Raises
        ------
        InputError, InputTypeError
            As in `Rules.ruling`.

        Source
        ------
        47 CFR 64.6020; 64.6000(u).

        Examples
        --------
        >>> from datetime import date
        >>> from securecall.regulation import Rules
        >>> rule = Rules.default().fee_rule("third_party_transfer", date(2023, 1, 10),
        ...     facility_kind="jail", adp=500, channel="automated")
        >>> rule.status, rule.cap
        ('capped', Decimal('3.00'))
        """
        one_of("kind", kind, FEE_KINDS)
        jurisdiction_of(jurisdiction)
        if channel is not None:
            one_of("channel", channel, CHANNELS)
        profile = Profile.of(facility_kind=facility_kind, adp=adp, state=state, facility=facility)
        return fee_ruling(
            self._fees,
            kind,
            day_of(on, "on"),
            profile,
            channel=channel,
            jurisdiction=jurisdiction,
        )

    def per_call_rule(
        self,
        on: At,
        *,
        medium: str,
        jurisdiction: str,
        facility_kind: str,
        adp: Adp,
        state: str | None = None,
        bill_type: str = "prepaid",
        facility: str | None = None,
    ) -> PerCallBar | None:
        """Return the rule that bars a charge for the call itself, or None.

        Parameters
        ----------
        on, medium, jurisdiction, facility_kind, adp, state, bill_type, facility
            As in `Rules.ruling`.

        Returns
        -------
        PerCallBar or None
            None where such a charge is not barred.

        Raises
        ------
        InputError, InputTypeError
            As in `Rules.ruling`.

        Source
        ------
        47 CFR 64.6080.

        Examples
        --------
        >>> from datetime import date
        >>> from securecall.regulation import Rules
        >>> bar = Rules.default().per_call_rule(date(2025, 7, 1), medium="audio",
        ...     jurisdiction="intrastate", facility_kind="prison", adp=None)
        >>> bar is None
        True
        """
        call = CallKind.of(medium=medium, jurisdiction=jurisdiction, bill_type=bill_type)
        profile = Profile.of(facility_kind=facility_kind, adp=adp, state=state, facility=facility)
        return Desk(self._believed, profile).on(day_of(on, "on")).ruling(call).per_call

    def inactivity_rule(
        self, on: At, *, state: str | None = None, facility: str | None = None
    ) -> InactivityRow | None:
        """Return the rule on disposing of an inactive account's money; the longest holds.

        Parameters
        ----------
        on, state, facility
            As in `Rules.ruling`.

        Returns
        -------
        InactivityRow or None
            With ``days``, ``regime`` and ``citation``; None where no rule was found.

        Raises
        ------
        InputError, InputTypeError
            As in `Rules.ruling`.

        Source
        ------
        47 CFR 64.6130: 180 days, or a longer period of the state.

        Examples
        --------
        >>> from datetime import date
        >>> from securecall.regulation import Rules
        >>> Rules.default().inactivity_rule(date(2024, 1, 1)).days
        180
        """
        day = day_of(on, "on")
        profile = Profile.of(facility_kind="prison", state=state, facility=facility)
        fit = (
            row
            for row in self._inactivity
            if date_misfit(row, day) is None and profile_misfit(row, profile) is None
        )
        return max(standing(fit), key=lambda row: row.days, default=None)
