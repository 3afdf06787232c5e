"""A posting from its first record to its last: parts, counts, refusals, totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from securecall.errors import InputError, TotalsDiffer, did_you_mean
from securecall.ledger.posting.records import Part
from securecall.ledger.values.posting import PostedPart, Posting
from securecall.money import decimal_of, dollars

if TYPE_CHECKING:
    from securecall.ledger.posting.records import Record

__all__ = ["Tally", "expected_of", "refusals_of"]

TOTALS = ("rows", "total", "tax")


def expected_of(given: Mapping[str, Any] | None) -> dict[str, int | Decimal]:
    """Return control totals: rows as a whole number, amounts in dollars.

    Raises
    ------
    InputError
        There is no such total.
    InputTypeError
        An amount is in binary floating point.
    """
    found: dict[str, int | Decimal] = {}
    for name, value in (given or {}).items():
        if name not in TOTALS:
            raise InputError(
                f"expected must name {', '.join(TOTALS)}, not {name!r}" + did_you_mean(name, TOTALS)
            )
        if name == "rows":
            found[name] = int(value)
        else:
            found[name] = decimal_of(value, f"expected {name}")
    return found


def refusals_of(first: int, records: Iterable[tuple[int, Record, str]]) -> pa.RecordBatch:
    """Return refused records as a batch: row, txn_key, account, start, total, code."""
    rows = list(records)
    return pa.record_batch(
        {
            "row": pa.array([first + place for place, _, _ in rows], pa.int64()),
            "txn_key": pa.array([each.key or None for _, each, _ in rows], pa.string()),
            "account": pa.array([each.account for _, each, _ in rows], pa.string()),
            "start": pa.array([each.start_ms for _, each, _ in rows], pa.timestamp("ms", "UTC")),
            "total": pa.array(
                [dollars(each.total_micros) for _, each, _ in rows], pa.decimal128(18, 6)
            ),
            "code": pa.array([code for _, _, code in rows], pa.string()),
        }
    )


class Tally:
    """What became of the records so far."""

    def __init__(self, name: str, refusals: Callable[[pa.RecordBatch], object] | None) -> None:
        self._name = name
        self._refusals = refusals
        self._counts: Counter[str] = Counter()
        self._parts: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self.rows = 0

    def add(self, part: Part, answer: PostedPart, *, repeated: bool) -> None:
        """Add an operation's answer; of a repeated one all that was posted was there."""
        counts, records = self._counts, part.records
        self.rows += len(records)
        counts["operations"] += not repeated
        counts["stream_micros"] += sum(each.total_micros for each in records)
        counts["tax_micros"] += sum(tax for each in records for _, tax in each.taxes)
        counts["free"] += answer.free
        what = "already" if repeated else "posted"
        counts[what] += answer.posted
        counts[f"{what}_micros"] += answer.total_micros
        counts["already"] += answer.already
        counts["already_micros"] += answer.already_micros
        if not repeated:
            self._parts.update(dict(answer.parts_micros))
        if answer.refusals:
            rows = [(place, records[place], code) for place, code in answer.refusals]
            self._refused.update(code for _, _, code in rows)
            counts["refused_micros"] += sum(each.total_micros for _, each, _ in rows)
            if self._refusals is not None:
                self._refusals(refusals_of(part.first, rows))

    def result(self, expected: Mapping[str, int | Decimal]) -> Posting:
        """Return what became of all of them.

        Raises
        ------
        TotalsDiffer
            The stream was not what was expected.
        """
        count = self._counts
        made = Posting(
            self._name, self.rows, count["posted"], count["already"], count["free"],
            dict(self._refused.most_common()), count["stream_micros"], count["posted_micros"],
            count["already_micros"], count["refused_micros"], dict(sorted(self._parts.items())),
            count["operations"],
        )  # fmt: skip
        assert made.rows == made.posted + made.already + made.free + self._refused.total()
        assert made.stream_micros == (
            made.posted_micros + made.already_micros + made.refused_micros
        ), "every record is posted, there already, free or refused"
        found = {
            "rows": self.rows,
            "total": dollars(count["stream_micros"]),
            "tax": dollars(count["tax_micros"]),
        }
        differing = {
            name: (wanted, found[name])
            for name, wanted in expected.items()
            if wanted != found[name]
        }
        if differing:
            raise TotalsDiffer(differing, made)
        return made
