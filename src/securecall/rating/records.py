"""Other switches' call records in our columns, by declared layout, never by guess.

Nothing is lost on the way: a record that cannot be read becomes a row of nulls, which rating
rejects by name; a record that is not the one to charge is set aside; and both are said.
"""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import BinaryIO, TypeAlias

from securecall.errors import InputError, InputTypeError, did_you_mean
from securecall.rating.layout import Field, Layout, declared
from securecall.rating.layouts import LAYOUTS, asterisk_custom, kamailio_acc, layout_named
from securecall.rating.switches.result import COLUMNS, DialPlan, Given, Imported, Note
from securecall.rating.words import BILL_TYPES, MEDIA, RELAYS
from securecall.rating.zones import load_zone

__all__ = [
    "COLUMNS",
    "LAYOUTS",
    "Field",
    "Imported",
    "Layout",
    "Note",
    "asterisk_custom",
    "declared",
    "kamailio_acc",
    "layout_named",
    "read",
]

Source: TypeAlias = str | PathLike[str] | BinaryIO


def read(
    source: Source | Iterable[Source],
    layout: Layout | str,
    *,
    facility: Given | None = None,
    bill_type: Given | None = None,
    account: Given | None = None,
    medium: Given | None = None,
    authorized_ms: int | Field | None = None,
    privileged: bool | Field | None = None,
    relay: Given | None = None,
    timezone: str | None = None,
    dial_plan: DialPlan = "nanp",
    extra: Iterable[str] = (),
) -> Imported:
    """Read call records of another switch.

    Parameters
    ----------
    source : path, binary file, or several
        A file, a folder (every file in it with the layout's suffix, by name), or several; a call's
        records may stand in different ones.
    layout : Layout or str
        A value or a name of `securecall.rating.layouts`.
    facility, bill_type, account, medium, relay : str or Field, optional
        A constant, or the field of the record that has it. Otherwise what the layout declares,
        and if it declares nothing: no facility (which rating rejects), ``prepaid``, no account,
        ``audio``, ``none``.
    authorized_ms : int or Field, optional
        How long the switch was told that a call may last, whole milliseconds. What is there and is
        no such number becomes -1, which rating rejects.
    privileged : bool or Field, optional
        A field must say 1, true or yes, 0, false or no; otherwise False.
    timezone : str, optional
        IANA zone of the clock that times without an offset were read from.
    dial_plan : {"nanp", "e164"} or callable
        How dialled digits become E.164: ``nanp`` knows ten digits, 1 and ten digits, 011 and an
        international number, and E.164 with its plus; ``e164`` knows E.164 with plus or without. A
        callable gets the digits and returns E.164 or None. What fits nothing has no number; the
        digits are kept in ``dialed``.
    extra : iterable of str
        Fields of the record to keep as text columns of the same name.

    Returns
    -------
    Imported

    Raises
    ------
    InputError
        No file, an unknown layout, field, zone or word, a time without offset and no ``timezone``,
        or a file that has no record of the layout.
    InputTypeError
        An argument of another type.

    Notes
    -----
    The instant that charging starts is the answer; a call that was not answered starts at its setup
    and has duration 0. Instants and durations finer than a millisecond are floored. A local time
    that the clock shows twice is the first reading, unless the record says when the channel was
    made and that is later.

    Source
    ------
    own; ``docs/records.md``.

    Examples
    --------
    >>> import io
    >>> line = b'"7","17135550123","2026-05-01 13:00:00","2026-05-01 13:00:05","2.5"'
    >>> layout = asterisk_custom(["uniqueid", "dst", "start", "answer", "billsec,f"])
    >>> found = read(io.BytesIO(line), layout, facility="tx-harris", timezone="America/Chicago")
    >>> row = found.calls.to_pylist()[0]
    >>> row["number"], row["start"].isoformat(), row["duration_ms"]
    ('+17135550123', '2026-05-01T18:00:05+00:00', 2500)
    """
    if isinstance(layout, str):
        layout = layout_named(layout)
    elif not isinstance(layout, Layout):
        raise InputTypeError(f"layout must be a Layout or a name, not {type(layout).__name__}")
    given: dict[str, Given | int | None] = {
        "facility": facility if facility is not None else layout.facility,
        "bill_type": bill_type if bill_type is not None else layout.bill_type or "prepaid",
        "account": account if account is not None else layout.account,
        "medium": medium if medium is not None else layout.medium or "audio",
        "authorized_ms": authorized_ms if authorized_ms is not None else layout.authorized_ms,
        "privileged": privileged if privileged is not None else layout.privileged or False,
        "relay": relay if relay is not None else layout.relay or "none",
    }
    asked = {
        "facility": facility, "bill_type": bill_type, "account": account, "medium": medium,
        "authorized_ms": authorized_ms, "privileged": privileged, "relay": relay,
    }  # fmt: skip
    _check(given)
    required: dict[str, str] = {}
    for name, value in asked.items():
        if isinstance(value, Field):
            layout.check(name, value)
            if len(value.names) == 1:
                required[value.names[0]] = name
    if isinstance(extra, str):
        raise InputTypeError("extra must be a list of names, not one text")
    kept = tuple(dict.fromkeys(extra))
    for name in kept:
        layout.check("extra", Field(name))
        if name in (*COLUMNS, "set_aside"):
            raise InputError(f"extra must not name a column of ours, {name!r}")
        required[name] = "extra"
    zone = None if timezone is None else load_zone(timezone)

    from securecall.rating.switches.importer import Importer

    return Importer(
        layout, given=given, asked=asked, required=required, extra=kept, zone=zone,
        dial_plan=dial_plan,
    ).run(source)  # fmt: skip


def _check(given: dict[str, Given | int | None]) -> None:
    """Refuse constants that rating would reject in every row."""
    closed = {"bill_type": BILL_TYPES, "medium": MEDIA, "relay": RELAYS}
    for name, value in given.items():
        if value is None or isinstance(value, Field):
            continue
        if name == "authorized_ms":
            if type(value) is not int:
                raise InputTypeError(
                    f"authorized_ms must be whole milliseconds or a Field, "
                    f"not {type(value).__name__}"
                )
            if value < 0:
                raise InputError(f"authorized_ms must be 0 or more, not {value}")
        elif name == "privileged":
            if type(value) is not bool:
                raise InputTypeError(
                    f"privileged must be True, False or a Field, not {type(value).__name__}"
                )
        elif not isinstance(value, str):
            raise InputTypeError(f"{name} must be text or a Field, not {type(value).__name__}")
        elif name in closed and value not in closed[name]:
            raise InputError(
                f"{name} must be one of {', '.join(closed[name])}, or a Field, not {value!r}"
                + did_you_mean(value, closed[name])
            )
