"""Properties in the unit of people."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from securecall.ledger.values.units import in_dollars, in_utc, in_utc_or_none


class Paid:
    """Something with fields that count in the ledger's units."""

    paid_micros = 2_500_000
    at_ms = 7
    ended_ms = None

    paid = in_dollars("paid_micros")
    at = in_utc("at_ms")
    ended = in_utc_or_none("ended_ms")


def test_fields_are_read_in_dollars_and_instants() -> None:
    assert Paid().paid == Decimal("2.50")
    assert Paid().at == datetime(1970, 1, 1, 0, 0, 0, 7000, UTC)
    assert Paid().ended is None


def test_the_properties_say_what_they_return() -> None:
    assert Paid.paid.__doc__ == "Return paid in dollars."
    assert Paid.at.__doc__ == "Return at as an aware UTC instant."
