"""The layouts of the switches that we know, and how to declare one's own columns.

`LAYOUTS` has by name those that need no further declaration.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from securecall.errors import InputError, InputTypeError, did_you_mean
from securecall.rating.layout import (
    Among,
    Clock,
    Field,
    Layout,
    NotAmong,
    NotNamed,
    Same,
    Span,
    one_of,
)

__all__ = [
    "ASTERISK_MASTER",
    "CGRATES",
    "CGRATES_JSON",
    "FREESWITCH_CSV",
    "FREESWITCH_JSON",
    "FREESWITCH_JSON_ENCODED",
    "KAMAILIO_ACC",
    "LAYOUTS",
    "asterisk_custom",
    "kamailio_acc",
    "layout_named",
]

_ASTERISK_18: Final = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid",
    "userfield",
)  # fmt: skip
_ASTERISK_WORDS: Final = ("NO ANSWER", "FAILED", "BUSY", "CONGESTION")
# "1795417221.8" or "name-1795417221.8": when the channel was made, in whole seconds.
_ASTERISK_CREATED: Final = Clock(Field("uniqueid", r"(?:^|-)([0-9]{9,11})\.[0-9]+$"), "s")

#: Asterisk's cdr_csv with ``loguniqueid`` and ``loguserfield``; with ``newcdrcolumns`` or without.
ASTERISK_MASTER: Final = Layout(
    name="asterisk_master",
    form="csv",
    columns=(_ASTERISK_18, (*_ASTERISK_18, "peeraccount", "linkedid", "sequence")),
    call_id="uniqueid",
    number="dst",
    setup=Clock("start", "wall"),
    answer=Clock("answer", "wall"),
    duration=Span("billsec", "s"),
    duration_precision_ms=1000,
    created=_ASTERISK_CREATED,
    linked_id="linkedid",
    disposition="disposition",
    answered=("ANSWERED",),
    unanswered=_ASTERISK_WORDS,
    billable=(Same("uniqueid", "linkedid"),),
    account=Field("accountcode"),
)


def asterisk_custom(columns: Iterable[str], *, name: str = "asterisk_custom") -> Layout:
    """Make the layout of an Asterisk cdr_custom file.

    Parameters
    ----------
    columns : iterable of str
        What the mapping writes, in order, as the CDR function names it: ``"billsec"`` or
        ``"billsec,f"`` (with decimals), ``"start"`` or ``"start,u"`` (since 1970). Needed are
        ``dst``, ``start``, ``answer`` and ``billsec``; anything else may stand between them.
    name : str
        What messages and the column ``source`` call it.

    Returns
    -------
    Layout

    Raises
    ------
    InputError
        A column that is needed is missing, or one stands twice.
    InputTypeError
        The columns are one text.

    Source
    ------
    Asterisk 22, function CDR() and ``cdr_custom.conf``.

    Examples
    --------
    >>> layout = asterisk_custom(["dst", "start", "answer", "billsec,f", "disposition"])
    >>> layout.duration_precision_ms
    1
    """
    if isinstance(columns, str):
        raise InputTypeError("columns must be a list of names, not one text")
    order = tuple(columns)
    for column in order:
        if order.count(column) > 1:
            raise InputError(f"columns must differ; {column!r} stands twice")

    def found(wanted: str, *options: str) -> str:
        for column in (wanted, *(f"{wanted},{option}" for option in options)):
            if column in order:
                return column
        raise InputError(
            f"columns must have {wanted!r}; there are {', '.join(order)}"
            + did_you_mean(wanted, order)
        )

    def clock(wanted: str) -> Clock:
        column = found(wanted, "u")
        return Clock(column, "s" if column.endswith(",u") else "wall")

    billsec = found("billsec", "f")
    words = "disposition" in order
    return Layout(
        name=name,
        form="csv",
        columns=(order,),
        call_id="uniqueid" if "uniqueid" in order else None,
        number=found("dst"),
        setup=clock("start"),
        answer=clock("answer"),
        duration=Span(billsec, "s"),
        duration_precision_ms=1 if billsec.endswith(",f") else 1000,
        created=_ASTERISK_CREATED if "uniqueid" in order else None,
        linked_id="linkedid" if "linkedid" in order else None,
        disposition="disposition" if words else None,
        answered=("ANSWERED",) if words else (),
        unanswered=_ASTERISK_WORDS if words else (),
        billable=(Same("uniqueid", "linkedid"),) if {"uniqueid", "linkedid"} <= {*order} else (),
        account=Field("accountcode") if "accountcode" in order else None,
    )


#: FreeSWITCH's mod_cdr_csv with the template "example".
FREESWITCH_CSV: Final = Layout(
    name="freeswitch_csv",
    form="csv",
    columns=(
        (
            "caller_id_name", "caller_id_number", "destination_number", "context", "start_stamp",
            "answer_stamp", "end_stamp", "duration", "billsec", "hangup_cause", "uuid", "bleg_uuid",
            "accountcode", "read_codec", "write_codec",
        ),
    ),
    call_id="uuid",
    number="destination_number",
    setup=Clock("start_stamp", "wall"),
    answer=Clock("answer_stamp", "wall"),
    # A difference of two whole epoch seconds, so up to a second off either way.
    duration=Span("billsec", "s"),
    duration_precision_ms=1000,
    disposition="hangup_cause",
    billable=(NotNamed("uuid", "bleg_uuid"),),
    account=Field("accountcode"),
)  # fmt: skip

#: FreeSWITCH's mod_json_cdr with ``encode-values`` off.
FREESWITCH_JSON: Final = Layout(
    name="freeswitch_json",
    form="json",
    suffix=".json",
    call_id="variables.uuid",
    # The newest profile comes first: after a transfer it is the number last asked for.
    number="callflow.0.caller_profile.destination_number",
    setup=Clock("variables.start_uepoch", "us"),
    answer=Clock("variables.answer_uepoch", "us"),
    ended=Clock("variables.end_uepoch", "us"),
    duration=Span("variables.billusec", "us"),
    linked_id="variables.call_uuid",
    disposition="variables.hangup_cause",
    billable=(
        Among("variables.direction", ("inbound",)),
        NotAmong("variables.is_loopback", ("1", "true")),
        Same("variables.uuid", "variables.call_uuid"),
    ),
    account=Field("variables.accountcode"),
)

#: The same with ``encode-values`` on, which is the module's default.
FREESWITCH_JSON_ENCODED: Final = replace(
    FREESWITCH_JSON, name="freeswitch_json_encoded", percent_encoded="variables."
)


def kamailio_acc(
    *, call_key: str = "ci", number: str | tuple[str, ...] = ("ruser", "dst_user")
) -> Layout:
    """Make the layout of Kamailio's accounting log: acc lines and, with ``cdr_enable``, CDR lines.

    Parameters
    ----------
    call_key : str
        The name that ``cdr_extra`` gives the Call-ID.
    number : str or tuple of str
        The name that ``cdr_extra`` or ``log_extra`` gives the dialled digits; of several the first
        that is not empty.

    Returns
    -------
    Layout
        A CDR line is joined with the INVITE of its Call-ID, and what both say the CDR line says.

    Source
    ------
    Kamailio 5.6, module acc, parameters ``log_extra``, ``cdr_extra``, ``cdr_start_id``.

    Examples
    --------
    >>> kamailio_acc(call_key="callid").call_key
    'callid'
    """
    return Layout(
        name="kamailio_acc",
        form="acc",
        suffix=".log",
        call_key=call_key,
        call_id="call_id",
        number=Field(number),
        setup=Clock("timestamp", "s"),
        answer=Clock("start_time", "s"),
        duration=Span("duration", "s"),
        linked_id="call_id",
        disposition="status",
        account=Field("pin"),
    )


#: Kamailio's acc module, with the names of our example configuration.
KAMAILIO_ACC: Final = kamailio_acc()

#: CGRateS: exported CSV with the names of its fields in the header.
CGRATES: Final = Layout(
    name="cgrates",
    form="csv_header",
    columns=(("OriginID", "Destination", "SetupTime", "AnswerTime", "Usage"),),
    call_id="OriginID",
    number="Destination",
    setup=Clock("SetupTime", "wall"),
    answer=Clock("AnswerTime", "wall"),
    duration=Span("Usage", "go"),
    linked_id="CGRID",
    # The run *raw is the same call before charging.
    billable=(NotAmong("RunID", ("*raw",)),),
    facility=Field("Tenant"),
    account=Field("Account"),
    medium=Field("ToR", words={"*voice": "audio"}),
    bill_type=Field("RequestType", words={"*prepaid": "prepaid"}),
)

#: CGRateS: JSON objects.
CGRATES_JSON: Final = replace(CGRATES, name="cgrates_json", form="json", columns=(), suffix=".json")

#: Every layout that needs no further declaration, by name.
LAYOUTS: Final[dict[str, Layout]] = {
    layout.name: layout
    for layout in (
        ASTERISK_MASTER,
        FREESWITCH_CSV,
        FREESWITCH_JSON,
        FREESWITCH_JSON_ENCODED,
        KAMAILIO_ACC,
        CGRATES,
        CGRATES_JSON,
    )
}


def layout_named(name: str) -> Layout:
    """Return a layout by its name.

    Parameters
    ----------
    name : str
        A key of `LAYOUTS`.

    Raises
    ------
    InputError
        No such layout; the error names the nearest.

    Source
    ------
    own.

    Examples
    --------
    >>> layout_named("freeswitch_csv").duration_precision_ms
    1000
    """
    if name == "asterisk_custom":
        raise InputError(
            "layout asterisk_custom must say its columns: asterisk_custom(columns=[...])"
        )
    one_of("layout", name, LAYOUTS)
    return LAYOUTS[name]
