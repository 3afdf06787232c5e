"""A family's account as the family sees it: set up, fund, limit, read, ask back, unblock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from securecall.calls.funding import fund, quote
from securecall.calls.statement_page import StatementPage, statement_page
from securecall.errors import InputError, Unknown
from securecall.ledger.instant import At

if TYPE_CHECKING:
    from securecall.calls.number_review import NumberReview, NumberReviews
    from securecall.calls.profile import Challenge, Profile, Profiles
    from securecall.ledger.ledger import Ledger
    from securecall.ledger.values.answer import Done
    from securecall.ledger.values.giving_back import RefundRequest
    from securecall.ledger.values.money import Balance, Deposit
    from securecall.money import Money
    from securecall.rating.fee_quote import FeeQuote
    from securecall.rating.tariff import Tariff

__all__ = ["Families", "FamilyAccount"]


@dataclass(frozen=True, slots=True)
class Families:
    """Where families set up their accounts.

    Parameters
    ----------
    ledger : Ledger
    tariff : Tariff
    profiles : Profiles
    reviews : NumberReviews, optional
        Of the facility's directory, to ask that a number may be called again.

    Source
    ------
    own; docs/calls.md.
    """

    ledger: Ledger
    tariff: Tariff
    profiles: Profiles
    reviews: NumberReviews | None = None

    def set_up(
        self, profile: str, *, facility: str, number: str, at: At, account: str | None = None
    ) -> Challenge:
        """Set up a profile; return the token to send to its number.

        Parameters
        ----------
        profile, facility, number : str
        at : datetime or int
        account : str

        Raises
        ------
        InputError, InputTypeError
            The tariff has no such facility; or as `Profiles.open`.

        Source
        ------
        own; docs/calls.md.
        """
        self.timezone(facility)
        return self.profiles.open(profile, facility=facility, number=number, at=at, account=account)

    def of(self, profile: str) -> FamilyAccount:
        """Return a family's account.

        Parameters
        ----------
        profile : str

        Raises
        ------
        Unknown
            There is no such profile.

        Source
        ------
        own.
        """
        self.profiles.get(profile)
        return FamilyAccount(self, profile)

    def timezone(self, facility: str) -> str:
        """Return the time zone of a facility, in which days and months are counted.

        Parameters
        ----------
        facility : str

        Raises
        ------
        InputError
            The tariff has no such facility.

        Source
        ------
        own.
        """
        for each in self.tariff.document.facilities:
            if each.id == facility:
                return each.timezone
        raise InputError(f"the tariff has no facility {facility!r}")


@dataclass(frozen=True, slots=True)
class FamilyAccount:
    """One family's account; it is in the books from the first verified number on.

    Source
    ------
    own; docs/calls.md.
    """

    families: Families
    id: str

    @property
    def profile(self) -> Profile:
        """The profile as it is now."""
        return self.families.profiles.get(self.id)

    def add_number(self, number: str, *, at: At) -> Challenge:
        """Name another number; return the token to send to it.

        Parameters
        ----------
        number : str
        at : datetime or int

        Raises
        ------
        InputError, InputTypeError
            As `Profiles.challenge`.

        Source
        ------
        own; docs/calls.md.
        """
        return self.families.profiles.challenge(self.id, number=number, at=at)

    def confirm(self, number: str, token: str, *, at: At) -> str:
        """Take a token that was read back; return a word of `securecall.calls.profile.ANSWERS`.

        With the first number the account is opened; every number that is confirmed calls on it.

        Parameters
        ----------
        number, token : str
        at : datetime or int

        Raises
        ------
        InputError, InputTypeError
            As `Profiles.verify`.

        Source
        ------
        own; docs/calls.md.
        """
        answer = self.families.profiles.verify(self.id, number, token, at=at)
        if answer in ("ok", "verified"):
            ledger, account = self.families.ledger, self.profile.account
            # A host that failed between the two files does it again: both requests have ids.
            ledger.open_account(account, kind="prepaid", at=at, request_id=f"open:{account}")
            since = self.families.profiles.verified_at(self.id, number)
            ledger.link_number(
                number, account, at=at,
                request_id=f"link:{account}:{number}:{since:%Y%m%dT%H%M%S.%f}",
            )  # fmt: skip
        return answer

    def balance(self, at: At | None = None) -> Balance:
        """Return what is in the account.

        Source
        ------
        own.
        """
        return self.families.ledger.balance(self.profile.account, at=at)

    def quote(
        self, *, at: At, pays: Money | None = None, arrives: Money | None = None,
        method: str = "card", channel: str = "web",
    ) -> FeeQuote:  # fmt: skip
        """Say what a payment costs; see `securecall.calls.funding.quote`.

        Parameters
        ----------
        at : datetime or int
        pays, arrives : Decimal or str
            One of the two, dollars.
        method, channel : str

        Raises
        ------
        InputError
            As there.

        Source
        ------
        own.
        """
        return quote(
            self.families.tariff, facility=self.profile.facility, at=at, pays=pays,
            arrives=arrives, method=method, channel=channel,
        )  # fmt: skip

    def fund(self, quoted: FeeQuote, *, at: At, request_id: str) -> Deposit:
        """Credit a payment that was quoted and has been made.

        Parameters
        ----------
        quoted : FeeQuote
        at : datetime or int
        request_id : str

        Raises
        ------
        InputError
            The quote is of another facility or time.

        Source
        ------
        own.
        """
        profile = self.profile
        if quoted.facility != profile.facility:
            raise InputError(
                f"a quote for facility {quoted.facility!r} does not fund a profile of "
                f"{profile.facility!r}"
            )
        return fund(self.families.ledger, profile.account, quoted, at=at, request_id=request_id)

    def reload(
        self, *, below: Money | None, amount: Money | None = None, at: At,
        daily_max: Money | int | None = None, monthly_max: Money | int | None = None,
    ) -> Done:  # fmt: skip
        """Have a deposit asked for whenever less than a threshold is left; None ends it.

        Parameters
        ----------
        below, amount : Decimal, str or None
        at : datetime or int
        daily_max, monthly_max : Decimal, str or int, optional
            As `Ledger.set_auto_reload` takes them.

        Source
        ------
        own.
        """
        return self.families.ledger.set_auto_reload(
            self.profile.account, below=below, amount=amount, at=at, daily_max=daily_max,
            monthly_max=monthly_max, timezone=self._timezone,
        )  # fmt: skip

    def limit(self, amount: Money | None, *, at: At, period: str = "day") -> Done:
        """Limit what calls may take in a local day, week or month; None ends it.

        Parameters
        ----------
        amount : Decimal, str or None
        at : datetime or int
        period : {"day", "week", "month"}

        Source
        ------
        own.
        """
        return self.families.ledger.set_spending_limit(
            self.profile.account, amount, at=at, period=period, timezone=self._timezone
        )

    def statement(self, *, through: At) -> StatementPage:
        """Close the period that ends with an instant, and return it line by line.

        Parameters
        ----------
        through : datetime or int

        Raises
        ------
        InputError
            A later period was closed.

        Source
        ------
        own.
        """
        ledger, account = self.families.ledger, self.profile.account
        made = ledger.statement(account, through=through)
        if made.refused:
            raise InputError(f"no statement of {account!r} can end there: {made.code}")
        return statement_page(ledger, made)

    def statements(self) -> tuple[StatementPage, ...]:
        """Return every statement that was closed, oldest first.

        Source
        ------
        own.
        """
        ledger = self.families.ledger
        closed = ledger.statements(self.profile.account)
        return tuple(statement_page(ledger, made) for made in closed)

    def ask_refund(
        self, call_id: str, *, why: str, at: At, request_id: str, until_ms: int | None = None
    ) -> RefundRequest:
        """Ask for a refund of a call that this account paid for.

        Parameters
        ----------
        call_id, why : str
        at : datetime or int
        request_id : str
        until_ms : int, optional
            Milliseconds of the call that were good.

        Raises
        ------
        Unknown
            There is no such call on this account.

        Source
        ------
        own; docs/calls.md.
        """
        ledger, account = self.families.ledger, self.profile.account
        if account not in ledger.call(call_id).accounts:
            raise Unknown("call", call_id)
        return ledger.request_refund(
            call_id, why=why, at=at, request_id=request_id, until_ms=until_ms
        )

    def refunds(self) -> tuple[RefundRequest, ...]:
        """Return what was asked back and how it stands, oldest first.

        Source
        ------
        own.
        """
        return tuple(self.families.ledger.refund_requests(self.profile.account))

    def ask_unblock(self, number: str, *, why: str, at: At) -> NumberReview:
        """Ask that one's own number may be called again which was blocked at one's own wish.

        Whoever holds the number has proved it by a token, which is put before whoever decides.

        Parameters
        ----------
        number, why : str
        at : datetime or int

        Raises
        ------
        InputError
            The number is not verified, is not blocked so, or nobody reviews here.

        Source
        ------
        own; docs/calls.md.
        """
        reviews = self.families.reviews
        if reviews is None:
            raise InputError("nobody reviews blocked numbers here")
        if number not in self.profile.numbers:
            raise InputError(f"{number} must be verified first: only its holder can ask")
        asked = reviews.request(number, kind="customer", at=at, by=self.id, why=why)
        return reviews.add_evidence(
            asked.id, kind="consent", at=at, by=self.id,
            text=f"the holder of profile {self.id} answered at {number} and read a token back",
        )  # fmt: skip

    def reviews(self) -> tuple[NumberReview, ...]:
        """Return the reviews of one's own numbers and how they stand.

        Source
        ------
        own.
        """
        known = self.families.reviews
        if known is None:
            return ()
        return tuple(each for name in self.profile.numbers for each in known.of_number(name))

    @property
    def _timezone(self) -> str:
        return self.families.timezone(self.profile.facility)
