"""A layout: how the call records of one kind of switch are read. Declared, never guessed.

It is a frozen value: the form of the file, which field of a record feeds which column of ours, in
which unit a time or duration is written, what counts as answered, and which of several records of
a call is the one to charge. `securecall.rating.layouts` has the known ones; `dataclasses.replace`
makes another from one of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from securecall.errors import InputError, did_you_mean

__all__ = [
    "Among",
    "Clock",
    "Field",
    "Layout",
    "NotAmong",
    "NotNamed",
    "Rule",
    "Same",
    "Span",
    "declared",
]

Form: TypeAlias = Literal["csv", "csv_header", "json", "acc"]
FORMS: Final = ("csv", "csv_header", "json", "acc")
CLOCK_UNITS: Final = ("wall", "s", "ms", "us")
SPAN_UNITS: Final = ("s", "ms", "us", "go")


def one_of(name: str, value: object, allowed: Iterable[str]) -> None:
    """Raise with the nearest right word if a word is not one of a closed list."""
    allowed = tuple(allowed)
    if value not in allowed:
        raise InputError(
            f"{name} must be one of {', '.join(allowed)}, not {value!r}"
            + did_you_mean(value, allowed)
        )


@dataclass(frozen=True, slots=True)
class Field:
    """A value of ours that stands in a field of the record, or in a part of it.

    Parameters
    ----------
    name : str or tuple of str
        A column, a log key, or the dotted path of a JSON value (``"variables.uuid"``,
        ``"callflow.0.times"``). Of several, the first that is not empty.
    pattern : str, optional
        A regular expression (RE2) with one group, which is the value; without a match there is
        none.
    words : mapping of str to str, optional
        Other words for the values found; a value that is not in it stays as it is, so that rating
        can say that it is not known.

    Raises
    ------
    InputError
        The pattern is no regular expression, or has not exactly one group.

    Source
    ------
    own.

    Examples
    --------
    >>> Field("userfield", r"site=([^;]+)").names
    ('userfield',)
    """

    name: str | tuple[str, ...]
    pattern: str | None = None
    words: Mapping[str, str] | tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.words, Mapping):
            object.__setattr__(self, "words", tuple(self.words.items()))
        if self.pattern is not None:
            try:
                groups = re.compile(self.pattern).groups
            except re.error as error:
                raise InputError(
                    f"pattern must be a regular expression, not {self.pattern!r}: {error}"
                ) from None
            if groups != 1:
                raise InputError(
                    f"pattern must have one group, the value, not {groups}: {self.pattern!r}"
                )

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that are looked at, in order."""
        return (self.name,) if isinstance(self.name, str) else self.name


def declared(text: str) -> str | Field:
    """Read a value as a command line gives it: a constant, ``@field`` or ``@field~pattern``.

    Parameters
    ----------
    text : str
        As above; the pattern's first group is what is taken.

    Raises
    ------
    InputError
        The pattern cannot be used, or no field is named.

    Source
    ------
    own.

    Examples
    --------
    >>> declared("TX-001"), declared("@accountcode").names
    ('TX-001', ('accountcode',))
    >>> declared("@userfield~pin=([0-9]+)").pattern
    'pin=([0-9]+)'
    """
    if not text.startswith("@"):
        return text
    name, tilde, pattern = text[1:].partition("~")
    if not name:
        raise InputError(f"a field must be named after '@', not {text!r}")
    return Field(name, pattern if tilde else None)


@dataclass(frozen=True, slots=True)
class Clock:
    """An instant of the record.

    Parameters
    ----------
    field : Field or str
    unit : {"wall", "s", "ms", "us"}
        ``wall``: date and time of day as text, on the clock of the zone that the caller declares,
        or with an offset of its own. Otherwise a count since 1970 UTC; seconds may have decimals.
        Finer than a millisecond is floored; a count of 0 is no instant.

    Raises
    ------
    InputError
        Another unit.

    Source
    ------
    own.

    Examples
    --------
    >>> Clock("answer_uepoch", "us").field
    Field(name='answer_uepoch', pattern=None, words=())
    """

    field: Field | str
    unit: str

    def __post_init__(self) -> None:
        one_of("unit", self.unit, CLOCK_UNITS)
        if isinstance(self.field, str):
            object.__setattr__(self, "field", Field(self.field))


@dataclass(frozen=True, slots=True)
class Span:
    """A duration of the record, floored to milliseconds.

    Parameters
    ----------
    field : Field or str
    unit : {"s", "ms", "us", "go"}
        Seconds may have decimals. ``go``: as Go writes them, ``1m30s``; digits alone are
        nanoseconds.

    Raises
    ------
    InputError
        Another unit.

    Source
    ------
    own.

    Examples
    --------
    >>> Span("billsec", "s").unit
    's'
    """

    field: Field | str
    unit: str

    def __post_init__(self) -> None:
        one_of("unit", self.unit, SPAN_UNITS)
        if isinstance(self.field, str):
            object.__setattr__(self, "field", Field(self.field))


# Which record of a call is charged. A record that has not the field that a rule asks for passes.


@dataclass(frozen=True, slots=True)
class Same:
    """Charge a record whose two fields agree.

    Parameters
    ----------
    field, other : str

    Source
    ------
    own; Asterisk's uniqueid and linkedid, FreeSWITCH's uuid and call_uuid.

    Examples
    --------
    >>> Same("uniqueid", "linkedid").reason
    'its uniqueid is not its linkedid'
    """

    field: str
    other: str

    @property
    def reason(self) -> str:
        """Why a record is set aside."""
        return f"its {self.field} is not its {self.other}"


@dataclass(frozen=True, slots=True)
class NotNamed:
    """Charge a record that no other record names in a field.

    Parameters
    ----------
    field : str
        The record's own id.
    other : str
        The field in which another record would name it.

    Source
    ------
    own; FreeSWITCH's bleg_uuid.

    Examples
    --------
    >>> NotNamed("uuid", "bleg_uuid").reason
    "its uuid is another record's bleg_uuid"
    """

    field: str
    other: str

    @property
    def reason(self) -> str:
        """Why a record is set aside."""
        return f"its {self.field} is another record's {self.other}"


@dataclass(frozen=True, slots=True)
class Among:
    """Charge a record whose field has one of some words.

    Parameters
    ----------
    field : str
    words : tuple of str

    Source
    ------
    own.

    Examples
    --------
    >>> Among("direction", ("inbound",)).reason
    'its direction is not inbound'
    """

    field: str
    words: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why a record is set aside."""
        return f"its {self.field} is not {' or '.join(self.words)}"


@dataclass(frozen=True, slots=True)
class NotAmong:
    """Charge a record whose field has none of some words.

    Parameters
    ----------
    field : str
    words : tuple of str

    Source
    ------
    own.

    Examples
    --------
    >>> NotAmong("RunID", ("*raw",)).reason
    'its RunID is *raw'
    """

    field: str
    words: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why a record is set aside."""
        return f"its {self.field} is {' or '.join(self.words)}"


Rule: TypeAlias = Same | NotNamed | Among | NotAmong


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the records of one kind of switch are read.

    Parameters
    ----------
    name : str
        What `LAYOUTS`, messages and the column ``source`` call it.
    form : {"csv", "csv_header", "json", "acc"}
        CSV without a header, CSV with one, JSON objects (one file, many lines, a folder), or the
        log lines of Kamailio's acc module.
    columns : tuple of tuple of str
        ``csv``: the orders of columns that a record may have, each of another length.
        ``csv_header``: one tuple, the columns that the header must name.
    call_id, number, linked_id, disposition : Field or str, optional
        The id, the dialled digits, what groups the legs of a call, the switch's own words for how
        it ended.
    setup, answer, ended, created : Clock, optional
        Charging starts at ``answer``; a call that was not answered starts at ``setup``. ``ended``
        only replaces a missing duration. ``created`` tells the two readings of a local time apart
        when clocks are set back.
    duration : Span
        From answer to end.
    duration_precision_ms : int
        1000 where the source counts whole seconds.
    answered, unanswered : tuple of str
        The words of ``disposition``; without them a call was answered if it has an answer time.
    billable : tuple of rules
        All must hold for a record to be charged; other records are set aside.
    facility, account, medium, bill_type, authorized_ms, privileged, relay : Field or str, optional
        What a record says of them, unless the caller of `read` declares otherwise.
    percent_encoded : str
        JSON paths with this beginning are percent-encoded.
    call_key : str
        ``acc``: the key of a CDR line that has the Call-ID.
    suffix : str
        Of the files that are read where a folder is given.

    Raises
    ------
    InputError
        A word that is not known, or a field that no column has.

    Source
    ------
    own.

    Examples
    --------
    >>> layout = Layout(
    ...     name="ours", form="csv", columns=(("id", "digits", "seconds"),),
    ...     call_id="id", number="digits", duration=Span("seconds", "s"),
    ... )
    >>> sorted(layout.fields())
    ['call_id', 'duration', 'number']
    """

    name: str
    form: Form
    number: Field | str
    duration: Span
    call_id: Field | str | None = None
    setup: Clock | None = None
    answer: Clock | None = None
    ended: Clock | None = None
    created: Clock | None = None
    duration_precision_ms: int = 1
    columns: tuple[tuple[str, ...], ...] = ()
    linked_id: Field | str | None = None
    disposition: Field | str | None = None
    answered: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    billable: tuple[Rule, ...] = ()
    facility: Field | str | None = None
    account: Field | str | None = None
    medium: Field | str | None = None
    bill_type: Field | str | None = None
    authorized_ms: Field | None = None
    privileged: Field | None = None
    relay: Field | str | None = None
    percent_encoded: str = ""
    call_key: str = "ci"
    suffix: str = ".csv"

    def __post_init__(self) -> None:
        one_of("form", self.form, FORMS)
        for name in ("number", "call_id", "linked_id", "disposition"):
            if isinstance(value := getattr(self, name), str):
                object.__setattr__(self, name, Field(value))
        if self.form == "csv":
            for name, field in self.fields().items():
                self.check(name, field)

    def fields(self) -> dict[str, Field]:
        """Return every field that is read, by the name of what it feeds.

        Source
        ------
        own.
        """
        found: dict[str, Field] = {}
        for name in ("call_id", "number", "linked_id", "disposition", "facility", "account",
                     "medium", "bill_type", "authorized_ms", "privileged", "relay"):  # fmt: skip
            if isinstance(value := getattr(self, name), Field):
                found[name] = value
        for name in ("setup", "answer", "ended", "created", "duration"):
            value = getattr(self, name)
            if value is not None:
                found[name] = value.field
        for number, rule in enumerate(self.billable):
            found[f"billable[{number}].field"] = Field(rule.field)
            if isinstance(rule, Same | NotNamed):
                found[f"billable[{number}].other"] = Field(rule.other)
        return found

    def check(self, name: str, field: Field) -> None:
        """Raise if a layout with an order of columns has no such field.

        Parameters
        ----------
        name : str
            What the field feeds, for the message.
        field : Field
            What is looked for.

        Raises
        ------
        InputError
            There is none; the text names the nearest.

        Source
        ------
        own.
        """
        if self.form != "csv":
            return
        known = dict.fromkeys(column for order in self.columns for column in order)
        for column in field.names:
            if column not in known:
                raise InputError(
                    f"{name} must be a field of layout {self.name!r}, not {column!r}"
                    + (did_you_mean(column, known) or f": {', '.join(known)}")
                )
