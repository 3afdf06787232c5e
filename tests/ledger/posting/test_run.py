"""A posting from its first record to its last: counts, refusals, totals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from tests.ledger.posting.rated import MAY, NOW, SCHEMA, record, table

from securecall.errors import InputError, InputTypeError, TotalsDiffer
from securecall.ledger.ledger import Ledger
from securecall.ledger.posting.records import Record
from securecall.ledger.posting.run import expected_of, refusals_of

ROWS = [record(f"c-{number}", "a", "0.20", tax="0.01") for number in range(5)]


def test_totals_that_agree_say_nothing(ledger: Ledger) -> None:
    ledger.open_account("a", at=MAY, opening="1.00")
    expected = {"rows": 5, "total": "1.05", "tax": Decimal("0.05")}
    made = ledger.post_records(table(ROWS), at=NOW, request_id="m", expected=expected, rows=2)
    assert (made.posted, made.refused) == (4, {"insufficient_funds": 1})
    assert (made.stream_total, made.posted_total) == (Decimal("1.05"), Decimal("0.84"))
    assert made.refused_total == Decimal("0.21")
    assert (made.operations, made.complete) == (3, False)
    assert made.parts == {"revenue": Decimal("0.80"), "tax:all": Decimal("0.04")}


def test_totals_that_differ_are_all_told_and_what_was_posted_stays(ledger: Ledger) -> None:
    ledger.open_account("a", at=MAY, opening="10")
    expected = {"rows": 6, "total": "1.06", "tax": "0.05"}
    with pytest.raises(TotalsDiffer, match="rows should be 6 and is 5; total should be") as caught:
        ledger.post_records(table(ROWS), at=NOW, request_id="m", expected=expected)
    assert caught.value.differing["rows"] == (6, 5)
    assert caught.value.posting.posted == 5
    assert ledger.posting("m").posted == 5


@pytest.mark.parametrize(
    ("given", "error"),
    [({"totals": "1"}, InputError), ({"total": 1.5}, InputTypeError), ({"total": "x"}, InputError)],
)
def test_totals_that_make_no_sense_are_refused(given: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        expected_of(given)


def test_progress_is_told_after_each_operation(ledger: Ledger) -> None:
    ledger.open_account("a", at=MAY, opening="10")
    told: list[int] = []
    ledger.post_records(table(ROWS), at=NOW, request_id="m", rows=2, progress=told.append)
    assert told == [2, 4, 5]


def test_refusals_are_a_batch() -> None:
    one = Record("", None, 0, 0, 0, 210_000, (), "no_account")
    assert refusals_of(40, [(2, one, "no_account")]).to_pylist() == [
        {
            "row": 42, "txn_key": None, "account": None, "start": datetime(1970, 1, 1, tzinfo=UTC),
            "total": Decimal("0.210000"), "code": "no_account",
        }
    ]  # fmt: skip


def test_a_stream_is_read_as_it_is_posted(ledger: Ledger) -> None:
    """Memory holds a batch and an operation: nothing is read ahead, however long the stream is."""
    ledger.open_account("a", at=MAY, opening="100")
    pulled: list[int] = []

    def batches() -> Iterator[pa.RecordBatch]:
        for number in range(20):
            pulled.append(number)
            rows = [record(f"c-{number}-{each}", "a") for each in range(5)]
            yield table(rows).to_batches()[0]

    ahead: list[int] = []
    reader = pa.RecordBatchReader.from_batches(SCHEMA, batches())
    made = ledger.post_records(
        reader,
        at=NOW,
        request_id="m",
        rows=10,
        progress=lambda done: ahead.append(5 * len(pulled) - done),
    )
    assert made.posted == 100
    assert len(ahead) == 10
    assert max(ahead) == 0
