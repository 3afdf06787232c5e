"""A call as it is asked about, and what came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from securecall.errors import InputError, InputTypeError
from securecall.money import dollars
from securecall.rating.zones import epoch_ms

if TYPE_CHECKING:
    from securecall.rating.tariff import Tariff
    from securecall.regulation import Ceiling

__all__ = ["Call", "Line", "RatedCall"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call, made or about to be made.

    Parameters
    ----------
    facility : str
        Id of a facility of the tariff.
    number : str
        The number called, E.164: ``"+17135550123"``.
    start : datetime or int
        When charging begins: an aware ``datetime``, or UTC epoch milliseconds. Finer than a
        millisecond is floored.
    duration_ms : int
        How long the call lasted; 0 for one that was not answered, and for one that is only asked
        about with `Tariff.curve`.
    medium : {"audio", "video"}
    bill_type : {"prepaid", "inmate_debit", "direct_bill", "collect", "prepaid_collect"}
    account, call_id : str, optional
        Carried along.
    authorized_ms : int, optional
        How long the switch was told that the call may last.
    relay : {"none", "trs", "vrs", "tty", "asl", "cts"}
        Relay class, which changes ceilings.
    privileged : bool
        Carried along; a privileged call is rated like any other and never listened to.

    Raises
    ------
    InputError
        ``start`` is a ``datetime`` without a time zone.
    InputTypeError
        An argument is of another type. What is of the right type but no good (a negative
        duration, an unknown medium) is said by `Tariff.rate`, as a status.

    Source
    ------
    own; charging law, "Units".

    Examples
    --------
    >>> Call("tx-harris", "+17135550123", 1_777_658_400_000, 613_000).start_ms
    1777658400000
    """

    facility: str
    number: str
    start: datetime | int
    duration_ms: int = 0
    medium: str = "audio"
    bill_type: str = "prepaid"
    account: str | None = None
    call_id: str | None = None
    authorized_ms: int | None = None
    relay: str = "none"
    privileged: bool = False

    def __post_init__(self) -> None:
        start = self.start
        if isinstance(start, datetime):
            if start.tzinfo is None or start.utcoffset() is None:
                raise InputError(f"start must have a time zone, not {start!r}")
        elif type(start) is not int:
            raise InputTypeError(
                "start must be an aware datetime or UTC epoch milliseconds, "
                f"not {type(start).__name__}"
            )
        if type(self.duration_ms) is not int:
            raise InputTypeError(
                f"duration_ms must be whole milliseconds, not {type(self.duration_ms).__name__}"
            )
        if self.authorized_ms is not None and type(self.authorized_ms) is not int:
            raise InputTypeError(
                f"authorized_ms must be whole milliseconds, not {type(self.authorized_ms).__name__}"
            )
        for name in ("facility", "number", "medium", "bill_type", "relay"):
            value = getattr(self, name)
            if not isinstance(value, str):
                raise InputTypeError(f"{name} must be text, not {type(value).__name__}")

    @property
    def start_ms(self) -> int:
        """The start as UTC epoch milliseconds."""
        return self.start if isinstance(self.start, int) else epoch_ms(self.start)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of what a call costs.

    Attributes
    ----------
    kind : str
        ``connect``, ``usage``, ``free``, ``minimum``, ``ceiling``, ``rounding``, ``state_paid`` or
        ``tax:<id>``.
    text : str
        What it is, for people.
    quantity_ms : int or None
        The time that it is for.
    unit_price : Decimal or None
        Dollars per minute.
    amount : Decimal
        Dollars; negative for what is taken off. The lines of a call sum to its total.

    Source
    ------
    own; charging law, rule 2.
    """

    kind: str
    text: str
    quantity_ms: int | None
    unit_price: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class RatedCall:
    """What a call costs, and why. Made by `Tariff.rate`.

    Amounts are ``Decimal`` dollars; the ``..._micros`` fields have them as whole micro-dollars.

    Attributes
    ----------
    call : Call
    status : {"ok", "unanswered"}
        An unanswered call (of duration 0) costs nothing and has no rate.
    billed_ms : int
        The time that was sold.
    jurisdiction : {"intrastate", "interstate", "international"}
    rate_class : {"local", "intrastate", "interstate", "international"}
    rate_id : str or None
        The rate in force at the start.

    Source
    ------
    own; charging law, rules 1 to 3.
    """

    call: Call
    status: str
    billed_ms: int
    jurisdiction: str
    rate_class: str
    rate_id: str | None
    net_micros: int
    tax_micros: int
    total_micros: int
    state_paid_micros: int
    saved_micros: int
    connect_fee_micros: int
    tariff: Tariff = field(repr=False, compare=False)
    _ruling: int = field(default=-1, repr=False, compare=False)
    _governs: int = field(default=0, repr=False, compare=False)

    @property
    def net(self) -> Decimal:
        """The rounded price, before what a state pays and before taxes."""
        return dollars(self.net_micros)

    @property
    def tax(self) -> Decimal:
        """All taxes together."""
        return dollars(self.tax_micros)

    @property
    def total(self) -> Decimal:
        """What the customer pays: net, minus what a state pays, plus taxes."""
        return dollars(self.total_micros)

    @property
    def state_paid(self) -> Decimal:
        """What a state pays of the net."""
        return dollars(self.state_paid_micros)

    @property
    def connect_fee(self) -> Decimal:
        """The connect fee charged; 0 where the rules of that date bar one."""
        return dollars(self.connect_fee_micros)

    @property
    def cap(self) -> Ceiling | None:
        """The ceiling that governed, whether it bit or not; None if none was found."""
        from securecall.rating.receipt import ceiling_of

        return ceiling_of(self)

    def _repr_html_(self) -> str:
        """Return the receipt as a table."""
        from securecall.rating.receipt import as_html

        return as_html(self)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Everything that makes up the total; the amounts sum to it."""
        from securecall.rating.receipt import lines_of

        return lines_of(self)

    def explain(self) -> str:
        """Return a receipt that a person can check with a pencil.

        Source
        ------
        own; charging law, rules 1 to 3; ``docs/charging.md`` reads one line by line.
        """
        from securecall.rating.receipt import explain

        return explain(self)
