"""The large example: what it makes up has the shares that it states, and it shows the outcome."""

from __future__ import annotations

import json
import math
from collections import Counter
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from examples.month import generate
from examples.month.repeats import repeated_ids
from examples.month.switches import rate_captured
from tests.examples.test_examples import EXAMPLES, run

from securecall.rating.tariff import Tariff

MAY = date(2026, 5, 1)
ROWS = 20_000
TARIFF = Tariff.load(EXAMPLES / "month" / "tariff.toml")
EDGES = {"county-large": (7, 19, 23)}  # hours at which a window of the contract ends


@lru_cache
def month(rows: int = ROWS, seed: int = 1, first: date = MAY) -> pa.Table:
    return pa.Table.from_batches(
        generate.batches(TARIFF, rows=rows, seed=seed, month=first), generate.SCHEMA
    )


def near(count: int, share: float, of: int) -> bool:
    """Return whether a count is within five standard deviations of what a share gives."""
    return abs(count - share * of) < 5 * math.sqrt(of * share * (1 - share)) + 1


@lru_cache
def good_calls() -> list[dict[str, object]]:
    """Return the answered calls that are not damaged, with their local start."""
    zones = {one.id: ZoneInfo(one.timezone) for one in TARIFF.document.facilities}
    contracts = {one.id: one.contract for one in TARIFF.document.facilities}
    table = TARIFF.rate_batch(month())
    calls = [row for row in table.to_pylist() if row["status"] in ("ok", "no_rate")]
    for row in calls:
        row["local"] = row["start"].astimezone(zones[row["facility"]])
        row["contract"] = contracts[row["facility"]]
    return calls


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        rows = generate.write_month(tmp_path / name, TARIFF, rows=3_000, seed=seed, month=MAY)
        assert rows == pq.read_metadata(tmp_path / name).num_rows >= 3_000
    files = {name: (tmp_path / name).read_bytes() for name in "abc"}
    assert files["a"] == files["b"] != files["c"]


def test_calls_run_over_the_end_of_a_window_and_over_midnight_as_often_as_stated() -> None:
    calls = good_calls()
    across_window = across_midnight = 0
    for row in calls:
        begins = row["local"].hour * 3_600_000 + row["local"].minute * 60_000
        begins += row["local"].second * 1000 + row["local"].microsecond // 1000
        ends = begins + row["duration_ms"]
        across_midnight += ends > generate.DAY_MS
        across_window += any(
            begins < hour * 3_600_000 < ends for hour in EDGES.get(row["contract"], ())
        )
    assert near(across_window, generate.ACROSS_WINDOW, len(calls))
    assert near(across_midnight, generate.ACROSS_MIDNIGHT, len(calls))


def test_rows_are_damaged_unanswered_and_unreachable_as_often_as_stated() -> None:
    statuses = Counter(TARIFF.rate_batch(month())["status"].to_pylist())
    total = month().num_rows
    damaged = sum(count for status, count in statuses.items() if status.startswith("bad_"))
    assert near(damaged, generate.BAD, total)
    assert near(statuses["unanswered"], generate.UNANSWERED, total)
    answered = total - statuses["unanswered"]
    assert near(statuses["no_rate"], generate.UNKNOWN_PREFIX, answered)
    assert statuses["overflow"] == 0


def test_each_kind_of_damage_gets_the_status_that_it_is_there_for() -> None:
    statuses = Counter(TARIFF.rate_batch(month())["status"].to_pylist())
    kinds = Counter(status for _, status in generate.DAMAGES)
    bad = sum(statuses[status] for status in kinds)
    for status, kind in kinds.items():
        assert near(statuses[status], kind / len(generate.DAMAGES), bad)


def test_rows_repeat_as_often_as_stated(tmp_path: Path) -> None:
    table = month()
    again = table.num_rows - ROWS
    assert near(again, generate.REPEATED, ROWS)
    counts = Counter(table["call_id"].to_pylist())
    more = [count for count in counts.values() if count > 1]
    path = tmp_path / "calls.parquet"
    pq.write_table(table, path)
    for ids_at_once in (1_000_000, 3_000, 100):
        assert repeated_ids(path, ids_at_once=ids_at_once) == (len(more), sum(more))


def test_there_are_two_peaks_a_day_on_the_facilitys_own_clock() -> None:
    hours = Counter(row["local"].hour for row in good_calls())
    busy = [hours[hour] for hour in range(24)]
    morning, evening = (
        max(range(5, 14), key=busy.__getitem__),
        max(range(15, 24), key=busy.__getitem__),
    )
    assert morning in (9, 10, 11)
    assert evening in (18, 19, 20)
    assert busy[14] < busy[morning] / 3
    assert busy[3] < busy[morning] / 50
    assert busy[evening] > busy[morning]


def test_numbers_follow_zipfs_law() -> None:
    counts = Counter(
        (row["facility"], row["number"]) for row in good_calls() if row["facility"] == "tx-harris"
    )
    ranked = [count for _, count in counts.most_common()]
    calls = sum(ranked)
    # With exponent 1 the first of N has 1 / ln(N + 1) of all, and so on down.
    numbers = 8932 * 7
    for rank in (1, 2, 4):
        share = math.log((rank + 1) / rank) / math.log(numbers + 1)
        assert near(ranked[rank - 1], share, calls)
    assert ranked[9] < ranked[0] / 5
    assert len(ranked) > calls / 3


def test_durations_are_log_normal_up_to_the_longest_call() -> None:
    calls = [
        row for row in good_calls() if row["medium"] == "audio" and row["facility"] == "tx-harris"
    ]
    logs = sorted(math.log(row["duration_ms"] / 60_000) for row in calls)
    quarter, half, three = (logs[len(logs) * part // 4] for part in (1, 2, 3))
    assert math.exp(half) == pytest.approx(5.0, rel=0.1)
    # Quartiles of a normal distribution lie 0.674 standard deviations from the middle.
    assert (three - half) / 0.674 == pytest.approx(1.0, abs=0.12)
    assert (half - quarter) / 0.674 == pytest.approx(1.0, abs=0.12)
    assert max(row["duration_ms"] for row in calls) <= 1_800_400


def test_every_facility_bill_type_and_medium_occurs() -> None:
    table = month()
    for name, words in (
        ("facility", {one.id for one in TARIFF.document.facilities}),
        ("bill_type", {"prepaid", "inmate_debit", "direct_bill", "collect", "prepaid_collect"}),
        ("medium", {"audio", "video"}),
    ):
        assert words <= set(table[name].to_pylist())
    assert near(sum(table["privileged"].to_pylist()), 0.012, table.num_rows)
    assert table["authorized_ms"].null_count < table.num_rows


def test_calls_over_the_limit_that_a_switch_was_told_are_charged_the_limit() -> None:
    over = [
        row
        for row in good_calls()
        if row["authorized_ms"] is not None
        and row["authorized_ms"] < row["duration_ms"]
        and row["status"] == "ok"
    ]
    assert len(over) > 100
    assert all(row["authorized_ms"] <= row["billed_ms"] for row in over)
    assert all(row["duration_ms"] < row["authorized_ms"] + 400 for row in over)


def test_a_month_in_which_the_clock_changes_stays_within_its_days() -> None:
    table = month(3_000, 1, date(2026, 11, 1))
    zones = {one.id: ZoneInfo(one.timezone) for one in TARIFF.document.facilities}
    days = set()
    for row in table.to_pylist():
        if (
            row["facility"] in zones
            and row["start"] is not None
            and 2000 < row["start"].year < 2099
        ):
            days.add(row["start"].astimezone(zones[row["facility"]]).date())
    assert days == set(generate.days_of(date(2026, 11, 15)))


def test_the_ceilings_bite() -> None:
    sources = Counter()
    for row in good_calls():
        if row["status"] == "ok" and row["cap_saved"] > 0:
            sources[row["cap_source"]] += 1
    assert {"FCC2025_interim", "CA_SB1008_free", "CT_PA2154_free", "IL_PA990878"} <= sources.keys()


def test_records_of_real_switches_are_rated() -> None:
    found = {one.switch: one for one in rate_captured()}
    sums = {switch: (one.summary.statuses, str(one.summary.total)) for switch, one in found.items()}
    assert sums == {
        "Asterisk 22, Master.csv": ({"bad_number": 2, "unanswered": 4, "ok": 2}, "0.111600"),
        "Asterisk 22, custom": ({"bad_number": 2, "unanswered": 3, "ok": 3}, "0.217900"),
        "FreeSWITCH 1.10, CSV": ({"bad_number": 1, "unanswered": 1, "ok": 3}, "0.318900"),
        "FreeSWITCH 1.10, JSON": ({"unanswered": 1, "ok": 3}, "0.318900"),
        "Kamailio 5.6, acc": ({"bad_duration": 1, "ok": 2}, "0.017666"),
    }
    assert found["Kamailio 5.6, acc"].found.other_legs.num_rows == 2


def test_the_example_writes_a_file_sums_and_a_page(tmp_path: Path) -> None:
    printed = run("month", tmp_path, "--rows", str(ROWS), "--seed", "1")
    out = tmp_path / "out"
    assert sorted(path.name for path in out.iterdir()) == [
        "calls-2026-05.parquet",
        "rated-2026-05.parquet",
        "report-2026-05.html",
        "summary-2026-05.json",
    ]
    calls, rated = (
        pq.read_table(out / "calls-2026-05.parquet"),
        pq.read_table(out / "rated-2026-05.parquet"),
    )
    assert calls.equals(month())
    wanted = TARIFF.rate_batch(month())
    assert rated.num_rows == wanted.num_rows
    for name in ("call_id", "status", "total", "billed_ms", "cap_source"):
        assert rated[name].to_pylist() == wanted[name].to_pylist()

    summary = json.loads((out / "summary-2026-05.json").read_text())
    total = sum(value for value in wanted["total"].to_pylist() if value is not None)
    assert sum(Decimal(one["total"]) for one in summary["by_facility"]) == total
    assert summary["statuses"] == dict(Counter(wanted["status"].to_pylist()))
    for words in (
        f"{wanted.num_rows:,} call records, rated",
        f"${total:,.2f}",
        "FCC2025_interim",
        "bad_facility (rejected)",
        "records a second, file to file",
        "Kamailio 5.6, acc",
    ):
        assert words in printed
    page = (out / "report-2026-05.html").read_text()
    assert page.count("<svg ") == 9
    assert f"${total:,.2f}" in page
    assert "Calls of May 2026, rated" in page
