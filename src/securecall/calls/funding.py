"""Funding: what a payment costs, said before it is made, and the deposit that it becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from securecall.errors import InputError, did_you_mean
from securecall.ledger.instant import At, ms_of

if TYPE_CHECKING:
    from securecall.ledger.ledger import Ledger
    from securecall.ledger.values.money import Deposit
    from securecall.money import Money
    from securecall.rating.fee_quote import FeeQuote
    from securecall.rating.tariff import Tariff

__all__ = ["QUOTE_LIVES_MS", "fund", "quote"]

QUOTE_LIVES_MS: Final = 15 * 60_000
"""How long a quote can be paid: fees are those of a date. Source: own."""


def quote(
    tariff: Tariff, *, facility: str, at: At, pays: Money | None = None,
    arrives: Money | None = None, method: str = "card", channel: str = "web",
) -> FeeQuote:  # fmt: skip
    """Say what a payment costs: of what is paid, or for what is to arrive.

    Parameters
    ----------
    tariff : Tariff
    facility : str
    at : datetime or int
        When it is paid; fees are those of that date.
    pays, arrives : Decimal or str
        One of the two, dollars.
    method, channel : str
        As `Tariff.quote_deposit` takes them, but for a method that no fee names and that looks like
        a misspelt one.

    Raises
    ------
    InputError
        Not one of the two; a method that looks like one that a fee names; or as
        `Tariff.quote_deposit` and `Tariff.quote_credit` say.

    Source
    ------
    own; charging law, rule 11; 47 CFR 64.6020.
    """
    at_ms = ms_of(at)
    named = tariff.fee_book.methods
    if method not in named and (hint := did_you_mean(method, named)):
        # Any word is a method, and free where no fee names it: a slip would cost nothing silently.
        raise InputError(f"no fee names the method {method!r}{hint}")
    if pays is not None and arrives is None:
        return tariff.quote_deposit(
            pays, facility=facility, method=method, channel=channel, at=at_ms
        )
    if arrives is not None and pays is None:
        return tariff.quote_credit(
            arrives, facility=facility, method=method, channel=channel, at=at_ms
        )
    raise InputError("one of pays and arrives must be given, and not the other")


def fund(ledger: Ledger, account: str, quoted: FeeQuote, *, at: At, request_id: str) -> Deposit:
    """Credit a payment that was quoted and has been made.

    Parameters
    ----------
    ledger : Ledger
    account : str
    quoted : FeeQuote
    at : datetime or int
        When the payment was made.
    request_id : str
        Of the payment: the same one is credited once.

    Raises
    ------
    InputError
        The quote is of another time: fees may have changed, quote again.

    Source
    ------
    own; charging law, rule 11.
    """
    at_ms = ms_of(at)
    if not quoted.at_ms <= at_ms <= quoted.at_ms + QUOTE_LIVES_MS:
        raise InputError(
            f"a quote must be paid within {QUOTE_LIVES_MS // 60_000} minutes, "
            f"not {(at_ms - quoted.at_ms) / 60_000:.1f} minutes after it: quote again"
        )
    return ledger.deposit(account, quoted.paid, at=at_ms, request_id=request_id, fees=quoted)
