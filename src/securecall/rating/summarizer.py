"""Adds up rated call records as batches pass, in bounded memory.

By facility and jurisdiction, status, local hour of the start, source of the ceiling, and length.
Memory grows with the number of facilities and ceilings, never with the number of rows. Money is
added as decimals, exactly.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from securecall import _rating
from securecall.money import dollars
from securecall.rating.batch import Progress, Rater
from securecall.rating.call import Call
from securecall.rating.columns import calls_of
from securecall.rating.packed_words import PackedWords
from securecall.rating.summary import MINUTES_MAX, CeilingSum, HourSum, PlaceSum, Summary
from securecall.rating.words import JURISDICTIONS, STATUSES
from securecall.rating.zones import load_zone

if TYPE_CHECKING:
    from securecall.rating.csv_records import Records
    from securecall.rating.tariff import Tariff

__all__ = ["Summarizer", "rate_and_sum"]

_HOUR_MS: Final = 3_600_000
_PLACED: Final = ("billed_ms", "net", "tax", "total", "state_paid", "cap_saved")
# Made of bytes: to look at a number of Python's, Arrow imports pandas where there is one.
_WIDTH: Final = pa.Array.from_buffers(
    pa.int64(), 1, [None, pa.py_buffer(len(JURISDICTIONS).to_bytes(8, sys.byteorder))]
)[0]
_ZERO: Final = Decimal("0.000000")


class Summarizer:
    """Adds up rated batches.

    Parameters
    ----------
    tariff : Tariff
        That rated them: it knows the facilities and their clocks.
    places_only : bool
        Add up rows by status, and by facility and jurisdiction; leave the rest empty. Takes a
        third of the time.

    Source
    ------
    own.

    Examples
    --------
    >>> from securecall.rating.tariff import Tariff
    >>> tariff = Tariff.loads('''
    ... [[facility]]
    ... id = "f"
    ... kind = "jail"
    ... adp = 80
    ... state = "TX"
    ... timezone = "America/Chicago"
    ... contract = "c"
    ... [[contract]]
    ... id = "c"
    ... [[contract.rate]]
    ... id = "all"
    ... steps = [{ price = "0.20", per_ms = 60_000, increment_ms = 60_000 }]
    ... ''')
    >>> calls = pa.table({"facility": ["f", "g"], "number": ["+17135550123"] * 2,
    ...     "start": pa.array([1_777_658_400_000] * 2), "duration_ms": [600_000] * 2})
    >>> sums = Summarizer(tariff)
    >>> for batch in tariff.rate_stream(calls):
    ...     sums.add(batch)
    >>> found = sums.summary()
    >>> found.total, found.saved, found.statuses
    (Decimal('1.500000'), Decimal('0.500000'), {'bad_facility': 1, 'ok': 1})
    >>> [hour.hour for hour in found.by_hour if hour.calls]
    [13]
    """

    def __init__(self, tariff: Tariff, places_only: bool = False) -> None:
        self._places_only = places_only
        self._facilities = tuple(tariff.compiled.facilities)
        self._known = PackedWords.of(self._facilities).to_arrow()
        self._jurisdictions = PackedWords.of(JURISDICTIONS).to_arrow()
        zones = [load_zone(name) for name in tariff.compiled.timezones]
        self._zones = tuple(zones)
        self._changes = sorted({begins for zone in zones for begins in zone.begins_ms})
        self._rows = 0
        self._statuses = dict.fromkeys(STATUSES, 0)
        places = len(self._facilities) * len(JURISDICTIONS)
        self._places = _rating.GroupSums(places, len(_PLACED))
        self._hours = _rating.GroupSums(24, 2)
        self._sources = PackedWords.of(tariff.compiled.sources).to_arrow()
        self._unnamed = len(self._sources)  # the place of rows without a ceiling
        self._ceilings = _rating.GroupSums(self._unnamed + 1, 2)
        self._minutes = [0] * (MINUTES_MAX + 1)
        self._first_ms: int | None = None
        self._last_ms: int | None = None
        self._most: dict[str, tuple[Decimal, Call]] = {}

    def add(self, rated: pa.RecordBatch, rating: pa.RecordBatch | None = None) -> None:
        """Add a rated batch.

        Parameters
        ----------
        rated : pyarrow.RecordBatch
            As `securecall.rating.batch.Rater` makes it.
        rating : pyarrow.RecordBatch, optional
            Its rows as rating read them, where those are not the columns that passed through
            (a CSV file's are text).

        Source
        ------
        own.
        """
        if not rated.num_rows:
            return
        calls = rated if rating is None else rating
        priced = rated.column("total").is_valid()
        self._rows += rated.num_rows
        for status, count in _counted(rated.column("status")):
            self._statuses[status] += count
        facility = _codes(calls.column("facility"), self._known)
        self._add_places(rated, facility)
        if self._places_only:
            return
        start_ms = _milliseconds(calls.column("start"))
        start_ms = pc.if_else(priced, start_ms, pa.scalar(None, pa.int64()))
        self._add_ceilings(rated)
        ends = pc.min_max(start_ms).as_py()
        if ends["min"] is not None:
            self._add_hours(rated, facility, start_ms, ends["min"], ends["max"])
            self._add_minutes(calls.column("duration_ms"), priced)
            self._remember("cap_saved", rated, calls)
            self._remember("state_paid", rated, calls)

    def _add_places(self, rated: pa.RecordBatch, facility: pa.Array) -> None:
        jurisdiction = _codes(rated.column("jurisdiction"), self._jurisdictions)
        place = pc.add(pc.multiply(facility, _WIDTH), jurisdiction)
        _add(self._places, place, [rated.column(name) for name in _PLACED])

    def _add_hours(
        self,
        rated: pa.RecordBatch,
        facility: pa.Array,
        start_ms: pa.Array,
        first_ms: int,
        last_ms: int,
    ) -> None:
        def ahead(instant_ms: int) -> pa.Array:
            offsets = [zone.offset_ms(instant_ms) for zone in self._zones]
            return pa.array(offsets, pa.int64()).take(facility)

        offset_ms = ahead(first_ms)
        for change in self._changes:
            if first_ms < change <= last_ms:
                offset_ms = pc.if_else(pc.greater_equal(start_ms, change), ahead(change), offset_ms)
        # Local times of the first hours of 1970 are negative; a day more keeps division a floor.
        hours = pc.divide(pc.add(pc.add(start_ms, offset_ms), 24 * _HOUR_MS), _HOUR_MS)
        hour = pc.subtract(hours, pc.multiply(pc.divide(hours, 24), 24))
        _add(self._hours, hour, [rated.column(name) for name in ("total", "cap_saved")])
        self._first_ms = first_ms if self._first_ms is None else min(self._first_ms, first_ms)
        self._last_ms = last_ms if self._last_ms is None else max(self._last_ms, last_ms)

    def _add_ceilings(self, rated: pa.RecordBatch) -> None:
        source = pc.fill_null(_codes(rated.column("cap_source"), self._sources), self._unnamed)
        saved = rated.column("cap_saved")
        bitten = pc.greater(saved, pa.scalar(_ZERO, saved.type)).cast(pa.int64())
        _add(self._ceilings, source, [saved, bitten])

    def _add_minutes(self, duration_ms: pa.Array, priced: pa.Array) -> None:
        answered = pc.and_(priced, pc.greater(duration_ms, 0))
        minutes = pc.divide(duration_ms.filter(answered), 60_000)
        minutes = pc.if_else(pc.greater(minutes, MINUTES_MAX), MINUTES_MAX, minutes)
        for item in pc.value_counts(minutes).to_pylist():
            self._minutes[item["values"]] += item["counts"]

    def _remember(self, name: str, rated: pa.RecordBatch, calls: pa.RecordBatch) -> None:
        """Keep the call that has most of something, to show how its price came about."""
        column = rated.column(name)
        most = pc.max(column)
        kept = self._most.get(name, (_ZERO, None))[0]
        if not most.is_valid or most.as_py() <= kept:
            return
        row = pc.index(column, most).as_py()
        call = next(calls_of(calls.slice(row, 1)))
        assert call is not None, "a row with a price is a call"
        if call.call_id is None and "call_id" in rated.schema.names:
            call = replace(call, call_id=rated.column("call_id")[row].as_py())
        self._most[name] = (most.as_py(), call)

    def summary(self) -> Summary:
        """Return the sums so far.

        Source
        ------
        own.
        """
        ceilings = []
        for place, calls, saved, bitten in self._ceilings.found():
            source = None
            if place == self._unnamed:  # unanswered calls have no ceiling: none is asked for
                calls -= self._statuses["unanswered"]
            else:
                source = self._sources[place].as_py()
            if calls:
                ceilings.append(CeilingSum(source, calls, bitten, dollars(saved)))
        places = []
        for place, calls, billed_ms, *amounts in self._places.found():
            facility, jurisdiction = divmod(place, len(JURISDICTIONS))
            names = self._facilities[facility], JURISDICTIONS[jurisdiction]
            places.append(PlaceSum(*names, calls, billed_ms, *map(dollars, amounts)))
        hours = {
            hour: (calls, dollars(total), dollars(saved))
            for hour, calls, total, saved in self._hours.found()
        }
        return Summary(
            rows=self._rows,
            statuses={status: count for status, count in self._statuses.items() if count},
            by_place=tuple(sorted(places, key=lambda one: (one.facility, one.jurisdiction))),
            by_hour=tuple(HourSum(hour, *hours.get(hour, (0, _ZERO, _ZERO))) for hour in range(24)),
            by_ceiling=tuple(
                sorted(ceilings, key=lambda one: (-one.saved, -one.calls, one.source or ""))
            ),
            by_minute=tuple(self._minutes),
            first=_instant(self._first_ms),
            last=_instant(self._last_ms),
            most_saved=self._most.get("cap_saved", (None, None))[1],
            most_shared=self._most.get("state_paid", (None, None))[1],
        )


def rate_and_sum(
    rater: Rater, records: Records, sums: Summarizer, progress: Progress | None = None
) -> Iterator[pa.RecordBatch]:
    """Rate a file's records and add them up on the way; yield what is to be written.

    Parameters
    ----------
    rater : Rater
    records : Records
        As `securecall.rating.files.open_records` gives them.
    sums : Summarizer
    progress : callable, optional
        Called with (rows done, all rows or None) after each piece.

    Source
    ------
    own.
    """
    done = 0
    for through, rating in records.batches:
        first = 0
        for piece in rater.rate(through, rating):
            sums.add(piece, rating.slice(first, piece.num_rows))
            first += piece.num_rows
            yield piece
            done += piece.num_rows
            if progress is not None:
                progress(done, records.rows)


def _codes(column: pa.Array, words: pa.Array) -> pa.Array:
    """Return the place of each value in a list of words, null where it is not there."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    dictionary = column.dictionary.cast(pa.string())
    return pc.index_in(dictionary, value_set=words, skip_nulls=True).take(column.indices)


def _counted(column: pa.Array) -> Iterator[tuple[str, int]]:
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    words = column.dictionary.to_pylist()
    for item in pc.value_counts(column.indices).to_pylist():
        yield words[item["values"]], item["counts"]


def _milliseconds(column: pa.Array) -> pa.Array:
    """Return starts as int64 UTC epoch milliseconds, finer parts cut off.

    That is the floor for all that are rated: those before 1970 are not.
    """
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("ms", "UTC"), safe=False)
    return column.cast(pa.int64())


def _add(sums: _rating.GroupSums, key: pa.Array, columns: list[pa.Array]) -> None:
    """Add rows that have a key and a value in the first column; integers, or decimals as ours."""
    key = key.cast(pa.int64())
    valid, values = key.buffers()
    parts = []
    for column in columns:
        there, content = column.buffers()
        parts.append((content, there, column.offset, column.type.bit_width // 8))
    sums.add(len(key), (values, valid, key.offset), parts)


def _instant(epoch_ms: int | None) -> datetime | None:
    return None if epoch_ms is None else datetime.fromtimestamp(epoch_ms / 1000, UTC)
