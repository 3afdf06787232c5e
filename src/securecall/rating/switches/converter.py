"""Records as text to the columns of calls, by what a layout declares of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from securecall.errors import InputError
from securecall.rating.layout import Clock, Field, Layout
from securecall.rating.switches.dialplan import numbers
from securecall.rating.switches.raw import BROKEN, FILE, LINE
from securecall.rating.switches.result import DialPlan
from securecall.rating.switches.values import (
    count_ms,
    field_text,
    go_ms,
    is_naive,
    no_instant,
    walls_ms,
)
from securecall.rating.zones import Zone

__all__ = ["Converter", "Wanted"]

_WORDS: Final = pa.dictionary(pa.int32(), pa.string())
_TRUE: Final = ("1", "true", "yes")
_FALSE: Final = ("0", "false", "no")


class Wanted(Protocol):
    """What is to be made of the records."""

    layout: Layout
    given: Mapping[str, Any]
    extra: tuple[str, ...]
    zone: Zone | None
    dial_plan: DialPlan


class Converter:
    """Makes the table of some records.

    Parameters
    ----------
    wanted : Wanted
    raw : pyarrow.Table
        See `securecall.rating.switches.raw`.
    note_rows : callable
        Called with the records, a mask, a text column or None, and what makes a reason of a text.
    note : callable
        Called with a reason that is about all.
    """

    def __init__(
        self,
        wanted: Wanted,
        raw: pa.Table,
        note_rows: Callable[..., None],
        note: Callable[[str], None],
    ) -> None:
        self.wanted = wanted
        self.layout = wanted.layout
        self.raw = raw
        self.rows = raw.num_rows
        self.whole = pc.is_null(raw.column(BROKEN))
        self._note_rows = note_rows
        self._note = note

    def table(self) -> pa.Table:
        """Return the calls, `securecall.rating.records.COLUMNS` and the fields kept beside them."""
        self.note(pc.invert(self.whole), self.raw.column(BROKEN), str)
        given = self.wanted.given
        start, duration, disposition = self._times()
        dialed = self._text(self.layout.number)
        number = numbers(dialed, self.wanted.dial_plan)
        self._note_numbers(dialed, number)
        precision = pa.scalar(self.layout.duration_precision_ms, pa.int32())
        return pa.table(
            {
                "call_id": self._text(self.layout.call_id),
                "facility": self._words(given["facility"]),
                "number": number,
                "start": pc.cast(pc.cast(start, pa.int64()), pa.timestamp("ms", "UTC")),
                "duration_ms": duration,
                "medium": self._words(given["medium"]),
                "bill_type": self._words(given["bill_type"]),
                "account": self._account(given["account"]),
                "authorized_ms": self._authorized(given["authorized_ms"]),
                "privileged": self._privileged(given["privileged"]),
                "relay": pc.cast(self._words(given["relay"]), pa.string()),
                "linked_id": self._text(self.layout.linked_id),
                "dialed": dialed,
                "disposition": pc.dictionary_encode(disposition),
                "duration_precision_ms": pa.repeat(precision, self.rows),
                "source": self._words(self.layout.name),
                "file": self.raw.column(FILE),
                "line": self.raw.column(LINE),
                **{name: self._text(Field(name)) for name in self.wanted.extra},
            }
        )

    def note(
        self, mask: pa.ChunkedArray, text: pa.ChunkedArray | None, reason: Callable[[Any], str]
    ) -> None:
        """Note something about each of some rows."""
        self._note_rows(self.raw, mask, text, reason)

    # Columns of words

    def _text(self, field: Field | str | None) -> pa.ChunkedArray:
        """Return a field's text, null where it is empty."""
        if field is None:
            return pa.chunked_array([pa.nulls(self.rows, pa.string())])
        assert isinstance(field, Field)  # a layout makes fields of names
        text = field_text(self.raw, field)
        return pc.if_else(pc.equal(text, ""), None, text)

    def _words(self, given: Field | str | None) -> pa.ChunkedArray:
        """Return a column that repeats few words."""
        if isinstance(given, Field):
            return pc.cast(pc.dictionary_encode(self._text(given)), _WORDS)
        if given is None:
            return pa.chunked_array([pa.nulls(self.rows, _WORDS)])
        indices = pa.repeat(pa.scalar(0, pa.int32()), self.rows)
        return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, pa.array([given]))])

    def _account(self, given: Field | str | None) -> pa.ChunkedArray:
        if isinstance(given, Field) or given is None:
            return self._text(given)
        return pa.chunked_array([pa.repeat(pa.scalar(given, pa.string()), self.rows)])

    def _authorized(self, given: Field | int | None) -> pa.ChunkedArray:
        if not isinstance(given, Field):
            return pa.chunked_array([pa.repeat(pa.scalar(given, pa.int64()), self.rows)])
        text = self._text(given)
        count = pc.if_else(pc.match_substring_regex(text, "^[0-9]{1,18}$"), text, None)
        found = pc.cast(count, pa.int64())
        # A limit that is there and cannot be read must not turn into none at all.
        odd = pc.and_(pc.is_valid(text), pc.is_null(found))
        self.note(odd, text, lambda t: f"authorized_ms {t!r} is not whole milliseconds")
        return pc.if_else(odd, -1, found)

    def _privileged(self, given: Field | bool) -> pa.ChunkedArray:
        if not isinstance(given, Field):
            return pa.chunked_array([pa.repeat(pa.scalar(given, pa.bool_()), self.rows)])
        text = pc.utf8_lower(self._text(given))
        yes = pc.is_in(text, value_set=pa.array(_TRUE))
        no = pc.or_(pc.is_in(text, value_set=pa.array(_FALSE)), pc.is_null(text))
        odd = pc.invert(pc.or_(yes, no))
        self.note(odd, text, lambda t: f"privileged {t!r} is neither yes nor no")
        return pc.if_else(odd, None, yes)

    def _note_numbers(self, dialed: pa.ChunkedArray, number: pa.ChunkedArray) -> None:
        unknown = pc.and_(pc.is_valid(dialed), pc.is_null(number))
        count = pc.sum(unknown).as_py()
        if count:
            plan = self.wanted.dial_plan
            first = dialed.filter(unknown)[0].as_py()
            self._note(
                f"{count} dialled number{'s' * (count != 1)} fit no rule of dial plan "
                f"{plan if isinstance(plan, str) else 'given'!r}; the first is {first!r}"
            )

    # Instants and durations

    def _times(self) -> tuple[pa.ChunkedArray, pa.ChunkedArray, pa.ChunkedArray]:
        """Return when charging starts, for how long, and the switch's word for how it ended."""
        layout = self.layout
        setup_text, setup, _ = self._clock("setup", layout.setup)
        answer_text, answer, none = self._clock("answer", layout.answer)
        disposition = self._text(layout.disposition)
        if layout.answered or layout.unanswered:
            missed = pc.is_in(disposition, value_set=pa.array(layout.unanswered, pa.string()))
            known = pc.is_in(disposition, value_set=pa.array(layout.answered, pa.string()))
            odd = pc.and_(self.whole, pc.invert(pc.or_(missed, known)))
            words = ", ".join((*layout.answered, *layout.unanswered))
            self.note(odd, disposition, lambda t: f"disposition {t!r} must be one of {words}")
        elif layout.form == "json":
            # An object without the key says nothing; one with an empty or zero time says no.
            missed, odd = none, None
        else:
            missed, odd = pc.or_(none, pc.is_null(answer_text)), None
        missed = pc.and_(missed, self.whole)
        text, measured = self._measured()
        if odd is not None:
            measured = pc.if_else(odd, None, measured)
        lasted = pc.fill_null(pc.and_(missed, pc.greater(measured, 0)), False)
        self.note(
            lasted,
            text,
            lambda t: f"was not answered, and yet lasted {t}: taken as not answered",
        )
        start = pc.if_else(missed, setup, answer)
        duration = pc.if_else(missed, 0, measured)
        met = pc.and_(self.whole, pc.invert(missed))
        for name, mask, column, value in (
            ("setup time", missed, setup_text, start),
            ("answer time", met, answer_text, start),
            ("duration", met if odd is None else pc.and_not(met, odd), text, duration),
        ):
            self.note(pc.and_(mask, pc.is_null(value)), column, _unreadable(name))
        return start, duration, disposition

    def _measured(self) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
        """Return the text of the duration, and its milliseconds."""
        layout = self.layout
        assert isinstance(layout.duration.field, Field)
        text = self._text(layout.duration.field)
        unit = layout.duration.unit
        measured = go_ms(text) if unit == "go" else count_ms(text, unit)
        if layout.ended is not None and layout.answer is not None:
            # Only counts of microseconds can be told apart exactly.
            ends, begins = (
                pc.cast(self._whole_count(clock), pa.int64())
                for clock in (layout.ended, layout.answer)
            )
            lasted = pc.if_else(pc.greater_equal(ends, begins), pc.subtract(ends, begins), None)
            absent = pc.is_null(text)
            measured = pc.if_else(absent, pc.divide(lasted, 1000), measured)
        return text, measured

    def _whole_count(self, clock: Clock) -> pa.ChunkedArray:
        assert isinstance(clock.field, Field)
        text = self._text(clock.field)
        return pc.if_else(pc.match_substring_regex(text, "^[1-9][0-9]{0,17}$"), text, None)

    def _clock(
        self, name: str, clock: Clock | None
    ) -> tuple[pa.ChunkedArray, pa.ChunkedArray, pa.ChunkedArray]:
        """Return an instant's text, its milliseconds, and where it says that there is none."""
        if clock is None:
            nothing = pa.chunked_array([pa.nulls(self.rows, pa.string())])
            return nothing, pc.cast(nothing, pa.int64()), pc.fill_null(pc.equal(nothing, ""), False)
        assert isinstance(clock.field, Field)
        said = field_text(self.raw, clock.field)
        none = pc.fill_null(no_instant(said), False)
        text = pc.if_else(none, None, said)
        if clock.unit != "wall":
            return text, count_ms(text, clock.unit), none
        created = None
        if self.layout.created is not None:
            _, created, _ = self._clock("created", self.layout.created)
        if self.wanted.zone is None:
            self._refuse_naive(name, text)
        walls = walls_ms(text, self.wanted.zone, created)
        zone = "" if self.wanted.zone is None else self.wanted.zone.name
        for mask, what in (
            (walls.twice, "the clock of {} shows twice; the first reading is taken where the "
             "record does not tell"),
            (walls.skipped, "the clock of {} never shows: is it the right zone?"),
        ):  # fmt: skip
            count = 0 if mask is None else pc.sum(mask).as_py() or 0
            if count:
                self._note(f"{count} {name} time{'s' * (count != 1)} {what.format(zone)}")
        return text, walls.ms, none

    def _refuse_naive(self, name: str, text: pa.ChunkedArray) -> None:
        if not len(text):  # see `Importer.note_rows`: of no chunks, an older pyarrow crashes
            return
        naive = pc.indices_nonzero(pc.fill_null(is_naive(text), False))
        if not len(naive):
            return
        row = naive[0].as_py()
        file, line = (self.raw.column(column)[row].as_py() for column in (FILE, LINE))
        raise InputError(
            f"timezone must be declared, such as 'UTC' or 'America/Chicago': {file}:{line} has "
            f"the {name} time {text[row].as_py()!r}, which does not say whose clock it was"
        )


def _unreadable(name: str) -> Callable[[str | None], str]:
    def reason(text: str | None) -> str:
        return f"has no {name}" if text is None else f"{name} {text!r} cannot be read"

    return reason
