"""The rules as they were believed on some day, with the user's own on top."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from securecall.errors import InputTypeError
from securecall.money import Money, decimal_of, price_of
from securecall.regulation.callkind import CallKind
from securecall.regulation.candidates import candidates
from securecall.regulation.charges import Charges
from securecall.regulation.desk import Desk
from securecall.regulation.instant import At, day_of, known_day
from securecall.regulation.library import PathLike, own_rows, packaged_rows
from securecall.regulation.profile import Adp, CommissionLike, Profile
from securecall.regulation.row import Row, edges
from securecall.regulation.ruling import Ruling
from securecall.regulation.table import RulingTable, tabulate

__all__ = ["Rules"]


class Rules(Charges):
    """Dated rules, at one day of knowledge; made by `load` or `default`.

    Frozen, picklable, hashable and equal by ``digest``; attributes as in `Rulebook`.

    Source
    ------
    47 CFR part 64 subpart FF and state law; each row cites its own.
    """

    @classmethod
    def load(cls, overrides: Iterable[PathLike] = (), known_at: date | None = None) -> Rules:
        """Load the packaged rules and the user's own.

        Parameters
        ----------
        overrides : iterable of path
            CSV files with the columns of the packaged ones; see `docs/regulation.md`. The kind
            is told by the header. ``facility`` limits a row to ids; ``replaces`` names regimes
            that the row displaces for the calls it fits.
        known_at : date, optional
            Take only what was believed to be the law on that day.

        Raises
        ------
        RegulationError
            A file cannot be used; ``faults`` lists everything that is wrong with all of them.
        InputTypeError
            ``overrides`` is one path instead of a list, or ``known_at`` is not a date.

        Source
        ------
        own.

        Examples
        --------
        >>> Rules.load(known_at=date(2025, 7, 1)) == Rules.default()
        False
        """
        if isinstance(overrides, str | bytes | os.PathLike):
            raise InputTypeError("overrides must be a list of paths, not one path")
        known_at = known_day(known_at)
        paths = tuple(overrides)
        if not paths:
            return _packaged_at(known_at)
        return cls((*packaged_rows(), *own_rows(paths)), known_at)

    @classmethod
    def default(cls) -> Rules:
        """Return the packaged rules with all that is known, loaded once.

        Source
        ------
        own.

        Examples
        --------
        >>> Rules.default() is Rules.default()
        True
        """
        return _packaged_at(None)

    def known(self, known_at: date | None) -> Rules:
        """Return the same rows at another day of knowledge.

        Parameters
        ----------
        known_at : date or None
            None is all that the rows know.

        Raises
        ------
        InputTypeError
            ``known_at`` is neither a date nor None.

        Source
        ------
        own.

        Examples
        --------
        >>> Rules.default().known(date(2025, 7, 1)).known_at
        datetime.date(2025, 7, 1)
        """
        return self if known_day(known_at) == self.known_at else Rules(self.rows, known_at)

    def ruling(
        self,
        on: At,
        *,
        medium: str,
        jurisdiction: str,
        facility_kind: str,
        adp: Adp,
        bill_type: str,
        state: str | None,
        relay: str = "none",
        commission: CommissionLike = None,
        additive: Money | None = None,
        termination_per_minute: Money | None = None,
        destination: str | None = None,
        opt_out: Iterable[str] = (),
        facility: str | None = None,
    ) -> Ruling:
        """Say what the rules are for one call, and what was looked at.

        Parameters
        ----------
        on : date, aware datetime or int
            The facility's calendar day on which the call starts.
        medium : {"audio", "video"}
        jurisdiction : {"intrastate", "interstate", "international", "mixed"}
            ``mixed`` takes the lower of the two domestic ones.
        facility_kind : {"prison", "jail"}
        adp : int, Decimal, Fraction, float or None
            Average daily population; None takes the lowest ceiling of all jail tiers.
        bill_type : {"prepaid", "inmate_debit", "prepaid_collect", "collect", "direct_bill"}
        state : str or None
            The facility's, two letters; None finds no state rule.
        relay : {"none", "trs", "vrs", "tty", "asl", "cts"}
        commission : Commission, mapping, Decimal, str or None
            Dollars a minute to the facility; None is 0.
        additive : Decimal, str or None
            Dollars a minute of the 2025 additive that the facility recovers; None is all of it.
        termination_per_minute : Decimal, str or None
            Average cost of terminating an international call; not used for others.
        destination : str or None
            For the citation.
        opt_out : iterable of str
            Regimes of agency policies that the facility does not follow.
        facility : str or None
            Its id, for rules that name facilities.

        Returns
        -------
        Ruling
            With ``federal``, ``state``, ``ceiling``, ``state_share``, ``per_call`` and
            ``candidates``.

        Raises
        ------
        InputError
            A word is not allowed, a number is negative.
        InputTypeError
            An argument is of a wrong type, such as money as float.

        Source
        ------
        47 CFR 64.6000-64.6090; state law; each part of the answer cites its own.

        Examples
        --------
        >>> found = Rules.default().ruling(date(2026, 5, 1), medium="audio",
        ...     jurisdiction="intrastate", facility_kind="jail", adp=120, bill_type="prepaid",
        ...     state="CA")
        >>> found.ceiling.per_minute, found.ceiling.source, found.federal.per_minute
        (Decimal('0.07'), 'CA_D2108037_interim', Decimal('0.13'))
        """
        day = day_of(on, "on")
        call = CallKind.of(
            medium=medium, jurisdiction=jurisdiction, bill_type=bill_type, relay=relay
        )
        profile = Profile.of(
            facility_kind=facility_kind,
            adp=adp,
            state=state,
            commission=commission,
            additive=additive,
            opt_out=self._policies(opt_out),
            facility=facility,
        )
        cost = None
        if termination_per_minute is not None:
            price_of(termination_per_minute, "termination_per_minute")
            cost = decimal_of(termination_per_minute, "termination_per_minute")
        desk = Desk(self._believed, profile)
        plain = desk.on(day).ruling(call)
        looked = candidates(self._believed, desk, day, call, plain)
        federal = plain.federal
        if federal is not None:
            federal = federal.with_termination(cost, destination)
        return Ruling(federal, plain.state, plain.state_share, plain.per_call, looked)

    def table(
        self,
        *,
        facility_kind: str,
        adp: Adp,
        state: str | None,
        commission: CommissionLike = None,
        additive: Money | None = None,
        opt_out: Iterable[str] = (),
        facility: str | None = None,
    ) -> RulingTable:
        """Work out the rulings for every kind of call of a facility and every interval.

        Parameters
        ----------
        facility_kind, adp, state, commission, additive, opt_out, facility
            As in `ruling`.

        Returns
        -------
        RulingTable
            Without candidates and termination cost; its cells agree with `ruling`.

        Raises
        ------
        InputError, InputTypeError
            As in `ruling`.

        Source
        ------
        own.

        Examples
        --------
        >>> table = Rules.default().table(facility_kind="prison", adp=None, state="TX")
        >>> table.starts[0] == date.min
        True
        """
        profile = Profile.of(
            facility_kind=facility_kind,
            adp=adp,
            state=state,
            commission=commission,
            additive=additive,
            opt_out=self._policies(opt_out),
            facility=facility,
        )
        desk = Desk(self._believed, profile)
        return tabulate(desk, edges(desk.rows.every))

    def breakpoints(
        self,
        *,
        facility_kind: str | None = None,
        state: str | None = None,
        facility: str | None = None,
    ) -> tuple[date, ...]:
        """Return the days on which a ruling can change, each the first day of the new.

        Parameters
        ----------
        facility_kind, state, facility : str, optional
            Leave out rows that concern others only. All rows count where omitted.

        Returns
        -------
        tuple of date
            Sorted, each once.

        Raises
        ------
        InputError
            A word is not allowed.

        Source
        ------
        own.

        Examples
        --------
        >>> date(2026, 4, 6) in Rules.default().breakpoints()
        True
        """
        Profile.of(facility_kind=facility_kind or "jail", state=state, facility=facility)

        def counts(row: Row) -> bool:
            return (
                (facility_kind is None or row.facility_kind in (None, facility_kind))
                and (state is None or row.state in (None, state))
                and (facility is None or not row.facility or facility in row.facility)
            )

        return edges(row for row in self._believed.every if counts(row))


@lru_cache(maxsize=64)
def _packaged_at(known_at: date | None) -> Rules:
    return Rules(packaged_rows(), known_at)
