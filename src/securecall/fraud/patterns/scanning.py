"""Call records in, findings out: once through the stream, in memory that its windows bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from securecall.errors import InputError
from securecall.fraud.patterns.block import Block, Texts
from securecall.fraud.patterns.catalogue import patterns_of
from securecall.fraud.patterns.columns import BAD, Columns, open_stream
from securecall.fraud.patterns.episode import Episodes
from securecall.fraud.patterns.finding import Finding, finding_order, findings_table
from securecall.fraud.patterns.hits import Hits, Named
from securecall.fraud.patterns.ordering import Ordering
from securecall.fraud.patterns.pattern import MOST, Pattern

__all__ = ["LATENESS_MS", "Scan", "Scanner", "scan"]

LATENESS_MS: Final = 7_200_000
ROWS_MAX: Final = 1 << 17  # of a block: what is worked on at once, however large a batch is
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found, and what was not looked at.

    Attributes
    ----------
    findings : tuple of Finding
        In the order of ``first_at``, pattern and subject.
    rows : int
        Records that were read.
    bad : mapping of str to int
        Rows that were left out, by what is wrong with them: ``bad_time``, ``bad_duration``,
        ``bad_facility``, ``late``.
    notes : tuple of str
        What else a reader should know: patterns that could not find anything, words of outcomes
        that are not known.

    Source
    ------
    own.
    """

    findings: tuple[Finding, ...]
    rows: int
    bad: Mapping[str, int]
    notes: tuple[str, ...]

    @property
    def table(self) -> pa.Table:
        """The findings as an Arrow table."""
        return findings_table(self.findings)


class Scanner:
    """Looks for patterns in batches as they come.

    Parameters
    ----------
    parameters : iterable of dataclass, optional
        ``Velocity(calls=20)`` and the like.
    only : iterable of str, optional
        Names of the patterns to look for.
    lateness_ms : int, optional
        How far a record's start may lie before the latest start before it; two hours.

    Raises
    ------
    BuildError
        numba is not installed.
    InputError
        There is no such pattern, or ``lateness_ms`` is out of range.

    Source
    ------
    own; docs/patterns.md.
    """

    def __init__(
        self,
        parameters: Iterable[Any] = (),
        *,
        only: Iterable[str] | None = None,
        lateness_ms: int = LATENESS_MS,
    ) -> None:
        if not isinstance(lateness_ms, int) or not 0 <= lateness_ms <= MOST:
            raise InputError(f"lateness_ms must be a whole number of 0 or more, not {lateness_ms}")
        self._patterns: list[tuple[Pattern, Episodes]] = [
            (pattern, Episodes(pattern)) for pattern in patterns_of(parameters, only)
        ]
        self._ordering = Ordering(lateness_ms)
        self._texts = Texts()
        self._columns: Columns | None = None
        self._schema: pa.Schema | None = None
        self._bad: Counter[str] = Counter()
        self.rows = 0

    @property
    def bad(self) -> dict[str, int]:
        """Rows left out so far, by what is wrong with them."""
        return {name: self._bad[name] for name in BAD if self._bad[name]}

    @property
    def notes(self) -> tuple[str, ...]:
        """What else a reader should know."""
        told = [
            f"{pattern.name}: looked for nothing: {why}"
            for pattern, _ in self._patterns
            if (why := pattern.idle()) is not None
        ]
        columns = self._columns
        if columns is not None:
            if not columns.has_person:
                told.append("there is neither a person nor an account: who calls is not known")
            told += [
                f"outcome {word!r} is no word of ours, in {count} records"
                for word, count in columns.words.most_common(10)
            ]
        return tuple(told)

    @property
    def bytes_held(self) -> int:
        """What is remembered of subjects."""
        return sum(pattern.bytes_held for pattern, _ in self._patterns)

    def feed(self, batch: pa.RecordBatch) -> list[Finding]:
        """Look at a batch; return the findings that are over.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
            Every one of a stream has the same columns.

        Raises
        ------
        ColumnError
            A column is missing or cannot be read.
        InputError
            Its columns differ from those of the batch before.

        Source
        ------
        own.
        """
        if self._columns is None or self._schema is None:
            self._columns, self._schema = Columns(batch.schema), batch.schema
        elif not batch.schema.equals(self._schema):
            raise InputError(
                f"a batch has the columns {batch.schema.names} of types {batch.schema.types}, "
                f"those before it {self._schema.names} of types {self._schema.types}"
            )
        found = []
        for at in range(0, batch.num_rows, ROWS_MAX):
            found += self._feed(batch.slice(at, ROWS_MAX), self._columns)
        return found

    def _feed(self, batch: pa.RecordBatch, columns: Columns) -> list[Finding]:
        block = columns.read(batch, self.rows, self._bad)
        self._texts.hold(self.rows, columns.texts(batch))
        self.rows += batch.num_rows
        late = self._ordering.late(block.start_ms)
        if late.any():
            self._bad["late"] += int(late.sum())
            block = block.take(np.flatnonzero(~late))
        found = list(self._look(self._ordering.push(block)))
        held = self._ordering.first_held()
        self._texts.release(self.rows if held is None else held)
        return found

    def finish(self) -> list[Finding]:
        """Say that the stream is over; return the findings that were still open.

        Source
        ------
        own.
        """
        found = list(self._look(self._ordering.flush()))
        for pattern, episodes in self._patterns:
            found += self._add(pattern, episodes, pattern.finish(), None)
            found += episodes.close(None)
        return found

    def _look(self, block: Block | None) -> Iterator[Finding]:
        if block is None:
            return
        for pattern, episodes in self._patterns:
            if hasattr(pattern, "names_from"):
                pattern.names_from(lambda row, pattern=pattern: self._name(pattern, block, row))
            yield from self._add(pattern, episodes, pattern.feed(block), block)
            # A pattern that waits for the end of a day hits behind it, a day back at most.
            yield from episodes.close(int(block.start_ms[-1]) - 86_400_000)

    def _add(
        self, pattern: Pattern, episodes: Episodes, hits: Hits, block: Block | None
    ) -> Iterator[Finding]:
        if not len(hits):
            return iter(())
        if hits.names is not None and hits.keys is not None:
            return episodes.add(hits.keys.tolist(), hits, hits.names.__getitem__)
        assert block is not None
        keys = pattern.keys(block)[hits.row].tolist()
        rows = hits.row
        return episodes.add(keys, hits, lambda hit: self._name(pattern, block, int(rows[hit])))

    def _name(self, pattern: Pattern, block: Block, row: int) -> Named:
        read, of = self._texts.read, int(block.row[row])
        subject = read(of, *pattern.subject)
        facility = read(of, "facility")
        assert subject is not None
        assert facility is not None
        return subject, facility, read(of, "call_id")


def scan(
    records: Any,
    parameters: Iterable[Any] = (),
    *,
    only: Iterable[str] | None = None,
    lateness_ms: int = LATENESS_MS,
    progress: Progress | None = None,
) -> Scan:
    """Look for patterns of fraud in call records.

    Parameters
    ----------
    records : object
        Anything that speaks Arrow: a table, a batch, a stream. Columns: docs/patterns.md.
    parameters : iterable of dataclass, optional
        ``[Velocity(calls=20), HotNumber(numbers=["+15550100"])]``; the others have defaults.
    only : iterable of str, optional
        Names of the patterns to look for; all of them if not said.
    lateness_ms : int, optional
        How far a record's start may lie before the latest start before it. Later ones are counted
        as ``late`` and left out.
    progress : function, optional
        Called with (records read, None) after each batch.

    Returns
    -------
    Scan

    Raises
    ------
    BuildError
        numba is not installed (``pip install securecall[patterns]``).
    ColumnError
        A column is missing, or of a type that is refused.
    InputError
        There is no such pattern, or a parameter is out of range.
    InputTypeError
        The records are no Arrow table.

    Notes
    -----
    Time grows with the records; memory with the subjects of one window and the findings.

    Source
    ------
    own; docs/patterns.md.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from securecall.fraud.patterns import HotNumber, scan
    >>> calls = pa.table({
    ...     "call_id": ["c-1"], "facility": ["tx"], "number": ["+17135550123"],
    ...     "start": [1_777_658_400_000], "duration_ms": [60_000], "person": ["p-1"],
    ... })
    >>> found = scan(calls, [HotNumber(numbers=["+17135550123"])])
    >>> [(one.pattern, one.subject, one.calls) for one in found.findings]
    [('hot_number', '+17135550123', 1)]
    """
    scanner = Scanner(parameters, only=only, lateness_ms=lateness_ms)
    reader = open_stream(records)
    columns = Columns(reader.schema)  # refuses a table of no rows, too
    scanner._columns, scanner._schema = columns, reader.schema
    found: list[Finding] = []
    for batch in reader:
        found += scanner.feed(batch)
        if progress is not None:
            progress(scanner.rows, None)
    found += scanner.finish()
    found.sort(key=finding_order)
    return Scan(tuple(found), scanner.rows, scanner.bad, scanner.notes)
