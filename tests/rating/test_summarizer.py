"""Sums made as batches pass are those of plain loops, however the rows come."""

from __future__ import annotations

import tracemalloc
from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pyarrow import csv
from tests.rating.summing import TARIFF, calls, slow_sums

from securecall.rating.batch import Rater
from securecall.rating.call import Call
from securecall.rating.files import Records, open_records
from securecall.rating.summarizer import Summarizer, rate_and_sum
from securecall.rating.summary import CeilingSum, Summary
from securecall.rating.tariff import Tariff


def summed(records: pa.Table, rows_at_once: int = 1 << 17, tariff: Tariff = TARIFF) -> Summary:
    sums = Summarizer(tariff)
    for batch in tariff.rate_batch(records).to_batches(rows_at_once):
        sums.add(batch)
    return sums.summary()


def plain(summary: Summary) -> dict[str, Any]:
    """Return a summary in the form of the slow one."""
    return {
        "places": {
            (one.facility, one.jurisdiction): (
                one.calls, one.billed_ms, one.net, one.tax, one.total, one.state_paid, one.saved
            )
            for one in summary.by_place
        },
        "hours": {one.hour: astuple(one)[1:] for one in summary.by_hour if one.calls},
        "ceilings": {one.source: astuple(one)[1:] for one in summary.by_ceiling},
        "statuses": summary.statuses,
        "minutes": summary.by_minute,
    }  # fmt: skip


CALLS = calls(3000)


@pytest.fixture(scope="module")
def slow() -> dict[str, Any]:
    return slow_sums(TARIFF.rate_batch(CALLS))


def test_sums_are_those_of_a_loop_over_the_rows(slow: dict[str, Any]) -> None:
    summary = summed(CALLS)
    assert plain(summary) == slow
    assert summary.rows == 3000
    # The rows are of every kind, or the comparison would say little.
    assert {"ok", "unanswered", "bad_facility", "no_rate"} <= summary.statuses.keys()
    assert {"contract", "FCC2021_interim_reinstated", "CT_PA2154_free"} <= slow["ceilings"].keys()
    assert all(sum(one[index] for one in slow["places"].values()) for index in range(7))


@pytest.mark.parametrize("rows_at_once", [1, 7, 1000])
def test_sums_do_not_depend_on_how_the_rows_are_cut(rows_at_once: int) -> None:
    assert summed(CALLS, rows_at_once) == summed(CALLS)


def test_a_dictionary_a_large_string_and_other_units_of_time_give_the_same() -> None:
    table = CALLS.set_column(1, "facility", CALLS["facility"].dictionary_encode())
    table = table.set_column(2, "number", CALLS["number"].cast(pa.large_string()))
    for kind in (pa.timestamp("us", "America/Denver"), pa.timestamp("ns", "UTC"), pa.int64()):
        other = table.set_column(3, "start", CALLS["start"].cast(kind))
        assert plain(summed(other)) == plain(summed(CALLS))
    seconds = CALLS["start"].cast(pa.timestamp("s", "UTC"), safe=False)
    assert summed(CALLS.set_column(3, "start", seconds)).rows == 3000


def test_part_of_a_millisecond_before_1970_is_still_before() -> None:
    table = pa.table(
        {
            "facility": ["tx", "tx"],
            "number": ["+17135550123"] * 2,
            "start": pa.array([-1, 1_999], pa.timestamp("us", "UTC")),
            "duration_ms": [1000, 1000],
        }
    )
    summary = summed(table)
    assert summary.statuses == {"bad_time": 1, "ok": 1}
    assert summary.first == datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=UTC)
    # 18:00 in Texas, on the last day of 1969.
    assert [one.hour for one in summary.by_hour if one.calls] == [18]


def test_hours_are_read_from_each_facilitys_own_clock_also_when_it_changes() -> None:
    before = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # 01:30 in Texas, still summer; 02:30 EDT
    after = datetime(2026, 11, 1, 7, 30, tzinfo=UTC)  # 01:30 again; 02:30 in New York, 00:30 once
    table = pa.table(
        {
            "facility": ["tx", "tx", "ny", "ny"],
            "number": ["+17135550123"] * 4,
            "start": pa.array([before, after, before, after], pa.timestamp("ms", "UTC")),
            "duration_ms": [60_000] * 4,
        }
    )
    counted = {one.hour: one.calls for one in summed(table).by_hour if one.calls}
    assert counted == {1: 3, 2: 1}  # New York: 01:30, an hour after its clock went back, then 02:30


def test_the_instant_at_which_a_clock_changes_is_on_the_new_clock() -> None:
    change = datetime(2026, 11, 1, 7, tzinfo=UTC)  # 02:00 in Texas becomes 01:00
    for others in ([], [datetime(2026, 10, 1, tzinfo=UTC)], [datetime(2026, 12, 1, tzinfo=UTC)]):
        starts = [*others, change, change - timedelta(milliseconds=1)]
        table = pa.table(
            {
                "facility": ["tx"] * len(starts),
                "number": ["+17135550123"] * len(starts),
                "start": pa.array(starts, pa.timestamp("ms", "UTC")),
                "duration_ms": [60_000] * len(starts),
            }
        )
        counted = {one.hour: one.calls for one in summed(table).by_hour if one.calls}
        assert counted[1] == 2


def test_a_batch_longer_than_a_piece_is_read_beside_its_own_rows() -> None:
    rows = 70_000
    early, late = 1_772_870_400_000, 1_772_870_400_000 + 5 * 3_600_000  # 02:00 and 07:00 in Texas
    rating = pa.record_batch(
        {
            "facility": ["tx"] * rows,
            "number": ["+17135550123"] * rows,
            "start": pa.array([early] * 65_536 + [late] * (rows - 65_536)),
            "duration_ms": pa.array([60_000] * rows, pa.int64()),
        }
    )
    through = pa.record_batch({"line": pa.array(range(rows))})
    records = Records(through.schema, iter([(through, rating)]), rating.schema, rows)
    rater = Rater(TARIFF, records.schema, rating_schema=records.rating_schema)
    sums = Summarizer(TARIFF)
    assert [piece.num_rows for piece in rate_and_sum(rater, records, sums)] == [65_536, 4_464]
    counted = {one.hour: one.calls for one in sums.summary().by_hour if one.calls}
    assert counted == {2: 65_536, 7: 4_464}


def test_rows_that_passed_through_as_text_are_read_as_rating_read_them(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    csv.write_csv(CALLS, path)
    records = open_records(str(path))
    rater = Rater(TARIFF, records.schema, rating_schema=records.rating_schema)
    sums = Summarizer(TARIFF)
    told: list[tuple[int, int | None]] = []
    out = list(rate_and_sum(rater, records, sums, lambda done, rows: told.append((done, rows))))
    assert sum(batch.num_rows for batch in out) == 3000
    assert told[-1] == (3000, None)
    found, wanted = sums.summary(), summed(CALLS)
    # An empty cell and a null are not the same damage, but what has a price has the same.
    assert found.by_place == wanted.by_place
    assert found.by_hour == wanted.by_hour
    assert found.most_saved == wanted.most_saved


def test_a_file_rated_earlier_can_be_summed(tmp_path: Path) -> None:
    path = tmp_path / "rated.parquet"
    pq.write_table(TARIFF.rate_batch(CALLS), path)
    sums = Summarizer(TARIFF)
    for batch in pq.ParquetFile(path).iter_batches(500):
        sums.add(batch)
    assert sums.summary() == summed(CALLS)


def test_the_call_that_ceilings_lowered_most_and_the_one_a_state_paid_most() -> None:
    summary = summed(CALLS)
    rated = [
        TARIFF.rate(Call(**{k: v for k, v in row.items() if v is not None}))
        for row, status in zip(
            CALLS.to_pylist(), TARIFF.rate_batch(CALLS)["status"].to_pylist(), strict=True
        )
        if status == "ok"
    ]
    assert summary.most_saved is not None
    assert summary.most_shared is not None
    saved = max(rated, key=lambda one: one.saved_micros)
    shared = max(rated, key=lambda one: one.state_paid_micros)
    assert summary.most_saved.call_id == saved.call.call_id
    assert summary.most_shared.call_id == shared.call.call_id
    assert TARIFF.rate(summary.most_saved).saved_micros == saved.saved_micros > 0
    assert TARIFF.rate(summary.most_shared).total == shared.total


def test_where_nothing_was_lowered_there_is_no_such_call() -> None:
    table = CALLS.filter(pc.equal(CALLS["duration_ms"], 0))
    summary = summed(table)
    assert summary.most_saved is None
    assert summary.most_shared is None
    assert summary.by_ceiling == ()
    assert summary.by_minute == (0,) * 61


def test_no_rows_are_sums_of_nothing() -> None:
    summary = summed(CALLS.slice(0, 0))
    assert (summary.rows, summary.total, summary.first) == (0, Decimal(0), None)
    assert len(summary.by_hour) == 24


def test_rows_that_are_all_rejected_have_no_money_and_no_time() -> None:
    nulls = pa.table(
        {
            "facility": pa.nulls(3),
            "number": pa.nulls(3),
            "start": pa.nulls(3),
            "duration_ms": pa.nulls(3),
        }
    )
    summary = summed(nulls)
    assert summary.statuses == {"bad_facility": 3}
    assert summary.rejected == 3
    assert summary.by_place == ()
    assert summary.first is None


def test_a_charge_that_no_ceiling_but_a_bar_on_fees_lowered_is_counted() -> None:
    # In 2018 no ceiling within Texas was known, but the charge for the call itself was barred.
    start = datetime(2018, 5, 1, tzinfo=UTC)
    tariff = Tariff.loads(
        """
        [[facility]]
        id = "f"
        kind = "jail"
        adp = 8932
        state = "TX"
        timezone = "America/Chicago"
        contract = "c"
        [[contract]]
        id = "c"
        [[contract.rate]]
        id = "all"
        connect_fee = "0.50"
        steps = [{ price = "0.01", per_ms = 60_000, increment_ms = 60_000 }]
        """
    )
    table = pa.table(
        {
            "facility": ["f"],
            "number": ["+17135550123"],
            "start": pa.array([start], pa.timestamp("ms", "UTC")),
            "duration_ms": [60_000],
        }
    )
    summary = summed(table, tariff=tariff)
    assert summary.saved == Decimal("0.50")
    assert summary.by_ceiling == (CeilingSum(None, 1, 1, Decimal("0.50")),)


def test_amounts_beyond_what_a_float_holds_are_added_exactly() -> None:
    tariff = Tariff.loads(
        """
        [[facility]]
        id = "f"
        timezone = "America/Chicago"
        contract = "c"
        regulation = "none"
        [[contract]]
        id = "c"
        [[contract.rate]]
        id = "all"
        steps = [{ price = "999999999999.999999", per_ms = 1, increment_ms = 1 }]
        """
    )
    table = pa.table(
        {
            "facility": ["f"] * 5000,
            "number": ["+1"] * 5000,
            "start": pa.array([0] * 5000, pa.timestamp("ms", "UTC")),
            "duration_ms": [1] * 5000,
        }
    )
    assert summed(table, 1000, tariff).total == 5000 * Decimal("999999999999.999999")


def test_memory_does_not_grow_with_the_rows() -> None:
    rated = TARIFF.rate_batch(CALLS).to_batches()
    sums = Summarizer(TARIFF)

    def peak(times: int) -> int:
        tracemalloc.reset_peak()
        held = pa.total_allocated_bytes()
        for _ in range(times):
            for batch in rated:
                sums.add(batch)
        grown = pa.total_allocated_bytes() - held
        return tracemalloc.get_traced_memory()[1] + grown

    tracemalloc.start()
    try:
        few = peak(3)
        many = peak(60)
    finally:
        tracemalloc.stop()
    assert many < few + 100_000


def test_a_batch_that_rating_read_elsewhere_may_lack_the_id() -> None:
    rated = TARIFF.rate_batch(CALLS).to_batches()[0]
    sums = Summarizer(TARIFF)
    sums.add(rated, CALLS.drop_columns(["call_id"]).to_batches()[0])
    found = sums.summary()
    assert found == summed(CALLS)
    assert replace(found, rows=0) != found


def test_places_only_leaves_the_rest_empty() -> None:
    from tests.rating.test_batch import HOUSE, many

    whole, places = Summarizer(HOUSE), Summarizer(HOUSE, places_only=True)
    for batch in HOUSE.rate_stream(many(500)):
        whole.add(batch)
        places.add(batch)
    full, found = whole.summary(), places.summary()
    assert (found.rows, found.statuses, found.by_place) == (
        *(full.rows, full.statuses, full.by_place),
    )
    assert found.by_place
    assert full.by_ceiling
    assert (found.by_ceiling, found.first, found.most_saved) == ((), None, None)
    assert not any(found.by_minute)
