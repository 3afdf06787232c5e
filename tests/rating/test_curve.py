"""The price of a live call after any time, and what a balance buys: rules 2, 3, 5 and 6."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.harris import START_MS, by_minute, by_second, call, steps, tariff

from securecall.errors import AmountOverflow, InputError, InputTypeError
from securecall.rating.curve import PriceCurve

HOUR_MS = 3_600_000
EVENING = '\nwhen = { from = "19:00", to = "07:00" }'


def curve_of(*rates: str, **parts: Any) -> PriceCurve:
    return tariff(*rates, **parts).curve(call(0))


SEVEN = curve_of(by_second("0.07"))
MINUTES = curve_of(by_minute("0.10") + '\nconnect_fee = "0.25"')
PRORATED = curve_of(by_minute("0.60") + '\nfinal = "prorate"')
TWO_STEPS = curve_of(steps((0, "0.60", 60_000, 30_000), (30_000, "0.12", 60_000, 6_000)))
DAYTIME = tariff(by_minute("0.20"), by_second("0.06") + EVENING).curve(
    call(0, start=START_MS + 6 * HOUR_MS - 90_000)
)
ACTUAL = curve_of(by_minute("0.30"), regulated=True, facility='cap_basis = "actual"')
FREE = curve_of(by_minute("0"))
CAPPED = curve_of(by_minute("0.50") + '\nmax_total = "2.00"')
CURVES = {
    "seven": SEVEN,
    "minutes": MINUTES,
    "prorated": PRORATED,
    "two_steps": TWO_STEPS,
    "daytime": DAYTIME,
    "actual": ACTUAL,
    "free": FREE,
    "capped": CAPPED,
}


# Prices ------------------------------------------------------------------------------------------


def test_ten_dollars_at_seven_cents_by_the_second_last_8571_s_and_not_8568() -> None:
    assert SEVEN.reach("10.00") == 8_571_000
    assert SEVEN.total(8_571_000) == Decimal("9.9995")


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
def test_nothing_bought_costs_nothing(curve: PriceCurve) -> None:
    assert curve.total(0) == 0
    assert curve.billed(0) == 0
    assert curve.final(0, 0) == 0


def test_the_connect_fee_comes_with_the_first_millisecond() -> None:
    assert MINUTES.total(1) == Decimal("0.250002")
    assert MINUTES.total(60_000) == Decimal("0.35")


def test_inside_an_increment_the_price_is_that_of_the_increment_cut() -> None:
    assert MINUTES.total(90_000) == Decimal("0.40")
    assert TWO_STEPS.total(33_000) == Decimal("0.306")


def test_billed_is_where_the_increment_that_contains_a_duration_ends() -> None:
    assert [TWO_STEPS.billed(ms) for ms in (1, 30_000, 30_001, 36_000, 36_001)] == [
        *(30_000, 30_000, 36_000, 36_000, 42_000)
    ]


def test_next_and_bought_are_the_boundary_after() -> None:
    for curve in CURVES.values():
        for ms in (0, 1, 29_999, 30_000, 60_000, 90_000, 90_001):
            assert curve.next(ms) == curve.bought(ms) > ms
            assert curve.billed(curve.next(ms)) == curve.next(ms)
    assert MINUTES.bought(0) == 60_000  # an increment is owed at the instant it begins
    assert MINUTES.bought(60_000) == 120_000


def test_increments_follow_each_other_across_the_edge_of_a_window() -> None:
    # 90 s before 19:00: two minutes by the minute, sold whole across the edge, then seconds.
    assert DAYTIME.next(0) == 60_000
    assert DAYTIME.next(60_000) == 120_000
    assert DAYTIME.next(120_000) == 121_000
    assert DAYTIME.total(121_000) == Decimal("0.401")


def test_final_differs_from_total_only_with_cap_basis_actual() -> None:
    for name, curve in CURVES.items():
        if name != "actual":
            assert curve.final(120_000, 61_000) == curve.total(120_000)
    assert ACTUAL.total(120_000) == Decimal("0.20")
    assert ACTUAL.final(120_000, 61_000) == Decimal("0.101666")
    assert ACTUAL.final(120_000, 0) == 0
    assert ACTUAL.final(120_000, 120_000) == ACTUAL.total(120_000)


def test_an_actual_time_beyond_what_was_bought_is_refused() -> None:
    with pytest.raises(InputError, match="actual time 61000 is beyond the time bought, 60000"):
        ACTUAL.final(60_000, 61_000)


@pytest.mark.parametrize("ms", [-1, (1 << 40) + 1, 1 << 62])
def test_a_time_out_of_bounds_is_refused(ms: int) -> None:
    with pytest.raises(InputError, match="a time must be from 0 to"):
        SEVEN.total(ms)
    for ask in (SEVEN.next, SEVEN.bought, SEVEN.billed, SEVEN.total_micros):
        with pytest.raises(ValueError, match="a time must be from 0 to"):
            ask(ms)


def test_a_price_beyond_all_amounts_is_an_overflow() -> None:
    dear = curve_of(steps((0, "999999999999", 1, 1)))
    assert dear.total(1) == Decimal(999_999_999_999)
    with pytest.raises(AmountOverflow):
        dear.total(2)
    with pytest.raises(OverflowError):
        dear.total_micros(2)
    assert dear.reach("999999999999.999999") == 1


# What a balance buys -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("balance", "reached"),
    [("0", 0), ("0.349999", 0), ("0.35", 60_000), ("0.449999", 60_000), ("0.45", 120_000)],
)
def test_one_micro_dollar_short_is_short(balance: str, reached: int) -> None:
    assert MINUTES.reach(balance) == reached


def test_what_costs_nothing_is_granted_whatever_the_balance() -> None:
    assert FREE.reach("0") is None
    assert FREE.reach_micros(-5) is None
    free_start = curve_of(by_minute("0.10") + "\nfree_ms = 120_000")
    assert free_start.reach("0") == 120_000
    assert free_start.reach_micros(-1) == 120_000
    assert free_start.reach("0.10") == 180_000


def test_a_ceiling_on_the_call_is_no_end_to_it() -> None:
    assert CAPPED.reach("1.99") == 180_000
    assert CAPPED.reach("2.00") is None


def test_prorate_sells_the_last_increment_by_the_second() -> None:
    assert PRORATED.reach("0.90") == 90_000
    assert PRORATED.reach("0.905") == 90_000
    assert PRORATED.reach("0.59") == 59_000
    assert PRORATED.reach("0.009999") == 0
    assert PRORATED.reach("0.60") == 60_000
    assert MINUTES.reach("0.40") == 60_000  # final = "whole"


def test_the_last_piece_of_a_prorated_increment_may_be_shorter() -> None:
    odd = curve_of(steps((0, "0.06", 1000, 2_500)) + '\nfinal = "prorate"')
    assert odd.reach("0.12") == 2_000  # seconds 1 and 2; the half costs 0.03 more
    assert odd.reach("0.15") == 2_500
    assert odd.reach("0.149999") == 2_000


def test_balance_is_money() -> None:
    for balance in (10, True, 1.5):
        with pytest.raises(InputTypeError):
            SEVEN.reach(balance)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        SEVEN.reach("0.0000001")
    assert SEVEN.reach(Decimal("10.00")) == SEVEN.reach_micros(10_000_000)


@given(
    name=st.sampled_from(sorted(CURVES)),
    balance=st.integers(-10, 3_000_000) | st.integers(-10, 999_999_999_999_999_999),
)
def test_the_time_reached_is_paid_and_the_next_increment_is_not(name: str, balance: int) -> None:
    curve = CURVES[name]
    reached = curve.reach_micros(balance)
    if reached is None:
        assert curve.total_micros(1 << 40) <= max(balance, 0)
        return
    assert curve.total_micros(reached) <= max(balance, 0)
    if curve.prorate:
        within = min(reached + 1000, curve.next(reached))
        assert curve.total_micros(within) > max(balance, 0)
    assert curve.total_micros(curve.next(reached)) > max(balance, 0)


# Bytes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("curve", CURVES.values(), ids=CURVES)
def test_a_curve_is_the_same_after_bytes_and_after_pickling(curve: PriceCurve) -> None:
    for again in (PriceCurve.loads(curve.dumps()), pickle.loads(pickle.dumps(curve))):
        assert again == curve
        assert hash(again) == hash(curve)
        assert type(again) is PriceCurve
        for name in ("start_ms", "prorate", "horizon_ms", "tzdata", "tariff_digest"):
            assert getattr(again, name) == getattr(curve, name)
        for ms in (0, 1, 59_999, 90_000, HOUR_MS, 1 << 40):
            assert again.total(ms) == curve.total(ms)
            assert again.final_micros(ms, ms // 2) == curve.final_micros(ms, ms // 2)
        assert again.reach("1.234567") == curve.reach("1.234567")
        assert again.dumps() == curve.dumps()


def test_a_curve_knows_its_start_tariff_and_time_zones() -> None:
    from securecall.rating.zones import tzdata_version

    house = tariff()
    curve = house.curve(call(0))
    assert curve.start == datetime(2026, 5, 1, 18, tzinfo=UTC)
    assert curve.tariff_digest == house.digest
    assert curve.tzdata == tzdata_version()


def test_the_horizon_is_the_longest_call_the_calls_own_or_a_day() -> None:
    assert SEVEN.horizon_ms == 24 * HOUR_MS
    half = tariff(facility="max_call_ms = 1_800_000")
    assert half.curve(call(0)).horizon_ms == 1_800_000
    assert half.curve(call(HOUR_MS)).horizon_ms == HOUR_MS
    assert half.curve(call(0, authorized_ms=2 * HOUR_MS)).horizon_ms == 2 * HOUR_MS


def test_beyond_the_horizon_the_last_rate_goes_on() -> None:
    house = tariff(by_minute("0.20"), by_minute("0.05") + EVENING, facility="max_call_ms = 60_000")
    curve = house.curve(call(0))
    assert curve.total(24 * HOUR_MS) == Decimal("0.20") * 24 * 60


def test_loading_reads_no_time_zone_and_no_tariff() -> None:
    code = (
        "import sys\n"
        "from securecall import PriceCurve\n"
        "curve = PriceCurve.loads(sys.stdin.buffer.read())\n"
        "print(curve.total(121_000), curve.next(120_000))\n"
        "bad = {'zoneinfo', 'tzdata', 'securecall.rating.tariff', 'pyarrow'} & set(sys.modules)\n"
        "sys.exit(f'loaded {bad}' if bad else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=DAYTIME.dumps(), capture_output=True, check=False
    )
    assert done.stderr == b""
    assert done.stdout.split() == [b"0.401000", b"121000"]


def changed(curve: PriceCurve, **changes: Any) -> bytes:
    return json.dumps({**json.loads(curve.dumps()), **changes}).encode()


def test_another_version_is_refused_by_its_name() -> None:
    content = changed(SEVEN, format="securecall.curve/2")
    with pytest.raises(InputError, match=r"must be of format securecall.curve/1, not 'securecall"):
        PriceCurve.loads(content)


@pytest.mark.parametrize(
    "content", [b"", b"null", b"[]", b"7", b"{}", b"\xff\xfe", b"\0" * 50, b"[" * 100_000, b'"x"']
)
def test_garbage_is_refused(content: bytes) -> None:
    with pytest.raises(InputError):
        PriceCurve.loads(content)


@pytest.mark.parametrize("content", [None, 5, ["x"], SEVEN])
def test_what_is_no_bytes_is_refused_by_type(content: Any) -> None:
    with pytest.raises(InputTypeError, match="content must be bytes, not "):
        PriceCurve.loads(content)


def test_every_truncation_is_refused() -> None:
    content = DAYTIME.dumps()
    for length in range(len(content)):
        with pytest.raises(InputError):
            PriceCurve.loads(content[:length])


FIELDS = sorted({*json.loads(DAYTIME.dumps())} - {"tax_ids"})


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_is_missing_or_of_another_type_is_refused(field: str) -> None:
    body = json.loads(DAYTIME.dumps())
    del body[field]
    with pytest.raises(InputError):
        PriceCurve.loads(json.dumps(body).encode())
    for value in (None, 1.5, "1", [[]], {}, True, -(1 << 200), 1 << 200):
        if field in ("tzdata", "tariff_digest") and value == "1":
            continue
        with pytest.raises(InputError):
            PriceCurve.loads(changed(DAYTIME, **{field: value}))


@pytest.mark.parametrize(
    "changes",
    [
        {"billing": []},
        {"billing": [[1, 1000]]},
        {"billing": [[0, 1000], [1500, 1000]]},
        {"billing": [[0, 1000], [0, 1000]]},
        {"billing": [[0, 0]]},
        {"billing": [[0, 1 << 40]]},
        {"billing": [[0, 1000, 5]]},
        {"prices": []},
        {"prices": [[5, 1]]},
        {"prices": [[0, 1], [0, 1]]},
        {"prices": [[0, -1]]},
        {"prices": [[0, 1], [7, 1], [6, 1]]},
        {"scale": 0},
        {"scale": (1 << 90) + 1},
        {"scale": 1 << 80, "unit": 1 << 50},
        {"unit": 0},
        {"mode": 4},
        {"share_numerator": 2, "share_denominator": 1},
        {"share_denominator": 0},
        {"taxes": [[1, 0, 1, 0, 0, 0]]},
        {"taxes": [[1, 1, 1, 0, 0]]},
        {"taxes": [[1, 1, 1, 0, 0, 0]] * 65},
        {"start_ms": -1},
        {"prorate": 2},
    ],
)
def test_what_no_tariff_makes_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="not a curve"):
        PriceCurve.loads(changed(SEVEN, **changes))


def test_a_curve_of_a_million_pieces_at_most() -> None:
    many = [[index, 1] for index in range(1_000_001)]
    with pytest.raises(InputError, match="no pieces, or too many"):
        PriceCurve.loads(changed(SEVEN, billing=many))


def test_bytes_beyond_all_curves_are_not_read() -> None:
    with pytest.raises(InputError, match="a curve has at most"):
        PriceCurve.loads(bytes((64 << 20) + 1))


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_our_own_words(content: bytes) -> None:
    with pytest.raises(InputError):
        PriceCurve.loads(content)


TAXES = """[[tax]]
id = "state"
percent = "6.25"
[[tax]]
id = "city"
percent = "1"
base = "net+prior"
"""


def test_the_parts_of_a_charge_are_revenue_and_each_tax_and_add_up_to_it() -> None:
    taxed = curve_of(by_minute("0.30"), tail=TAXES)
    assert taxed.tax_ids == PriceCurve.loads(taxed.dumps()).tax_ids == ("state", "city")
    assert taxed.parts_micros(600_000) == {
        "revenue": 3_000_000,
        "tax:state": 190_000,
        "tax:city": 30_000,
    }
    assert taxed.parts_micros(0) == {"revenue": 0}
    for curve in (*CURVES.values(), taxed):
        for bought_ms, actual_ms in ((60_000, 1), (120_000, 61_000), (180_000, 180_000)):
            parts = curve.parts_micros(bought_ms, actual_ms)
            assert sum(parts.values()) == curve.final_micros(bought_ms, actual_ms)


@pytest.mark.parametrize("names", [None, "state", ["state"], [1, 2], {"state": 1}, ["a", "b", "c"]])
def test_tax_ids_are_text_and_as_many_as_the_taxes(names: Any) -> None:
    with pytest.raises(InputError):
        PriceCurve.loads(changed(curve_of(by_minute("0.30"), tail=TAXES), tax_ids=names))


def test_curves_are_equal_by_what_they_cost() -> None:
    assert SEVEN == curve_of(by_second("0.07"))
    assert SEVEN != MINUTES
    assert SEVEN != SEVEN.dumps()
    assert len({SEVEN, curve_of(by_second("0.07")), MINUTES}) == 2
