"""From the text of a tariff file to its values, with every fault at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final

from securecall.errors import Fault, TariffError, nearest
from securecall.money import Rounding
from securecall.rating.contract import (
    Contract,
    Deck,
    Document,
    Facility,
    Fee,
    Rate,
    Step,
    Tax,
    Termination,
)
from securecall.rating.deck import read_deck
from securecall.rating.numbering import DIGITS_MAX, STATES
from securecall.rating.ranking import DAYS_2_MS, about_ms, is_local, ties
from securecall.rating.toml_table import MISSING, Source, Table
from securecall.rating.windows import DAY_MS, Window
from securecall.rating.words import (
    BILL_TYPES,
    CLASSES,
    DAYS,
    FEE_KINDS,
    FINALS,
    JURISDICTIONS,
    KINDS,
    MEDIA,
    SWITCHES,
)
from securecall.rating.zones import zone_names

__all__ = ["holidays_of", "read_document", "window_of"]

ReadFile = Callable[[str], bytes]

CENT: Final = 10_000
PERCENT_MAX: Final = 1000
PRIORITY_MAX: Final = 1_000_000


def read_document(text: str, file: str, read_file: ReadFile, policies: Collection[str]) -> Document:
    """Read a tariff.

    Parameters
    ----------
    text : str
        TOML.
    file : str
        Its name, for messages.
    read_file : callable
        Gives the bytes of a deck by the name that the tariff calls it; raises OSError.
    policies : collection of str
        Regimes that a facility may opt out of.

    Raises
    ------
    TariffError
        With everything that is wrong, in file order.
    """
    source = Source(text, file)
    root = source.root()
    currency = root.text("currency", "USD")
    rounding = root.rounding("rounding", Rounding())
    contracts = [_contract(table, read_file) for table in root.tables("contract", needed=True)]
    facilities = [_facility(table, policies) for table in root.tables("facility", needed=True)]
    taxes = [_tax(table) for table in root.tables("tax")]
    fees = _fees(root.tables("fee"), [facility.id for facility in facilities])
    terminations = [_termination(table) for table in root.tables("termination")]
    root.done()
    _unique(source, "contract", contracts)
    _unique(source, "facility", facilities)
    _unique(source, "tax", taxes)
    _unique(source, "fee", fees)
    _contracts_named(source, facilities, [contract.id for contract in contracts if contract])
    if isinstance(currency, str) and currency != "USD":
        if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
            root.fault("currency", "must be three capital letters, such as USD", currency)
        elif any(facility and facility.regulated for facility in facilities):
            rule = 'must be USD unless every facility has regulation = "none"'
            root.fault("currency", rule, currency)
    _overlapping_terminations(source, terminations)
    for index, contract in enumerate(contracts):
        for rate, why in ties(contract) if contract else ():
            if rate is None:
                source.fault(("contract", index), why)
            else:
                fault = Fault(rate.where.file, rate.where.line, rate.where.key, f'"{rate.id}"', why)
                source.faults.append(fault)
    if source.faults:
        order = {fault: index for index, fault in enumerate(source.faults)}
        in_file = sorted(
            order, key=lambda fault: (fault.file != file, fault.line or 0, order[fault])
        )
        raise TariffError(in_file)
    return Document(
        currency=currency,
        rounding=rounding,
        facilities=tuple(facilities),
        contracts=tuple(contracts),
        taxes=tuple(taxes),
        fees=tuple(fees),
        terminations=tuple(terminations),
    )


def _unique(source: Source, kind: str, things: Iterable[Any]) -> None:
    first: dict[str, str] = {}
    for index, thing in enumerate(things):
        if thing is None or thing.id is None:
            continue
        if thing.id in first:
            source.fault((kind, index, "id"), f"is taken by {first[thing.id]}", thing.id)
        first.setdefault(thing.id, str(thing.where))


def _contracts_named(source: Source, facilities: list[Facility], known: list[str]) -> None:
    for index, facility in enumerate(facilities):
        if facility.contract is not None and facility.contract not in known:
            hint = nearest(facility.contract, [name for name in known if name])
            rule = "must be the id of a [[contract]]"
            source.fault(("facility", index, "contract"), rule, facility.contract, hint)


def _overlapping_terminations(source: Source, terminations: list[Termination]) -> None:
    never = 1 << 60
    for index, one in enumerate(terminations):
        for other in terminations[:index]:
            begins = max(about_ms(t.effective_from, -never) for t in (one, other))
            ends = min(about_ms(t.effective_to, never) for t in (one, other))
            if one.prefix == other.prefix and begins < ends:
                rule = f"holds at the same time as {other.where}"
                source.fault(("termination", index, "prefix"), rule, "+" + one.prefix)


def _prefix(table: Table, path: tuple[str | int, ...], text: str) -> str | None:
    """Return a prefix's digits."""
    digits = text[1:]
    if text[:1] == "+" and digits.isascii() and digits.isdigit() and len(digits) <= DIGITS_MAX:
        return digits
    table.source.fault(path, f"must be '+' and 1 to {DIGITS_MAX} digits, such as '+1713'", text)
    return None


def _period(table: Table) -> dict[str, Any]:
    """Return effective_from and effective_to as keyword arguments."""
    begins, ends = table.moment("effective_from"), table.moment("effective_to")
    if begins is not None and ends is not None:
        # Of a wall clock's time and an instant, only a zone could say which is later.
        apart_ms = 0 if is_local(begins) == is_local(ends) else DAYS_2_MS
        if about_ms(begins, 0) >= about_ms(ends, 0) + apart_ms:
            table.fault("effective_to", "must be later than effective_from", ends)
    return {"effective_from": begins, "effective_to": ends}


def window_of(table: Table) -> Window:
    """Return a window of local time: ``days``, ``holidays``, ``from``, ``to``."""
    days = table.words("days", DAYS, None)
    holidays = table.flag("holidays", False)
    from_ms, to_ms = table.clock("from", 0), table.clock("to", DAY_MS)
    table.done()
    if from_ms == DAY_MS:
        table.fault("from", "must be before 24:00", table.values["from"])
    elif from_ms == to_ms:
        table.fault("to", "must differ from 'from'; a whole day is 00:00 to 24:00")
    if to_ms <= from_ms:
        to_ms += DAY_MS
    chosen = range(7) if days is None and not holidays else [DAYS.index(day) for day in days or ()]
    return Window(frozenset(chosen), holidays, from_ms, to_ms)


def _windows(table: Table) -> tuple[Window, ...] | None:
    if isinstance(table.values.get("when"), list):
        tables = table.tables("when")
        if not tables:
            table.fault("when", "must not be empty; leave it out or write a window", [])
    else:
        one = table.table("when")
        tables = [] if one is None else [one]
    return tuple(window_of(window) for window in tables) or None


def _steps(table: Table) -> tuple[Step, ...]:
    tables = table.tables("steps", needed=True)
    steps: list[Step] = []
    if "steps" in table.values and not tables:
        table.fault("steps", "must have at least one step")
    for one in tables:
        from_ms = one.milliseconds("from_ms", 0, 0 if not steps else MISSING)
        price = one.price("price")
        per_ms = one.milliseconds("per_ms", 1)
        increment_ms = one.milliseconds("increment_ms", 1)
        one.done()
        if from_ms is not None:
            if not steps and from_ms != 0:
                one.fault("from_ms", "of the first step must be 0", from_ms)
            if steps and from_ms <= steps[-1].from_ms:
                one.fault("from_ms", "must be later than the step's before", from_ms)
        steps.append(Step(from_ms or 0, price or Fraction(0), per_ms or 1, increment_ms or 1))
    return tuple(steps)


def _options(table: Table) -> dict[str, Any]:
    """Return what a rate and a deck may both say, as keyword arguments."""
    bill_types = table.words("bill_types", BILL_TYPES, None)
    return {
        "medium": table.word("medium", MEDIA, None),
        "bill_types": None if bill_types is None else frozenset(bill_types),
        "when": _windows(table),
        "connect_fee": table.amount("connect_fee", 0),
        "switch": table.word("switch", SWITCHES, SWITCHES[0]),
        "max_total": table.amount("max_total", None),
        "max_per_started_minute": table.price("max_per_started_minute", None),
        "free_ms": table.milliseconds("free_ms", 0, 0),
        "min_total": table.amount("min_total", 0),
        "final": table.word("final", FINALS, FINALS[0]),
        "priority": table.whole("priority", -PRIORITY_MAX, PRIORITY_MAX, 0),
        "where": table.where,
        **_period(table),
    }


def _rate(table: Table) -> Rate:
    rate_id = table.text("id")
    destinations = []
    for index, destination in table.placed("destinations", None, ((0, "any"),)):
        path = (*table.path, "destinations", index)
        if destination[:1] == "+":
            if _prefix(table, path, destination) is not None:
                destinations.append(destination)
        elif destination in CLASSES:
            destinations.append(destination)
        else:
            classes = ", ".join(f'"{name}"' for name in CLASSES)
            rule = f"must be one of {classes}, or a prefix such as '+52'"
            table.source.fault(path, rule, destination, nearest(destination, CLASSES))
    rate = Rate(
        id=rate_id, destinations=tuple(destinations), steps=_steps(table), **_options(table)
    )
    table.done()
    return rate


def _deck(table: Table, read_file: ReadFile) -> Deck | None:
    name = table.text("file")
    options = Rate(id="", destinations=(), steps=(), **_options(table))
    table.done()
    if name is None:
        return None
    try:
        content = read_file(name)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        table.fault("file", f"cannot be read: {reason.lower()}", name)
        return None
    deck, faults = read_deck(content, name, options)
    table.source.faults.extend(faults)
    return deck


def _contract(table: Table, read_file: ReadFile) -> Contract:
    contract_id = table.text("id")
    rates = [_rate(rate) for rate in table.tables("rate")]
    decks = [_deck(deck, read_file) for deck in table.tables("deck")]
    table.done()
    if not rates and not decks:
        table.fault("", "must have a [[contract.rate]] or a [[contract.deck]]")
    known: dict[str, str] = {}
    for rate in rates:
        if rate.id in known:
            place = rate.where
            rule = f"is taken by {known[rate.id]}"
            fault = Fault(place.file, place.line, place.key + ".id", f'"{rate.id}"', rule)
            table.source.faults.append(fault)
        elif rate.id is not None:
            known[rate.id] = str(rate.where)
    return Contract(contract_id, tuple(rates), tuple(deck for deck in decks if deck), table.where)


def _commission(table: Table | None) -> tuple[Fraction, str] | None:
    if table is None:
        return None
    per_minute = table.price("per_minute", MISSING, 1000)
    kind = table.word("kind", ("contract", "law"), "contract")
    table.done()
    return None if per_minute is None else (per_minute, kind)


def holidays_of(table: Table) -> tuple[date, ...]:
    """Return the dates of ``holidays``, in order."""
    days = []
    for index, value in enumerate(table.take("holidays", list, "a list of dates", [])):
        path = (*table.path, "holidays", index)
        day = value
        if isinstance(value, str):
            try:
                day = date.fromisoformat(value)
            except ValueError:
                day = None
        if isinstance(day, datetime) or not isinstance(day, date) or not 1970 <= day.year < 2100:
            table.source.fault(path, "must be a date such as '2026-12-25'", value)
        elif day in days:
            table.source.fault(path, "stands here twice", value)
        else:
            days.append(day)
    return tuple(sorted(days))


def _adp(table: Table) -> Fraction | None:
    """Return the average daily population, which may be a fraction of a person."""
    value = table.take("adp", int | float, "a number of people", None)  # type: ignore[arg-type]
    if value is None:
        return None
    if not 0 <= value <= 10_000_000:
        table.fault("adp", "must be a number of people, 0 or more", value)
        return None
    return Fraction(str(value))


def _facility(table: Table, policies: Collection[str]) -> Facility:
    facility_id = table.text("id")
    regulated = table.word("regulation", ("auto", "none"), "auto") == "auto"
    timezone = table.text("timezone")
    if timezone is not None and timezone not in zone_names():
        rule = "must be an IANA zone such as America/Chicago"
        table.fault("timezone", rule, timezone, nearest(timezone, zone_names()))
    state = table.text("state", MISSING if regulated else None)
    if state is not None and state not in STATES:
        rule = 'must be two capital letters of a US state or territory, such as "TX"'
        table.fault("state", rule, state, nearest(state, STATES))
    local = []
    for index, prefix in table.placed("local", None, ()):
        digits = _prefix(table, (*table.path, "local", index), prefix)
        if digits is not None:
            local.append(digits)
    opt_out = table.words("opt_out", sorted(policies), ())
    facility = Facility(
        id=facility_id,
        contract=table.text("contract"),
        timezone=timezone,
        kind=table.word("kind", KINDS, MISSING if regulated else None),
        adp=_adp(table),
        state=state,
        local=tuple(local),
        holidays=holidays_of(table),
        max_call_ms=table.milliseconds("max_call_ms", 1, None),
        cap_basis=table.word("cap_basis", ("billed", "actual"), "billed"),
        commission=_commission(table.table("commission")),
        additive=table.price("additive", None, 1000),
        regulated=regulated,
        opt_out=tuple(opt_out or ()),
        where=table.where,
    )
    table.done()
    return facility


def _filter(table: Table, key: str, allowed: Collection[str] | None) -> frozenset[str] | None:
    words = table.words(key, allowed, None)
    return None if words is None else frozenset(words)


def _tax(table: Table) -> Tax:
    tax = Tax(
        id=table.text("id"),
        percent=table.price("percent", MISSING, PERCENT_MAX),
        on_prior=table.word("base", ("net", "net+prior"), "net") == "net+prior",
        states=_filter(table, "states", STATES),
        jurisdictions=_filter(table, "jurisdictions", JURISDICTIONS),
        bill_types=_filter(table, "bill_types", BILL_TYPES),
        medium=table.word("medium", MEDIA, None),
        rounding=table.rounding("rounding", Rounding("half_up", CENT)),
        where=table.where,
        **_period(table),
    )
    table.done()
    return tax


def _facility_names(table: Table, known: Sequence[str | None]) -> frozenset[str] | None:
    """Return the ids of facilities that a fee names, which must be there."""
    placed = table.placed("facilities", None, None)
    for index, name in placed or ():
        if name not in known:
            hint = nearest(name, [facility for facility in known if facility])
            path = (*table.path, "facilities", index)
            table.source.fault(path, "must be the id of a [[facility]]", name, hint)
    return None if placed is None else frozenset(name for _, name in placed)


def _fees(tables: list[Table], facilities: Sequence[str | None]) -> list[Fee]:
    fees: list[Fee] = []
    for table in tables:
        earlier = [fee.id for fee in fees if fee.id]
        fee = Fee(
            id=table.text("id"),
            kind=table.word("kind", FEE_KINDS),
            flat=table.amount("flat", 0),
            percent=table.price("percent", Fraction(0), PERCENT_MAX),
            base=table.word("base", ("deposit", "running", *earlier), "deposit"),
            mode=table.word("mode", ("deduct", "add"), "deduct"),
            methods=_filter(table, "methods", None),
            channels=_filter(table, "channels", None),
            facilities=_facility_names(table, facilities),
            rounding=table.rounding("rounding", Rounding("half_up", CENT)),
            where=table.where,
            **_period(table),
        )
        table.done()
        if fee.mode == "add" and (fee.rounding.unit_micros % CENT or (fee.flat or 0) % CENT):
            rule = "adds to a payment, which is whole cents: flat and rounding unit must be too"
            table.fault("mode", rule, fee.mode)
        fees.append(fee)
    return fees


def _termination(table: Table) -> Termination:
    text = table.text("prefix")
    digits = None if text is None else _prefix(table, (*table.path, "prefix"), text)
    termination = Termination(
        prefix=digits or "0",
        per_minute=table.price("per_minute", MISSING, 1000),
        where=table.where,
        **_period(table),
    )
    table.done()
    return termination
