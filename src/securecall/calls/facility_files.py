"""From the text of a facility file to a facility, with every fault at once."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from securecall.calls.dialled import dialled
from securecall.calls.facility import (
    CALL_MS_MAX,
    CALLS_MAX,
    IDENTITIES,
    NUMBERS,
    RATE_MAX,
    Courtesy,
    Facility,
)
from securecall.calls.orders import Orders
from securecall.calls.schedule import Schedule
from securecall.calls.terminal import TERMINAL_STATES, Terminal, Terminals
from securecall.errors import FacilityError, Fault, InputError, InputTypeError, TariffError, nearest
from securecall.rating.reader import holidays_of, window_of
from securecall.rating.toml_table import MISSING, Source, Table
from securecall.rating.words import BILL_TYPES, MEDIA
from securecall.rating.zones import load_zone

if TYPE_CHECKING:
    from datetime import date

    from securecall.rating.zones import Zone

__all__ = ["parse_facility", "read_facility"]

#: Whole numbers of a file: least and greatest.
_WHOLES: Final = {
    "max_call_ms": (1_000, CALL_MS_MAX),
    "relay_max_call_ms": (1_000, CALL_MS_MAX),
    "least_call_ms": (0, CALL_MS_MAX),
    "calls_max": (1, CALLS_MAX),
    "calls_per_person": (1, RATE_MAX),
    "calls_per_number": (1, RATE_MAX),
    "calls_per_account": (1, RATE_MAX),
    "calls_per_hour": (1, RATE_MAX),
    "calls_per_day": (1, RATE_MAX),
    "lidb_timeout_ms": (1, 60_000),
}
_WORDS: Final = {"media": MEDIA, "bill_types": BILL_TYPES, "lidb_bill_types": BILL_TYPES}
_FLAGS: Final = ("enrolled", "monitor", "record")
#: Who gave the orders that stand in a file.
_BY_FILE: Final = "facility file"


def parse_facility(text: str, *, file: str = "<text>") -> Facility:
    """Read a facility from TOML.

    Parameters
    ----------
    text : str
    file : str
        Its name, for messages.

    Raises
    ------
    FacilityError
        With everything that is wrong: file, line, key, value, and the name that was probably meant.

    Source
    ------
    own; the format is described in docs/calls.md.

    Examples
    --------
    >>> parse_facility('''
    ... id = "tx-harris"
    ... timezone = "America/Chicago"
    ... max_call_ms = 1_200_000
    ... numbers = "aproved"
    ... identity = "pin"
    ... ''')
    Traceback (most recent call last):
    securecall.FacilityError: the facility file has 1 fault:
      <text>:5: numbers = "aproved": must be one of "approved", "open"; did you mean 'approved'?
    """
    if not isinstance(text, str):
        raise InputTypeError(f"text must be text, not {type(text).__name__}")
    try:
        source = Source(text, file)
    except TariffError as error:
        raise FacilityError(error.faults) from None
    facility = _facility(source.root())
    if facility is None or source.faults:
        raise FacilityError(sorted(source.faults, key=lambda fault: fault.line or 0))
    return facility


def read_facility(path: str | PathLike[str]) -> Facility:
    """Read a facility from a file.

    Parameters
    ----------
    path : path
        TOML, UTF-8.

    Raises
    ------
    FacilityError
        With everything that is wrong, or that the file cannot be read.

    Source
    ------
    own; the format is described in docs/calls.md.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        rule = f"cannot be read: {error.strerror}"
        raise FacilityError([Fault(str(path), None, "file", "", rule)]) from None
    except UnicodeDecodeError as error:
        rule = f"must be UTF-8; byte {error.start} is not"
        raise FacilityError([Fault(str(path), None, "file", "", rule)]) from None
    return parse_facility(text, file=str(path))


def _facility(table: Table) -> Facility | None:
    """Return the facility of a file; nothing if there is a fault."""
    given: dict[str, Any] = {"id": table.text("id")}
    zone = _zone(table)
    # No default: whether anybody may call anybody is for the facility to say.
    given["numbers"] = table.word("numbers", NUMBERS)
    given["identity"] = table.word("identity", IDENTITIES)
    for name, (low, high) in _WHOLES.items():
        needed = name == "max_call_ms"
        value = table.whole(name, low, high, MISSING if needed else None)
        if value is not None:
            given[name] = value
    for name, allowed in _WORDS.items():
        words = table.words(name, allowed, None)
        if words is not None:
            given[name] = words
    for name in _FLAGS:
        given[name] = table.flag(name, name != "enrolled")
    given["relay_numbers"] = _relay_numbers(table)
    given["courtesy"] = _courtesy(table)
    days = frozenset(holidays_of(table))
    schedule = _schedule(table, "schedule", zone, days)
    terminals = _terminals(table, zone, days)
    orders = _orders(table, zone, terminals)
    table.done()
    if table.source.faults or zone is None:
        return None
    return Facility(
        timezone=zone.name, schedule=schedule, terminals=terminals, orders=orders, **given
    )


def _zone(table: Table) -> Zone | None:
    name = table.text("timezone")
    if name is None:
        return None
    zone: Zone | None = _or_fault(table, "timezone", lambda: load_zone(name))
    return zone


def _or_fault(table: Table, key: str, make: Callable[[], Any]) -> Any:
    """Return what a function makes; a fault of a key where it refuses."""
    try:
        return make()
    except InputError as error:
        rule, _, near = str(error).removeprefix(f"{key} ").partition("; did you mean ")
        value = table.values.get(key, MISSING)
        table.fault(key, rule.split(", not ")[0], value, near.strip("?'") or None)
        return None


def _relay_numbers(table: Table) -> tuple[str, ...]:
    numbers = table.placed("relay_numbers", None, ())
    good = []
    for index, number in numbers or ():
        if dialled(number) in ("ordinary", "toll_free"):
            good.append(number)
        else:
            path = (*table.path, "relay_numbers", index)
            table.source.fault(path, "must be an E.164 number, such as '+18005550123'", number)
    return tuple(good)


def _courtesy(table: Table) -> Courtesy | None:
    one = table.table("courtesy")
    if one is None:
        return None
    calls = one.whole("calls", 1, RATE_MAX, 1)
    max_ms = one.whole("max_ms", 1_000, CALL_MS_MAX, 60_000)
    period_days = one.whole("period_days", 1, 366, 30)
    one.done()
    return Courtesy(calls, max_ms, period_days)


def _schedule(
    table: Table, key: str, zone: Zone | None, holidays: frozenset[date]
) -> Schedule | None:
    """Return the hours of a key; None where it is left out."""
    tables = table.tables(key)
    if key in table.values and not tables:
        table.fault(key, "must have at least one window; leave it out if there is no limit")
    windows = [window_of(one) for one in tables]
    if not windows or zone is None:
        return None
    return Schedule(zone.name, tuple(windows), holidays)


def _terminals(table: Table, zone: Zone | None, holidays: frozenset[date]) -> Terminals:
    found: dict[str, Terminal] = {}
    for one in table.tables("terminal"):
        name = one.text("id")
        area = one.text("area", None)
        state = one.word("state", TERMINAL_STATES, TERMINAL_STATES[0])
        hours = _schedule(one, "hours", zone, holidays)
        one.done()
        if name is None:
            continue
        if name in found:
            one.fault("id", "is the id of another terminal, too", name)
            continue
        terminal = _or_fault(one, "id", lambda: Terminal(name, area, hours, state))  # noqa: B023
        if terminal is not None:
            found[name] = terminal
    return Terminals(found.values())


def _orders(table: Table, zone: Zone | None, terminals: Terminals) -> Orders:
    """Return the orders that stand in a file: planned maintenance, a lockdown that lasts."""
    orders = Orders()
    for kind in ("maintenance", "lockdown"):
        for one in table.tables(kind):
            begins = one.moment("from")
            if "from" not in one.values:
                one.fault("from", "is missing; it must be a date-time, such as 2026-05-02T02:00:00")
            ends = one.moment("to")
            why = one.text("why")
            area = one.text("area", None)
            if area is not None and not terminals.knows_area(area):
                near = nearest(area, terminals.areas)
                one.fault("area", "is an area that no terminal is in", area, near)
            ends_calls = one.flag("ends_calls", True)
            one.done()
            if begins is None or why is None or zone is None:
                continue
            at = zone.first_instant_ms(begins)
            until = None if ends is None else zone.first_instant_ms(ends)
            if until is not None and until <= at:
                one.fault("to", "must be after from", one.values["to"])
                continue
            _or_fault(
                one, "why",
                lambda: orders.give(
                    kind, at=at, by=_BY_FILE, why=why, until=until, area=area,  # noqa: B023
                    ends_calls=ends_calls,  # noqa: B023
                ),
            )  # fmt: skip
    return orders
