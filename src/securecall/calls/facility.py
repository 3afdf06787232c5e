"""Facility: where calls come from, when they may be placed, and how long they may last."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from os import PathLike
from typing import Final

from securecall.calls.dialled import dialled
from securecall.calls.orders import Order, Orders
from securecall.calls.schedule import Schedule
from securecall.calls.terminal import Terminal, Terminals
from securecall.errors import InputError, InputTypeError, did_you_mean
from securecall.ledger.identifier import word
from securecall.rating.words import BILL_TYPES, MEDIA, RELAYS
from securecall.rating.zones import load_zone

__all__ = ["IDENTITIES", "NUMBERS", "Courtesy", "Facility"]

#: What a person must prove before a call.
IDENTITIES: Final = ("none", "pin", "voice", "pin+voice")
#: Which numbers a person may call: those on a list, or all that nothing forbids.
NUMBERS: Final = ("approved", "open")

CALL_MS_MAX: Final = 86_400_000
CALLS_MAX: Final = 1_000_000
RATE_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Courtesy:
    """Free short calls to a number that nobody pays for yet, so that it can be asked to.

    Parameters
    ----------
    calls : int
        So many to one number in a period.
    max_ms : int
        The longest that one may last.
    period_days : int

    Raises
    ------
    InputError
        One is out of its bounds.

    Source
    ------
    own; docs/calls.md.
    """

    calls: int = 1
    max_ms: int = 60_000
    period_days: int = 30

    def __post_init__(self) -> None:
        _whole("courtesy.calls", self.calls, 1, RATE_MAX)
        _whole("courtesy.max_ms", self.max_ms, 1_000, CALL_MS_MAX)
        _whole("courtesy.period_days", self.period_days, 1, 366)


@dataclass(frozen=True, slots=True, eq=False)
class Facility:
    """Where calls come from: its rules, its terminals, and the orders of its staff.

    The rules never change; what staff order (`orders`) and what is said of terminals (`terminals`)
    is added to, each with its instant, so that a question about any instant has one answer.

    Parameters
    ----------
    id : str
        As the tariff has it.
    timezone : str
        IANA zone.
    max_call_ms : int
        The longest that a call may last; 15 to 30 minutes are typical.
    relay_max_call_ms : int, optional
        The same of a call through a relay service, which takes longer to say the same.
    least_call_ms : int
        A call that the schedule would end sooner is not begun.
    calls_max : int, optional
        How many calls at once: lines. None: no limit.
    calls_per_person, calls_per_number, calls_per_account : int, optional
        How many at once for each; None: no limit.
    calls_per_hour, calls_per_day : int, optional
        How many a person may place in 60 minutes, in 24 hours.
    identity : {"none", "pin", "voice", "pin+voice"}
        What a person must prove.
    enrolled : bool
        Whether only persons of the directory may call.
    numbers : {"open", "approved"}
        Whether a person may call all numbers that nothing forbids, or those on his list.
    media, bill_types : tuple of str, optional
        What is offered; default all.
    lidb_bill_types : tuple of str
        Bill types for which the line called must be billable by the billing directory.
    lidb_timeout_ms : int
        How long to wait for it.
    relay_numbers : tuple of str
        Relay services: they may be called although they are toll-free, and where there are any
        a call of class ``trs`` goes to no other number.
    courtesy : Courtesy, optional
        None: no courtesy calls.
    monitor, record : bool
        Whether calls go to the fraud monitor, and whether the host may record them; of a
        privileged call neither is ever done.
    schedule : Schedule, optional
        When calls may be placed and go on; None: at any time.
    terminals : Terminals
        None listed: any terminal may call.
    orders : Orders

    Raises
    ------
    InputError, InputTypeError
        A rule that cannot be.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> facility = Facility("tx-harris", "America/Chicago", max_call_ms=1_200_000)
    >>> order = facility.orders.give("lockdown", at=5_000, by="sgt-12", why="count", area="b")
    >>> facility.holding(6_000, "b") == (order,), facility.holding(6_000, "c")
    (True, ())
    """

    id: str
    timezone: str
    max_call_ms: int = 900_000
    _: KW_ONLY
    relay_max_call_ms: int | None = None
    least_call_ms: int = 10_000
    calls_max: int | None = None
    calls_per_person: int | None = 1
    calls_per_number: int | None = 1
    calls_per_account: int | None = None
    calls_per_hour: int | None = None
    calls_per_day: int | None = None
    identity: str = "none"
    enrolled: bool = False
    numbers: str = "open"
    media: tuple[str, ...] = MEDIA
    bill_types: tuple[str, ...] = BILL_TYPES
    lidb_bill_types: tuple[str, ...] = ()
    lidb_timeout_ms: int = 2_000
    relay_numbers: tuple[str, ...] = ()
    courtesy: Courtesy | None = None
    monitor: bool = True
    record: bool = True
    schedule: Schedule | None = None
    terminals: Terminals = field(default_factory=Terminals)
    orders: Orders = field(default_factory=Orders)

    def __post_init__(self) -> None:
        word(self.id, "id")
        load_zone(self.timezone)
        _whole("max_call_ms", self.max_call_ms, 1_000, CALL_MS_MAX)
        _whole("least_call_ms", self.least_call_ms, 0, CALL_MS_MAX)
        _whole("lidb_timeout_ms", self.lidb_timeout_ms, 1, 60_000)
        if self.relay_max_call_ms is not None:
            _whole("relay_max_call_ms", self.relay_max_call_ms, 1_000, CALL_MS_MAX)
        for name, high in (
            ("calls_max", CALLS_MAX), ("calls_per_person", RATE_MAX),
            ("calls_per_number", RATE_MAX), ("calls_per_account", RATE_MAX),
            ("calls_per_hour", RATE_MAX), ("calls_per_day", RATE_MAX),
        ):  # fmt: skip
            if getattr(self, name) is not None:
                _whole(name, getattr(self, name), 1, high)
        _words("identity", (self.identity,), IDENTITIES)
        _words("numbers", (self.numbers,), NUMBERS)
        _words("media", self.media, MEDIA)
        _words("bill_types", self.bill_types, BILL_TYPES)
        _words("lidb_bill_types", self.lidb_bill_types, BILL_TYPES)
        for name in ("enrolled", "monitor", "record"):
            if type(getattr(self, name)) is not bool:
                raise InputTypeError(f"{name} must be True or False, not {getattr(self, name)!r}")
        for name, kind in (("schedule", Schedule), ("courtesy", Courtesy)):
            value = getattr(self, name)
            if value is not None and not isinstance(value, kind):
                raise InputTypeError(f"{name} must be a {kind.__name__} or None, not {value!r}")
        if not isinstance(self.terminals, Terminals):
            raise InputTypeError(f"terminals must be Terminals, not {self.terminals!r}")
        for number in self.relay_numbers:
            if not isinstance(number, str) or dialled(number) not in ("ordinary", "toll_free"):
                raise InputError(f"relay_numbers must be E.164 numbers, not {number!r}")
        if self.schedule is not None and self.schedule.timezone != self.timezone:
            raise InputError(
                f"the schedule must be of the facility's zone {self.timezone}, "
                f"not {self.schedule.timezone}"
            )

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Facility:
        """Read a facility file: TOML, UTF-8; see docs/calls.md.

        Parameters
        ----------
        path : path
            TOML, UTF-8.

        Raises
        ------
        FacilityError
            With everything that is wrong: file, line, key, value, nearest right name.

        Source
        ------
        own; docs/calls.md.
        """
        from securecall.calls.facility_files import read_facility

        return read_facility(path)

    @classmethod
    def loads(cls, text: str, *, file: str = "<text>") -> Facility:
        """Read the text of a facility file.

        Parameters
        ----------
        text : str
        file : str
            Its name, for messages.

        Raises
        ------
        FacilityError
            With everything that is wrong.

        Source
        ------
        own; docs/calls.md.
        """
        from securecall.calls.facility_files import parse_facility

        return parse_facility(text, file=file)

    def holding(self, at_ms: int, area: str | None = None) -> tuple[Order, ...]:
        """Return the orders that stop calls from an area at an instant.

        Parameters
        ----------
        at_ms : int
            UTC epoch milliseconds.
        area : str, optional
            A part of the facility; None: all of it.

        Source
        ------
        own.
        """
        return self.orders.holding(at_ms, area)

    def holding_anywhere(self, at_ms: int) -> tuple[Order, ...]:
        """Return the orders in force at an instant, whatever their area.

        Parameters
        ----------
        at_ms : int
            UTC epoch milliseconds.

        Source
        ------
        own.
        """
        return tuple(each for each in self.orders if each.holds(at_ms, each.area))

    def longest_ms(self, relay: str = "none") -> int:
        """Return the longest that a call of a relay class may last.

        Parameters
        ----------
        relay : str
            One of `securecall.rating.words.RELAYS`.

        Source
        ------
        own; docs/calls.md.
        """
        _words("relay", (relay,), RELAYS)
        if relay == "none" or self.relay_max_call_ms is None:
            return self.max_call_ms
        return self.relay_max_call_ms

    def closes_ms(self, at_ms: int, terminal: Terminal | None = None) -> tuple[int | None, str]:
        """Return the instant that ends every call from a terminal, and what sets it.

        Parameters
        ----------
        at_ms : int
            UTC epoch milliseconds.
        terminal : Terminal, optional

        Returns
        -------
        instant : int or None
            None: nothing does within the next week.
        governs : {"", "schedule", "terminal", "maintenance"}
            An order that is planned counts as maintenance, whatever it is.

        Source
        ------
        own; docs/calls.md.
        """
        area = None if terminal is None else terminal.area
        hours = None if terminal is None else terminal.hours
        found = [
            (self.orders.next_ms(at_ms, area), "maintenance"),
            (None if self.schedule is None else self.schedule.closes_ms(at_ms), "schedule"),
            (None if hours is None else hours.closes_ms(at_ms), "terminal"),
        ]
        known = [(closes_ms, what) for closes_ms, what in found if closes_ms is not None]
        return min(known, default=(None, ""))


def _whole(name: str, value: object, low: int, high: int) -> None:
    """Refuse what is no whole number within bounds."""
    if type(value) is not int:
        raise InputTypeError(f"{name} must be a whole number, not {value!r}")
    if not low <= value <= high:
        raise InputError(f"{name} must be from {low} to {high}, not {value}")


def _words(name: str, values: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    """Refuse words that are not in a closed list, and words that come twice."""
    if isinstance(values, str) or not isinstance(values, tuple | list):
        raise InputTypeError(f"{name} must be a tuple of words, not {values!r}")
    for value in values:
        if value not in allowed:
            raise InputError(
                f"{name} must be of {', '.join(allowed)}, not {value!r}"
                + did_you_mean(value, allowed)
            )
    if len(set(values)) != len(values):
        raise InputError(f"{name} names something twice: {', '.join(values)}")
