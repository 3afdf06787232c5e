"""The face of postings: arguments, names, and what a posting has done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.ledger.posting.rated import MAY, NOW, record, table

from securecall.errors import ColumnError, InputError, InputTypeError, Unknown
from securecall.ledger.ledger import Ledger


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"request_id": "n" * 161}, InputError),
        ({"request_id": "#1"}, InputError),
        ({"rows": 0}, InputError),
        ({"rows": 1.5}, InputTypeError),
        ({"at": "yesterday"}, InputTypeError),
        ({"expected": {"sum": "1"}}, InputError),
        ({"records": 7}, InputTypeError),
        ({"records": table(record("c", "a")).drop_columns(["account"])}, ColumnError),
    ],
)
def test_arguments_that_cannot_be_used_move_nothing(
    ledger: Ledger, options: dict[str, Any], error: type[Exception]
) -> None:
    ledger.open_account("a", at=MAY, opening="1")
    given = {"records": table(record("c", "a")), "at": NOW, "request_id": "m", **options}
    with pytest.raises(error):
        ledger.post_records(given.pop("records"), **given)
    assert ledger.balance("a").posted == Decimal("1")


def test_a_posting_says_what_all_its_runs_have_put_into_the_books(ledger: Ledger) -> None:
    ledger.open_account("a", at=MAY, opening="10")
    rows = [record(f"c-{number}", "a", "0.20", tax="0.01") for number in range(5)]
    ledger.post_records(table(rows[:3]), at=NOW, request_id="m", rows=2)
    ledger.post_records(table(rows[3:], rows), at=NOW + 1, request_id="m", rows=2)
    state = ledger.posting("m")
    assert (state.posted, state.total) == (5, Decimal("1.05"))
    assert state.parts == {"revenue": Decimal("1.00"), "tax:all": Decimal("0.05")}
    assert (state.first_ms, state.last_ms) == (NOW, NOW + 1)
    with pytest.raises(Unknown, match="posting"):
        ledger.posting("other")


def test_a_table_without_rows_is_a_posting_of_nothing(ledger: Ledger) -> None:
    made = ledger.post_records(table(), at=NOW, request_id="m", expected={"rows": 0, "total": "0"})
    assert (made.rows, made.operations, made.complete) == (0, 0, True)
