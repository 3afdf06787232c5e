"""Rated records held against the books, record by record."""

from __future__ import annotations

from decimal import Decimal

from tests.ledger.posting.rated import MAY, NOW, record, table

from securecall.ledger.ledger import Ledger


def test_what_is_there_missing_and_different_is_told(ledger: Ledger) -> None:
    ledger.open_account("a", at=MAY, opening="1.00")
    posted = [record(f"c-{number}", "a") for number in range(3)]
    ledger.post_records(table(posted), at=NOW, request_id="m")
    before = ledger.verify()
    assert ledger.check_records(table(posted), rows=2).ok
    found = ledger.check_records(
        table(
            posted[:2],
            record("c-2", "a", "0.22"),
            record("c-3", "a", "0.30"),
            record("c-4", "a", "0"),
            record("c-5", "a", status="no_rate", net=None),
        ),
        rows=4,
    )
    assert not found.ok
    assert (found.rows, found.there, found.missing, found.different) == (6, 2, 1, 1)
    assert (found.free, found.unrated) == (1, 1)
    assert found.examples == (("c-2", "different"), ("c-3", "missing"))
    assert (found.there_total, found.missing_total) == (Decimal("0.42"), Decimal("0.30"))
    assert (found.different_total, found.stream_total) == (Decimal("0.22"), Decimal("0.94"))
    assert ledger.verify() == before
