"""Dated federal and state rules on the price of calls from prisons and jails, with citations.

`ceiling` gives the figure, `consider` also says what was looked at and why it lost, `fee_rule`,
`per_call_rule` and `inactivity_days` answer what belongs to a price without being one. All take
``known_at``: what was believed to be the law on that day. `Rules` holds the rows, the user's own
on top, and tabulates whole facilities. Not legal advice: `docs/regulation.md` lists the doubts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from securecall.money import Money
from securecall.regulation.ceilings import Ceiling
from securecall.regulation.fees import FeeRule
from securecall.regulation.instant import At
from securecall.regulation.profile import Adp, Commission, CommissionLike
from securecall.regulation.rules import Rules
from securecall.regulation.ruling import Candidate, PerCallBar, Ruling, StateShare
from securecall.regulation.table import RulingTable

__all__ = [
    "Candidate",
    "Ceiling",
    "Commission",
    "FeeRule",
    "PerCallBar",
    "Rules",
    "Ruling",
    "RulingTable",
    "StateShare",
    "ceiling",
    "consider",
    "fee_rule",
    "inactivity_days",
    "per_call_rule",
]


def consider(
    *,
    at: At,
    medium: str,
    jurisdiction: str,
    facility_kind: str,
    adp: Adp,
    bill_type: str,
    state: str | None,
    known_at: date | None = None,
    destination: str | None = None,
    termination_per_minute: Money | None = None,
    relay: str = "none",
    commission: CommissionLike = None,
    additive: Money | None = None,
    opt_out: Iterable[str] = (),
    facility: str | None = None,
    rules: Rules | None = None,
) -> Ruling:
    """Say what the rules are for one call, and what became of every row that was looked at.

    Parameters
    ----------
    at : date, datetime or int
        The day on which the call starts, at the facility: a date, an aware datetime (the day on
        its own wall clock), or UTC epoch milliseconds (the UTC day).
    medium : {"audio", "video"}
    jurisdiction : {"intrastate", "interstate", "international", "mixed"}
        ``mixed`` takes the lower of the two domestic ones.
    facility_kind : {"prison", "jail"}
    adp : int, Decimal, Fraction, float or None
        Average daily population; None takes the lowest ceiling of all jail tiers.
    bill_type : {"prepaid", "inmate_debit", "prepaid_collect", "collect", "direct_bill"}
    state : str or None
        The facility's, two letters; None finds no state rule.
    known_at : date, optional
        Take only what was believed to be the law on that day; the default is all that is known.
    destination : str, optional
        Named in the citation of an international call.
    termination_per_minute : Decimal or str, optional
        Dollars; average cost of terminating an international call, 0 where omitted.
    relay : {"none", "trs", "vrs", "tty", "asl", "cts"}
    commission : Commission, mapping, Decimal or str, optional
        Dollars a minute that the provider pays the facility; a mapping has ``per_minute`` and
        ``kind``, ``"contract"`` or ``"law"``.
    additive : Decimal or str, optional
        Dollars a minute of the 2025 additive that the facility recovers; all of it where omitted.
    opt_out : iterable of str
        Regimes of agency policies that the facility does not follow.
    facility : str, optional
        Its id, for rules that name facilities.
    rules : Rules, optional
        Instead of the packaged ones; with ``known_at``, the same rows at that day.

    Returns
    -------
    Ruling
        With ``federal``, ``state``, ``ceiling``, ``state_share``, ``per_call``, ``candidates``.

    Raises
    ------
    InputError
        A word is not allowed (the text names the nearest), a number is negative, a datetime has
        no zone.
    InputTypeError
        An argument is of a wrong type, such as money as float.

    Source
    ------
    47 CFR part 64 subpart FF and state law; each part of the answer cites its own.

    Examples
    --------
    >>> found = consider(at=date(2025, 7, 1), medium="audio", jurisdiction="intrastate",
    ...     facility_kind="prison", adp=None, bill_type="prepaid", state="TX")
    >>> found.ceiling is None
    True
    >>> [c.reason for c in found.candidates if c.regime == "TX_TDCJ_contract"][0]
    "an agency's contract price, not a cap: it never binds"
    """
    return _rules(rules, known_at).ruling(
        at,
        medium=medium,
        jurisdiction=jurisdiction,
        facility_kind=facility_kind,
        adp=adp,
        bill_type=bill_type,
        state=state,
        relay=relay,
        commission=commission,
        additive=additive,
        termination_per_minute=termination_per_minute,
        destination=destination,
        opt_out=opt_out,
        facility=facility,
    )


def ceiling(
    *,
    at: At,
    medium: str,
    jurisdiction: str,
    facility_kind: str,
    adp: Adp,
    bill_type: str,
    state: str | None,
    known_at: date | None = None,
    destination: str | None = None,
    termination_per_minute: Money | None = None,
    relay: str = "none",
    commission: CommissionLike = None,
    additive: Money | None = None,
    opt_out: Iterable[str] = (),
    facility: str | None = None,
    rules: Rules | None = None,
) -> Ceiling | None:
    """Return the lowest ceiling on the price of a minute, or None where none was found.

    Parameters
    ----------
    at, medium, jurisdiction, facility_kind, adp, bill_type, state, known_at
        As in `consider`.
    destination, termination_per_minute, relay, commission, additive, opt_out, facility, rules
        As in `consider`.

    Returns
    -------
    Ceiling or None
        With its citation and every candidate. None is never 0: a free call is a ceiling of 0.

    Raises
    ------
    InputError, InputTypeError
        As in `consider`.

    Source
    ------
    47 CFR part 64 subpart FF and state law; the answer cites its own.

    Examples
    --------
    >>> cap = ceiling(at=date(2026, 5, 1), medium="audio", jurisdiction="interstate",
    ...     facility_kind="jail", adp=8932, bill_type="prepaid", state="TX")
    >>> cap.per_minute, cap.source
    (Decimal('0.10'), 'FCC2025_interim')
    """
    found = consider(
        at=at,
        medium=medium,
        jurisdiction=jurisdiction,
        facility_kind=facility_kind,
        adp=adp,
        bill_type=bill_type,
        state=state,
        known_at=known_at,
        destination=destination,
        termination_per_minute=termination_per_minute,
        relay=relay,
        commission=commission,
        additive=additive,
        opt_out=opt_out,
        facility=facility,
        rules=rules,
    )
    lowest = found.ceiling
    return None if lowest is None else replace(lowest, candidates=found.candidates)


def fee_rule(
    kind: str,
    *,
    at: At,
    facility_kind: str,
    adp: Adp,
    state: str | None = None,
    channel: str | None = None,
    jurisdiction: str = "mixed",
    facility: str | None = None,
    known_at: date | None = None,
    rules: Rules | None = None,
) -> FeeRule:
    """Say what a charge beside the price of a minute may cost.

    Parameters
    ----------
    kind : str
        ``automated_payment``, ``live_agent``, ``paper_bill``, ``third_party_transfer`` or
        ``single_call``; ``other`` is anything that is none of these.
    at, facility_kind, adp, state, facility, known_at, rules
        As in `consider`; an unknown ``adp`` takes the strictest of all jail tiers.
    channel : {"automated", "live_agent"}, optional
        How a transfer or a single call is paid; the strictest where omitted.
    jurisdiction : {"mixed", "intrastate", "interstate", "international"}
        ``mixed``, the default, is a deposit that pays for any call: federal rows meet it as
        interstate, a state's as intrastate too.

    Returns
    -------
    FeeRule
        ``status`` is forbidden, capped, pass_through, allowed or no_rule; ``cap`` in dollars.

    Raises
    ------
    InputError, InputTypeError
        As in `consider`.

    Source
    ------
    47 CFR 64.6020; 64.6000(u) for mixed charges.

    Examples
    --------
    >>> fee_rule("automated_payment", at=date(2026, 5, 1), facility_kind="jail", adp=80).status
    'forbidden'
    """
    return _rules(rules, known_at).fee_rule(
        kind,
        at,
        facility_kind=facility_kind,
        adp=adp,
        state=state,
        channel=channel,
        jurisdiction=jurisdiction,
        facility=facility,
    )


def per_call_rule(
    *,
    at: At,
    medium: str,
    jurisdiction: str,
    facility_kind: str,
    adp: Adp,
    state: str | None = None,
    bill_type: str = "prepaid",
    facility: str | None = None,
    known_at: date | None = None,
    rules: Rules | None = None,
) -> PerCallBar | None:
    """Return the rule that bars a charge for the call itself, or None where none does.

    Parameters
    ----------
    at, medium, jurisdiction, facility_kind, adp, state, bill_type, facility, known_at, rules
        As in `consider`.

    Returns
    -------
    PerCallBar or None
        None where such a charge is not barred.

    Raises
    ------
    InputError, InputTypeError
        As in `consider`.

    Source
    ------
    47 CFR 64.6080.

    Examples
    --------
    >>> per_call_rule(at=date(2026, 4, 6), medium="video", jurisdiction="intrastate",
    ...     facility_kind="prison", adp=None).source
    'FCC2025_no_per_call'
    """
    return _rules(rules, known_at).per_call_rule(
        at,
        medium=medium,
        jurisdiction=jurisdiction,
        facility_kind=facility_kind,
        adp=adp,
        state=state,
        bill_type=bill_type,
        facility=facility,
    )


def inactivity_days(
    at: At,
    *,
    state: str | None = None,
    facility: str | None = None,
    known_at: date | None = None,
    rules: Rules | None = None,
) -> int | None:
    """Return how many days of inactivity must pass before money may be disposed of.

    `Rules.inactivity_rule` also gives the citation.

    Parameters
    ----------
    at, state, facility, known_at, rules
        As in `consider`.

    Returns
    -------
    int or None
        Calendar days without a break; None where no rule was found.

    Raises
    ------
    InputError, InputTypeError
        As in `consider`.

    Source
    ------
    47 CFR 64.6130.

    Examples
    --------
    >>> inactivity_days(date(2026, 6, 30))
    180
    """
    rule = _rules(rules, known_at).inactivity_rule(at, state=state, facility=facility)
    return None if rule is None else rule.days


def _rules(rules: Rules | None, known_at: date | None) -> Rules:
    if rules is None:
        return Rules.load(known_at=known_at)
    return rules if known_at is None else rules.known(known_at)
