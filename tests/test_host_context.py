"""A host's decimal context changes nothing: no amount is rounded by it, and nothing raises."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import localcontext
from pathlib import Path

import pyarrow as pa

from securecall import regulation
from securecall.rating.call import Call
from securecall.rating.tariff import Tariff

EVERYTHING = Path(__file__).parent / "data" / "lint" / "everything.toml"
IN_2022 = datetime(2022, 5, 1, 18, tzinfo=UTC)
IN_2026 = datetime(2026, 5, 1, 18, tzinfo=UTC)


def _everything() -> list[object]:
    """Return what every door with money says, as text where it has no equality."""
    tariff = Tariff.load(EVERYTHING)
    said: list[object] = [
        [str(finding) for finding in tariff.lint(since=date(2019, 1, 1), until=date(2028, 1, 1))]
    ]
    for start in (IN_2022, IN_2026):
        rated = tariff.rate(Call("tx-harris", "+12125550123", start, 123_456_789))
        said += [rated.lines, rated.cap, rated.explain()]
    curve = tariff.curve(Call("tx-harris", "+17135550123", IN_2026, 1))
    said += [curve.total(9_999_999), curve.reach("123456.123456"), curve.final(60_000, 59_999)]
    asked = {"facility": "tx-harris", "method": "card", "channel": "web", "at": IN_2022}
    quotes = [
        tariff.quote_deposit("123456.25", **asked),  # type: ignore[arg-type]
        tariff.quote_credit("123456.25", **asked),  # type: ignore[arg-type]
    ]
    for quote in quotes:
        said += [quote.lines, quote.paid, quote.fees, quote.credited, quote.refund("0.333333")]
    table = pa.table(
        {
            "facility": ["tx-harris"],
            "number": ["+17135550123"],
            "start": pa.array([IN_2026], pa.timestamp("ms", "UTC")),
            "duration_ms": [123_456_789],
        }
    )
    said += tariff.rate_batch(table, explain=True).to_pylist()
    said.append(
        regulation.ceiling(
            at=date(2026, 5, 1), medium="audio", jurisdiction="international",
            facility_kind="jail", adp=500, bill_type="prepaid", state="CO",
            termination_per_minute="0.123456789",
        )
    )  # fmt: skip
    return said


def test_three_digits_and_every_trap_change_nothing() -> None:
    plain = _everything()
    with localcontext() as context:
        context.prec = 3
        for signal in context.traps:
            context.traps[signal] = True
        assert _everything() == plain
