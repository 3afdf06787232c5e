"""Re-rating: only what changes, with a reason, and totals that add up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.harris import NUMBER, START_MS, by_minute, by_second, records, tariff, text

from securecall.errors import ColumnError, InputTypeError
from securecall.rating.batch import ROWS
from securecall.rating.compare import REASONS, Comparison
from securecall.rating.tariff import Tariff

TAX = '[[tax]]\nid = "state"\npercent = "6.25"\n'
TEN = tariff(by_minute("0.10"))
TWELVE = tariff(by_minute("0.12"))


def reasons(found: Comparison) -> list[str]:
    return found.rows["reason"].to_pylist()


def test_nothing_changes_between_a_tariff_and_itself() -> None:
    found = TEN.compare(records(5), tariff(by_minute("0.10")))
    assert (found.compared, found.rows.num_rows, found.totals.num_rows) == (5, 0, 0)


def test_only_the_rows_that_change_with_before_after_and_difference() -> None:
    table = records([0, 60_000, 61_000, -1], call_id=["a", "b", "c", "d"], account="x", extra="y")
    found = TEN.compare(table, TWELVE)
    assert found.compared == 4
    assert found.rows.column_names[:8] == [
        *("row", "call_id", "facility", "account", "number", "start", "reason", "difference")
    ]
    assert "extra" not in found.rows.column_names
    rows = found.rows.to_pylist()
    assert [(row["row"], row["call_id"]) for row in rows] == [(1, "b"), (2, "c")]
    assert rows[1]["total_before"] == Decimal("0.20")
    assert rows[1]["total_after"] == Decimal("0.24")
    assert [row["difference"] for row in rows] == [Decimal("0.02"), Decimal("0.04")]
    assert rows[0]["rate_id_before"] == rows[0]["rate_id_after"] == "r0"


def test_totals_are_by_facility_and_reason_and_add_up() -> None:
    two = text(by_minute("0.10")).replace(
        "[[contract]]",
        text().partition("[[contract]]")[0].replace('id = "f"', 'id = "g"') + "[[contract]]",
    )
    before = Tariff.loads(two)
    after = Tariff.loads(two.replace("0.10", "0.12"))
    table = records([60_000] * 6, facility=["f", "g", "g", "f", "nowhere", None])
    found = before.compare(table, after)
    totals = found.totals.to_pylist()
    assert [(row["facility"], row["reason"], row["rows"]) for row in totals] == [
        *(("f", "price", 2), ("g", "price", 2))
    ]
    for row in totals:
        mine = [one for one in found.rows.to_pylist() if one["facility"] == row["facility"]]
        assert row["before"] == sum(one["total_before"] for one in mine)
        assert row["after"] == sum(one["total_after"] for one in mine)
        assert row["difference"] == row["after"] - row["before"] == Decimal("0.04")


@pytest.mark.parametrize(
    ("reason", "before", "after"),
    [
        ("status", TEN, tariff(by_minute("0.10") + '\nmedium = "video"')),
        ("rate", TEN, tariff('id = "other"\n' + by_minute("0.12"))),
        ("ceiling", TEN, tariff(by_minute("0.10") + '\nmax_total = "0.05"')),
        ("price", TEN, TWELVE),
        ("price", TEN, tariff(by_second("0.06"))),
        ("tax", TEN, tariff(by_minute("0.10"), tail=TAX)),
    ],
)
def test_the_reason_is_the_first_thing_that_differs(
    reason: str, before: Tariff, after: Tariff
) -> None:
    assert reasons(before.compare(records(), after)) == [reason]
    assert reasons(after.compare(records(), before)) == [reason]
    assert reason in REASONS


def test_a_row_that_had_no_price_and_has_one_counts_from_zero() -> None:
    house = tariff(by_minute("0.10") + '\nmedium = "video"')
    found = house.compare(records(), TEN)
    (row,) = found.rows.to_pylist()
    assert (row["status_before"], row["status_after"]) == ("no_rate", "ok")
    assert (row["total_before"], row["difference"]) == (None, None)
    (total,) = found.totals.to_pylist()
    assert (total["before"], total["after"]) == (0, Decimal("0.10"))


def test_a_date_compares_with_what_was_then_believed_to_be_the_law() -> None:
    house = tariff(by_minute("0.30"), regulated=True)
    table = records(2)
    found = house.compare(table, date(2024, 1, 1))
    same = house.compare(table, house.known(date(2024, 1, 1)))
    assert found.rows.equals(same.rows)
    assert set(reasons(found)) <= {"ceiling", "price"}
    assert found.rows.num_rows == 2
    at = datetime(2024, 1, 1, 12, tzinfo=UTC)
    assert house.compare(table, at).rows.equals(found.rows)


@pytest.mark.parametrize("other", [None, "other.toml", 2024, 1.5])
def test_another_thing_to_compare_with_is_refused(other: object) -> None:
    with pytest.raises(InputTypeError, match="compare with another Tariff, or with a date"):
        TEN.compare(records(), other)  # type: ignore[arg-type]


def test_a_table_that_rating_refuses_is_refused() -> None:
    with pytest.raises(ColumnError):
        TEN.compare(records(number=None), TWELVE)


def test_rated_columns_of_the_input_are_not_in_the_way() -> None:
    rated = TEN.rate_batch(records(2))
    assert TEN.compare(rated, TWELVE).rows.num_rows == 2


KINDS = [
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    pa.dictionary(pa.int8(), pa.string()),
    pa.dictionary(pa.int16(), pa.string_view()),
]


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_names_of_calls_may_be_any_kind_of_text(kind: pa.DataType) -> None:
    def column(word: str) -> pa.Array:
        if pa.types.is_dictionary(kind):
            words = pa.array([word], kind.value_type)
            return pa.DictionaryArray.from_arrays(pa.array([0, 0], kind.index_type), words)
        return pa.array([word] * 2, kind)

    names = {"facility": "f", "number": NUMBER, "call_id": "a", "account": "b"}
    table = records(2, **{name: column(word) for name, word in names.items()})
    found = TEN.compare(table, TWELVE)
    for name, word in names.items():
        assert found.rows[name].to_pylist() == [word] * 2
    assert found.totals["facility"].to_pylist() == ["f"]
    none = TEN.compare(table, TEN)
    assert none.rows.schema == found.rows.schema
    assert none.totals.schema.names == found.totals.schema.names


def test_rows_are_counted_across_pieces_and_progress_is_told() -> None:
    rows = ROWS + 10
    table = records([60_000 if row % (ROWS // 2) == 7 else 0 for row in range(rows)])
    told: list[tuple[int, int | None]] = []
    found = TEN.compare(table, TWELVE, progress=lambda *done: told.append(done))
    assert found.rows["row"].to_pylist() == [7, ROWS // 2 + 7, ROWS + 7]
    assert found.compared == rows
    assert told == [(ROWS, rows), (rows, rows)]
    chunked = pa.concat_tables([table.slice(0, 100), table.slice(100)])
    assert TEN.compare(chunked.to_reader(), TWELVE).rows.equals(found.rows)


@given(
    durations=st.lists(st.integers(-1, 300_000), max_size=20),
    prices=st.tuples(*[st.sampled_from(("0.10", "0.12", "0.30"))] * 2),
    cap=st.sampled_from(("", '\nmax_total = "0.25"', '\nconnect_fee = "0.01"')),
    regulated=st.booleans(),
)
def test_what_changed_and_what_did_not_are_all_the_rows(
    durations: list[int], prices: tuple[str, str], cap: str, regulated: bool
) -> None:
    before = tariff(by_minute(prices[0]), regulated=regulated)
    after = tariff(by_minute(prices[1]) + cap, regulated=regulated, tail=TAX)
    table = records(durations, start=pa.array([START_MS] * len(durations), pa.int64()))
    found = before.compare(table, after)
    old = before.rate_batch(table).to_pylist()
    new = after.rate_batch(table).to_pylist()
    changed = [
        row
        for row, (one, other) in enumerate(zip(old, new, strict=True))
        if any(one[name] != other[name] for name in ("status", "net", "tax", "total", "state_paid"))
    ]
    assert found.rows["row"].to_pylist() == changed
    assert found.compared == len(durations)
    assert None not in reasons(found)
    totals = found.totals.to_pylist()
    assert sum(row["rows"] for row in totals) == len(changed)
    assert sum(row["before"] for row in totals) == sum(old[row]["total"] or 0 for row in changed)
    assert sum(row["after"] for row in totals) == sum(new[row]["total"] or 0 for row in changed)
    for row in found.rows.to_pylist():
        for name in ("status", "net", "total", "billed_ms", "rate_id", "cap_source"):
            assert row[f"{name}_before"] == old[row["row"]][name]
            assert row[f"{name}_after"] == new[row["row"]][name]
