"""The judge itself, against figures worked out by hand from the charging law."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.oracles import slots
from tests.oracles.charging import AMOUNT_MICROS_MAX, Curve, NoRate, Result, Ruling, Tie, Told, rate
from tests.strategies import calls, decked_tariffs, tariffs

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "rating_cases.jsonl").read_text().splitlines()
]
SETTINGS = settings(
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
HOUSTON, DALLAS, NEW_YORK, LONDON = "+17135550123", "+12145550123", "+12125550123", "+442071234567"


def told(
    *,
    per_minute: str | None = None,
    source: str | None = "fcc",
    bars_connect: bool = False,
    share: str | None = None,
) -> Ruling:
    """Make a ruling that says the same of every call."""

    def ruling(*_: object) -> Told:
        return {
            "per_minute": None if per_minute is None else Fraction(per_minute),
            "source": None if per_minute is None else source,
            "bars_connect": bars_connect,
            "share": None if share is None else Fraction(share),
        }

    return ruling


NOTHING = told()


def steps(*rows: tuple[int, str, int, int]) -> str:
    """Write steps from (from_ms, price, per_ms, increment_ms)."""
    tables = [
        f'{{ from_ms = {start}, price = "{dollars}", per_ms = {per}, increment_ms = {increment} }}'
        for start, dollars, per, increment in rows
    ]
    return f"steps = [{', '.join(tables)}]"


def by_minute(price: str) -> str:
    return steps((0, price, 60_000, 60_000))


def by_second(price: str) -> str:
    return steps((0, price, 60_000, 1_000))


def tariff(*rates: str, head: str = "", facility: str = "", tail: str = "") -> dict[str, Any]:
    """Make a tariff of one facility in Texas; a rate needs no id, destinations nor order."""
    text = head + "\n"
    text += '[[facility]]\nid = "f"\nkind = "jail"\nadp = 500\ncontract = "c"\n'
    text += facility + "\n"
    if "timezone" not in facility:
        text += 'timezone = "America/Chicago"\n'
    if "state" not in facility:
        text += 'state = "TX"\n'
    text += '[[contract]]\nid = "c"\n'
    for place, body in enumerate(rates):
        text += f"[[contract.rate]]\n{body}\n"
        if "id = " not in body:
            text += f'id = "r{place}"\n'
        if "destinations" not in body:
            text += 'destinations = ["any"]\n'
    return tomllib.loads(text + tail)


def at(text: str) -> int:
    """Return the epoch milliseconds of an instant in UTC."""
    instant = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


NOON = at("2026-05-06T17:00")  # in Houston, a Wednesday


def a_call(duration_ms: int = 60_000, **others: Any) -> dict[str, Any]:
    return {
        "facility": "f",
        "number": HOUSTON,
        "start_ms": NOON,
        "duration_ms": duration_ms,
        **others,
    }


def price(doc: dict[str, Any], duration_ms: int, ruling: Ruling = NOTHING, **others: Any) -> Result:
    result = rate(doc, a_call(duration_ms, **others), ruling)
    assert result.status == "ok"
    return result


def curve_of(doc: dict[str, Any], ruling: Ruling = NOTHING, **others: Any) -> Curve:
    return Curve(doc, a_call(**others), ruling)


# What a call costs -------------------------------------------------------------------------------


def test_ten_dollars_at_seven_cents_a_minute_by_the_second_last_8571_seconds() -> None:
    curve = curve_of(tariff(by_second("0.07")))
    assert curve.reach(10_000_000, 10_000_000) == 8_571_000
    assert curve.total(8_571_000) == 9_999_500
    assert curve.total(1_000) == 1_167


@pytest.mark.parametrize(
    ("duration_ms", "billed_ms", "total"),
    [
        (1, 30_000, 3_000),
        (30_000, 30_000, 3_000),
        (30_001, 36_000, 3_600),
        (32_000, 36_000, 3_600),
        (57_000, 60_000, 6_000),
        (75_000, 78_000, 7_800),
    ],
)
def test_thirty_six_sells_thirty_seconds_and_then_six(
    duration_ms: int, billed_ms: int, total: int
) -> None:
    doc = tariff(steps((0, "0.006", 60_000, 30_000), (30_000, "0.006", 60_000, 6_000)))
    result = price(doc, duration_ms)
    assert (result.billed_ms, result.total) == (billed_ms, total)


def test_sixty_one_seconds_by_whole_minutes_are_two_minutes() -> None:
    result = price(tariff(by_minute("0.11")), 61_000)
    assert (result.billed_ms, result.total, result.rate_id) == (120_000, 220_000, "r0")
    assert (result.cap_source, result.saved, result.taxes) == (None, 0, {})


def test_increments_follow_each_other_across_the_edge_of_a_step() -> None:
    # 0-40 and 40-80 s are sold by the first step, though the second begins at 60 s.
    doc = tariff(steps((0, "0.60", 60_000, 40_000), (60_000, "1.20", 60_000, 1_000)))
    assert price(doc, 61_000).billed_ms == 80_000
    assert price(doc, 61_000).total == 800_000
    assert price(doc, 80_001).billed_ms == 81_000
    assert price(doc, 80_001).total == 820_000


def test_within_an_increment_the_total_is_that_of_the_increment_cut() -> None:
    curve = curve_of(tariff(by_minute("0.11")))
    assert (curve.total(30_000), curve.total(60_000), curve.total(90_000)) == (
        55_000,
        110_000,
        165_000,
    )


def test_billed_next_and_bought_differ_only_on_the_boundaries() -> None:
    curve = curve_of(tariff(by_minute("0.11")))
    assert [curve.billed(ms) for ms in (0, 1, 60_000, 60_001)] == [0, 60_000, 60_000, 120_000]
    assert [curve.next(ms) for ms in (0, 1, 60_000)] == [60_000, 60_000, 120_000]
    assert [curve.bought(ms) for ms in (0, 59_999, 60_000)] == [60_000, 60_000, 120_000]


def test_the_connect_fee_is_charged_at_once_and_removed_where_it_is_barred() -> None:
    doc = tariff('connect_fee = "0.50"\n' + by_second("0.06"))
    result = price(doc, 1_000)
    assert (result.total, result.connect_fee, result.saved) == (501_000, 500_000, 0)
    result = price(doc, 1_000, told(bars_connect=True))
    assert (result.total, result.connect_fee, result.saved) == (1_000, 0, 500_000)


def test_nothing_bought_costs_nothing_whatever_the_fee_and_minimum() -> None:
    doc = tariff('connect_fee = "0.50"\nmin_total = "2.00"\n' + by_minute("0.06"))
    curve = curve_of(doc)
    assert (curve.total(0), curve.total(1)) == (0, 2_000_000)


def test_a_minimum_is_at_least_charged() -> None:
    doc = tariff('min_total = "0.25"\n' + by_minute("0.10"))
    assert price(doc, 60_000).total == 250_000
    assert price(doc, 180_000).total == 300_000


def test_a_ceiling_beats_a_minimum() -> None:
    doc = tariff('min_total = "1.00"\n' + by_minute("0.10"))
    result = price(doc, 60_000, told(per_minute="0.06"))
    assert (result.total, result.saved, result.cap_source) == (60_000, 940_000, "fcc")


def test_rounding_up_goes_down_where_it_would_pass_a_ceiling() -> None:
    head = 'rounding = { mode = "up", unit = "0.01" }'
    doc = tariff(by_second("0.07"), head=head)
    # 61 s are 0.071166...: 0.08, or 0.07 where the ceiling is 0.07 a minute.
    assert price(doc, 61_000).total == 80_000
    assert price(doc, 61_000, told(per_minute="0.07")).total == 70_000
    assert price(doc, 61_000, told(per_minute="0.07")).saved == 10_000
    # Without regulation the contract's own ceiling of 0.015 holds the rounding just so.
    doc = tariff('max_total = "0.015"\n' + by_minute("0.02"), head=head)
    assert price(doc, 60_000).net == 10_000
    assert price(doc, 60_000, told(per_minute="0.01")).saved == 0


@pytest.mark.parametrize(
    ("mode", "half", "more"),
    [
        ("up", 30_000, 30_000),
        ("down", 20_000, 20_000),
        ("half_up", 30_000, 30_000),
        ("half_even", 20_000, 30_000),
    ],
)
def test_the_net_is_rounded_once_by_its_mode(mode: str, half: int, more: int) -> None:
    head = f'rounding = {{ mode = "{mode}", unit = "0.01" }}'
    assert price(tariff(by_minute("0.025"), head=head), 60_000).net == half
    assert price(tariff(by_minute("0.025000000001"), head=head), 60_000).net == more


def test_free_time_costs_nothing_and_an_increment_across_its_edge_pays_its_paid_part() -> None:
    doc = tariff("free_ms = 45_000\n" + by_second("0.60"))
    assert [price(doc, ms).total for ms in (44_999, 45_000, 45_001)] == [0, 0, 10_000]
    doc = tariff("free_ms = 45_000\n" + by_minute("0.60"))
    assert [price(doc, ms).total for ms in (1, 60_000, 60_001)] == [150_000, 150_000, 750_000]
    doc = tariff("free_ms = 60_000\n" + by_minute("0.60"))
    assert [price(doc, ms).total for ms in (60_000, 60_001)] == [0, 600_000]


def test_a_rate_ceiling_holds_each_step_so_that_cheap_minutes_do_not_pay_for_dear_ones() -> None:
    # 0.20 and then 0.02: without the hold on the steps two minutes would cost 0.20 = 2 x 0.10.
    doc = tariff(steps((0, "0.20", 60_000, 60_000), (60_000, "0.02", 60_000, 60_000)))
    result = price(doc, 120_000, told(per_minute="0.10"))
    assert (result.total, result.saved) == (120_000, 100_000)


def test_a_rate_ceiling_also_holds_usage_and_connect_fee_together() -> None:
    doc = tariff('connect_fee = "0.50"\n' + by_second("0.06"))
    result = price(doc, 90_000, told(per_minute="0.21"))
    assert (result.total, result.connect_fee) == (315_000, 500_000)  # 0.21 x 1.5 minutes


def test_a_rate_ceiling_is_multiplied_by_billed_time_and_not_by_started_minutes() -> None:
    doc = tariff(by_second("0.30"))
    assert price(doc, 61_000, told(per_minute="0.06")).total == 61_000


def test_a_started_minute_has_its_own_ceiling() -> None:
    doc = tariff('max_per_started_minute = "0.16"\n' + by_second("0.30"))
    assert [price(doc, ms).total for ms in (60_000, 61_000, 90_000)] == [160_000, 305_000, 320_000]
    assert price(doc, 61_000).cap_source == "contract"


def test_the_lowest_ceiling_governs_and_the_regulation_is_named_first() -> None:
    doc = tariff('max_total = "0.30"\n' + by_minute("0.20"))
    ruling = told(per_minute="0.10")
    assert price(doc, 120_000, ruling).cap_source == "fcc"
    assert price(doc, 180_000, ruling).cap_source == "fcc"  # 0.30 both
    assert price(doc, 240_000, ruling).cap_source == "contract"
    assert [price(doc, ms, ruling).total for ms in (120_000, 240_000)] == [200_000, 300_000]
    # What the contract forgoes by itself is not saved by regulation.
    assert [price(doc, ms, ruling).saved for ms in (60_000, 240_000)] == [100_000, 0]


def test_with_the_basis_actual_the_ceiling_counts_the_time_that_was_used() -> None:
    doc = tariff(by_minute("0.11"), facility='cap_basis = "actual"')
    ruling = told(per_minute="0.06")
    curve = curve_of(doc, ruling)
    assert curve.total(120_000) == 120_000
    assert curve.final(120_000, 61_000) == 61_000
    assert curve.final(120_000, 120_000) == 120_000
    assert curve.reach(119_999, 600_000) == 60_000
    result = price(doc, 61_000, ruling)
    assert (result.billed_ms, result.total, result.saved) == (120_000, 61_000, 159_000)
    assert curve_of(tariff(by_minute("0.11")), ruling).final(120_000, 61_000) == 120_000


def test_with_the_basis_actual_started_minutes_stay_those_bought() -> None:
    doc = tariff(
        'max_per_started_minute = "0.05"\n' + by_minute("0.11"),
        facility='cap_basis = "actual"',
    )
    curve = curve_of(doc, told(per_minute="0.10"))
    assert curve.final(120_000, 60_000) == 100_000
    assert curve.final(120_000, 59_000) == 98_333


def test_a_free_call_state_is_a_ceiling_of_zero() -> None:
    doc = tariff('min_total = "1.00"\n' + by_minute("0.10"), tail=tax("a", "10"))
    result = price(doc, 60_000, told(per_minute="0", source="state"))
    assert (result.total, result.cap_source, result.taxes) == (0, "state", {"a": 0})
    assert curve_of(doc, told(per_minute="0")).reach(0, 600_000) is None


def test_a_state_pays_its_share_before_taxes() -> None:
    doc = tariff(by_minute("0.08"), tail=tax("a", "10"))
    result = price(doc, 900_000, told(share="0.75"))
    assert (result.net, result.state_paid, result.tax, result.total) == (
        1_200_000,
        900_000,
        30_000,
        330_000,
    )


def test_a_tax_on_the_net_and_prior_ones_is_on_what_a_state_leaves() -> None:
    doc = tariff(by_minute("1.00"), tail=tax("a", "10") + tax("b", "10", 'base = "net+prior"'))
    # On 0.40: 0.04, and then a tenth of 0.44.
    assert price(doc, 60_000, told(share="0.6")).taxes == {"a": 40_000, "b": 40_000}
    assert price(doc, 180_000, told(share="0.6")).taxes == {"a": 120_000, "b": 130_000}


def test_a_state_pays_half_even_micro_dollars() -> None:
    shares = [
        price(tariff(by_minute(f"0.00000{n}")), 60_000, told(share="0.5")).state_paid
        for n in (1, 3, 5)
    ]
    assert shares == [0, 2, 2]


def tax(name: str, percent: str, others: str = "") -> str:
    return f'[[tax]]\nid = "{name}"\npercent = "{percent}"\n{others}\n'


def test_taxes_are_on_the_net_or_on_it_and_the_earlier_ones_that_applied() -> None:
    prior = 'base = "net+prior"'
    other = 'base = "net+prior"\nstates = ["NV"]'
    doc = tariff(
        by_minute("1.00"),
        tail=tax("a", "10")
        + tax("b", "10", prior)
        + tax("other", "50", other)
        + tax("c", "10")
        + tax("d", "10", prior + '\nrounding = { mode = "up", unit = "0.001" }'),
    )
    result = price(doc, 60_000)
    # d: a tenth of 1.00 + 0.10 + 0.11 + 0.10
    assert result.taxes == {"a": 100_000, "b": 110_000, "c": 100_000, "d": 131_000}
    assert (result.tax, result.total) == (441_000, 1_441_000)


@pytest.mark.parametrize(
    ("filters", "applies"),
    [
        ('states = ["TX", "NV"]', True),
        ('states = ["NV"]', False),
        ('jurisdictions = ["intrastate"]', True),
        ('jurisdictions = ["interstate", "international"]', False),
        ('bill_types = ["collect"]', False),
        ('bill_types = ["prepaid"]', True),
        ('medium = "audio"', True),
        ('medium = "video"', False),
        ("effective_from = 2026-05-06T12:00:00", True),
        ("effective_from = 2026-05-06T12:00:01", False),
        ("effective_to = 2026-05-06T17:00:00Z", False),
        ("effective_to = 2026-05-07", True),
    ],
)
def test_a_tax_applies_by_what_holds_at_the_start(filters: str, applies: bool) -> None:
    doc = tariff(by_minute("1.00"), tail=tax("a", "6.25", filters))
    assert price(doc, 3_600_000).taxes == ({"a": 3_750_000} if applies else {})


def test_a_tax_counts_a_number_without_a_place_as_interstate() -> None:
    doc = tariff(by_minute("1.00"), tail=tax("a", "10", 'jurisdictions = ["interstate"]'))
    assert price(doc, 60_000, number="+18005550123").tax == 100_000


def test_percents_have_twelve_decimals() -> None:
    rounding = 'rounding = { mode = "down", unit = "0.000001" }'
    doc = tariff(by_minute("1000000"), tail=tax("a", "8.333333333333", rounding))
    assert price(doc, 60_000).tax == 83_333_333_333


# Records -----------------------------------------------------------------------------------------


def test_the_authorised_time_bounds_the_measured_one() -> None:
    doc = tariff(by_second("0.07"))
    assert price(doc, 3_000_199).total == 3_501_167  # 3001 s
    result = price(doc, 3_000_199, authorized_ms=3_000_000)
    assert (result.billed_ms, result.total) == (3_000_000, 3_500_000)
    assert price(doc, 2_999_000, authorized_ms=3_000_000).billed_ms == 2_999_000


def test_rate_prorates_only_a_call_that_ran_to_its_authorised_time() -> None:
    doc = tariff('final = "prorate"\n' + by_minute("0.60"))
    billed = [
        price(doc, duration_ms, authorized_ms=authorized_ms).billed_ms
        for duration_ms, authorized_ms in [
            (65_000, None),
            (65_000, 65_000),
            (65_200, 65_000),
            (64_999, 65_000),
        ]
    ]
    assert billed == [120_000, 65_000, 65_000, 120_000]
    assert price(doc, 65_200, authorized_ms=65_000).total == 650_000
    whole = tariff(by_minute("0.60"))
    assert price(whole, 65_200, authorized_ms=65_000).billed_ms == 120_000


def test_a_record_of_duration_zero_costs_nothing_and_has_no_rate() -> None:
    doc = tariff('connect_fee = "1.00"\nmin_total = "1.00"\n' + by_minute("1"))
    assert rate(doc, a_call(0), told(per_minute="1")) == Result(
        "unanswered",
        jurisdiction="intrastate",
        rate_class="intrastate",
        billed_ms=0,
        net=0,
        tax=0,
        total=0,
        state_paid=0,
        saved=0,
        connect_fee=0,
        taxes={},
    )
    answered = rate(doc, a_call(9, authorized_ms=0), NOTHING)
    assert (answered.status, answered.total, answered.connect_fee) == ("ok", 0, 0)


BAD: dict[str, dict[str, Any]] = {
    "bad_facility": {"facility": "elsewhere"},
    "bad_time": {"start_ms": -1},
    "bad_duration": {"duration_ms": -1},
    "bad_number": {"number": "+0123"},
    "bad_medium": {"medium": "fax"},
    "bad_bill_type": {"bill_type": None},
    "unanswered": {"duration_ms": 0},
}


@pytest.mark.parametrize("place", range(len(BAD)))
def test_the_earlier_status_is_told_of_two(place: int) -> None:
    doc = tariff('destinations = ["international"]\n' + by_minute("0.10"))
    status, fault = list(BAD.items())[place]
    for other in list(BAD.values())[place:]:
        assert rate(doc, a_call() | other | fault, NOTHING).status == status
    assert rate(doc, a_call(), NOTHING) == Result("no_rate")


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"start_ms": 0}, "ok"),
        ({"start_ms": at("2100-01-01T00:00") - 1}, "ok"),
        ({"start_ms": at("2100-01-01T00:00")}, "bad_time"),
        ({"start_ms": None}, "bad_time"),
        ({"duration_ms": 366 * 86_400_000}, "ok"),
        ({"duration_ms": 366 * 86_400_000 + 1}, "bad_duration"),
        ({"duration_ms": None}, "bad_duration"),
        ({"authorized_ms": -1}, "bad_duration"),
        ({"number": None}, "bad_number"),
        ({"number": ""}, "bad_number"),
        ({"number": "+"}, "bad_number"),
        ({"number": "+1713555012"}, "bad_number"),
        ({"number": "+11135550123"}, "bad_number"),
        ({"number": "+1234567890123456"}, "bad_number"),
        ({"number": "17135550123"}, "ok"),
        ({"number": "+17130000000"}, "ok"),
        ({"number": "+4"}, "ok"),
        ({"medium": None}, "ok"),
        ({"medium": "fax"}, "bad_medium"),
        ({"relay": "tty"}, "ok"),
        ({"relay": "flags"}, "bad_medium"),
        ({"bill_type": "cash"}, "bad_bill_type"),
        ({"bill_type": "prepaid_collect"}, "ok"),
    ],
)
def test_a_value_out_of_its_range_has_a_status(values: dict[str, Any], status: str) -> None:
    doc = tariff(steps((0, "0.10", 60_000, 86_400_000)))
    result = rate(doc, a_call() | values, NOTHING)
    assert result.status == status
    assert (result.total is None) == (status != "ok")


def test_without_regulation_any_digits_are_a_number_and_no_ruling_is_asked() -> None:
    def never(*_: object) -> Told:
        raise AssertionError("regulation is none")

    doc = tariff(
        'destinations = ["+02"]\nconnect_fee = "0.30"\n' + by_minute("0.10"),
        facility='regulation = "none"',
    )
    result = price(doc, 60_000, never, number="0256308200")
    assert (result.total, result.connect_fee, result.jurisdiction) == (
        400_000,
        300_000,
        "international",
    )
    assert rate(doc, a_call(number="02x"), never).status == "bad_number"


def test_the_largest_amount_is_a_result_and_one_micro_dollar_more_is_overflow() -> None:
    largest = tariff(steps((0, "999999.999999999999", 1, 1_000_000)))
    assert price(largest, 1).net == AMOUNT_MICROS_MAX
    assert rate(tariff(steps((0, "1000000", 1, 1_000_000))), a_call(1), NOTHING) == Result(
        "overflow"
    )
    # What regulation saved is an amount too.
    assert rate(
        tariff(steps((0, "1000000", 1, 1_000_000))), a_call(1), told(per_minute="0")
    ) == Result("overflow")


# Which rate --------------------------------------------------------------------------------------


def chosen(doc: dict[str, Any], **others: Any) -> str | None:
    return price(doc, 60_000, **others).rate_id


def named(name: str, others: str) -> str:
    return f'id = "{name}"\n{others}\n' + by_minute("0.10")


def test_the_longest_prefix_goes_before_local_before_the_class_before_any() -> None:
    rates = [
        named("any", 'destinations = ["any"]\npriority = 9'),
        named("class", 'destinations = ["intrastate", "interstate"]\npriority = 8'),
        named("local", 'destinations = ["local"]\npriority = 7'),
        named("short", 'destinations = ["+1", "any"]\npriority = 6'),
        named("long", 'destinations = ["+1713", "local"]'),
    ]
    local = 'local = ["+1713", "+1214"]'
    picked = [chosen(tariff(*rates[:count], facility=local)) for count in range(1, 6)]
    assert picked == ["any", "class", "local", "short", "long"]
    assert chosen(tariff(*rates, facility=local), number=DALLAS) == "short"
    assert chosen(tariff(*rates[:3], facility=local), number=NEW_YORK) == "class"
    assert chosen(tariff(*rates, facility=local), number=LONDON) == "any"


def test_then_priority_then_what_is_stated_then_a_window_then_the_later_beginning() -> None:
    rates = [
        named("first", ""),
        named("later", "effective_from = 2026-01-01"),
        named("latest", "effective_from = 2026-02-01T00:00:00-06:00"),
        named("window", 'when = { days = ["wed"] }'),
        named("audio", 'medium = "audio"'),
        named("audio prepaid", 'medium = "audio"\nbill_types = ["prepaid"]'),
        named("priority", "priority = 1"),
        named("video", 'medium = "video"\npriority = 5'),
        named("collect", 'bill_types = ["collect"]\npriority = 5'),
        named("over", "effective_to = 2026-05-06\npriority = 5"),
    ]
    picked = [chosen(tariff(*rates[:count])) for count in range(1, 11)]
    assert picked == [*(rate.split('"')[1] for rate in rates[:7]), *["priority"] * 3]


def test_two_rates_that_apply_equally_are_told() -> None:
    with pytest.raises(Tie):
        rate(tariff(by_minute("0.10"), by_minute("0.20")), a_call(), NOTHING)


def test_the_class_is_local_also_where_no_local_rate_exists() -> None:
    doc = tariff(
        'destinations = ["intrastate"]\n' + by_minute("0.10"), facility='local = ["+1713"]'
    )
    result = price(doc, 60_000)
    assert (result.rate_class, result.jurisdiction) == ("local", "intrastate")


@pytest.mark.parametrize(
    ("number", "state", "jurisdiction", "asked"),
    [
        ("+17135550123", "TX", "intrastate", "intrastate"),
        ("+12125550123", "TX", "interstate", "interstate"),
        ("+17185550123", "NY", "intrastate", "intrastate"),
        ("+12025550123", "DC", "intrastate", "intrastate"),
        ("+17875550123", "PR", "intrastate", "intrastate"),
        ("+17875550123", "TX", "interstate", "interstate"),
        ("+17135550123", "PR", "interstate", "interstate"),
        ("+16715550123", "TX", "interstate", "interstate"),
        ("+18005550123", "TX", "interstate", "mixed"),
        ("+19005550123", "TX", "interstate", "mixed"),
        ("+15005550123", "TX", "interstate", "mixed"),
        ("+17105550123", "TX", "interstate", "mixed"),
        ("+12115550123", "TX", "interstate", "mixed"),
        ("+14165550123", "TX", "international", "international"),
        ("+16005550123", "TX", "international", "international"),
        ("+18765550123", "TX", "international", "international"),
        ("+525512345678", "TX", "international", "international"),
        ("+442071234567", "TX", "international", "international"),
    ],
)
def test_the_jurisdiction_is_that_of_the_states(
    number: str, state: str, jurisdiction: str, asked: str
) -> None:
    heard: list[object] = []

    def ruling(*question: Any) -> Told:
        heard.extend(question[1:])
        return NOTHING(*question)

    doc = tariff(by_minute("0.10"), facility=f'state = "{state}"')
    result = price(doc, 60_000, ruling, number=number, bill_type="collect", relay="trs")
    assert result.jurisdiction == result.rate_class == jurisdiction
    assert heard == [date(2026, 5, 6), "audio", asked, "collect", "trs"]


def test_the_ruling_is_asked_of_the_facilitys_date() -> None:
    heard: list[date] = []

    def ruling(facility: Any, on: date, *_: object) -> Told:
        heard.append(on)
        return NOTHING(facility, on, "", "", "", "")

    doc = tariff(by_minute("0.10"))
    for instant in ("2026-04-06T04:59:59.999", "2026-04-06T05:00"):
        price(doc, 60_000, ruling, start_ms=at(instant))
    assert heard == [date(2026, 4, 5), date(2026, 4, 6)]


def test_a_deck_names_many_prefixes() -> None:
    doc = tariff(
        named("other", ""),
        tail='[[contract.deck]]\nfile = "az.csv"\nmax_per_started_minute = "0.16"\n',
    )
    rows = [
        {"prefix": "52", "price": "0.60", "per_ms": "60000"}
        | {"initial_ms": "30000", "increment_ms": "6000", "connect_fee": "0.01", "rate_id": "mx"},
        {"prefix": "5255", "price": "0.10", "per_ms": "60000"}
        | {"initial_ms": "60000", "increment_ms": "60000"},
    ]
    decks = {"az.csv": rows}
    result = rate(doc, a_call(31_000, number="+526641234567"), NOTHING, decks)
    assert (result.rate_id, result.billed_ms, result.total) == ("mx", 36_000, 160_000)
    result = rate(doc, a_call(61_000, number="+525512345678"), NOTHING, decks)
    assert (result.rate_id, result.billed_ms, result.total) == ("+5255", 120_000, 200_000)
    assert rate(doc, a_call(number=LONDON), NOTHING, decks).rate_id == "other"


# Windows -----------------------------------------------------------------------------------------


def in_force(window: str, zone: str, first: str, after: str) -> list[str]:
    """Return the minutes, UTC, between two at which a window opens or closes."""
    doc = tariff(
        named("window", f"when = {window}"),
        facility=f'timezone = "{zone}"\nholidays = ["2026-12-25"]',
    )
    begin = at(first)
    try:
        curve = curve_of(doc, start_ms=begin)
    except NoRate:
        doc["contract"][0]["rate"].append(doc["contract"][0]["rate"][0] | {"id": "other"})
        del doc["contract"][0]["rate"][1]["when"]
        curve = curve_of(doc, start_ms=begin)
    edges, was = [], None
    for elapsed_ms in range(0, at(after) - begin, 60_000):
        found = curve.match(elapsed_ms)
        now = found is not None and found.id == "window"
        if now != was:
            instant = datetime.fromtimestamp((begin + elapsed_ms) / 1000, UTC)
            edges.append(f"{'open' if now else 'shut'} {instant:%d %H:%M}")
        was = now
    return edges


def test_a_window_over_an_hour_that_is_read_twice_is_in_force_twice() -> None:
    one_to_two = '{ from = "01:00", to = "02:00" }'
    assert in_force(one_to_two, "America/Chicago", "2026-11-01T05:00", "2026-11-01T10:00") == [
        "shut 01 05:00",
        "open 01 06:00",
        "shut 01 08:00",
    ]
    # Its first half is shut between its two readings.
    half = '{ from = "01:00", to = "01:30" }'
    assert in_force(half, "America/Chicago", "2026-11-01T05:00", "2026-11-01T10:00") == [
        "shut 01 05:00",
        "open 01 06:00",
        "shut 01 06:30",
        "open 01 07:00",
        "shut 01 07:30",
    ]


def test_a_window_in_the_hour_that_is_skipped_is_not_in_force_that_day() -> None:
    two_to_three = '{ from = "02:00", to = "03:00" }'
    assert in_force(two_to_three, "America/Chicago", "2026-03-08T06:00", "2026-03-09T09:00") == [
        "shut 08 06:00",
        "open 09 07:00",
        "shut 09 08:00",
    ]
    # What reaches out of the hour is in force for the rest.
    half_past = '{ from = "01:30", to = "03:30" }'
    assert in_force(half_past, "America/Chicago", "2026-03-08T06:00", "2026-03-08T12:00") == [
        "shut 08 06:00",
        "open 08 07:30",
        "shut 08 08:30",
    ]


def test_a_day_that_begins_at_one_oclock_begins_then() -> None:
    sunday = '{ days = ["sun"] }'
    assert in_force(sunday, "America/Santiago", "2026-09-05T20:00", "2026-09-07T10:00") == [
        "shut 05 20:00",
        "open 06 04:00",
        "shut 07 03:00",
    ]
    midnight = '{ from = "00:00", to = "01:00" }'
    assert in_force(midnight, "America/Santiago", "2026-09-05T20:00", "2026-09-07T10:00") == [
        "shut 05 20:00",
        "open 07 03:00",
        "shut 07 04:00",
    ]
    assert in_force(midnight, "America/Havana", "2025-03-08T20:00", "2025-03-10T10:00") == [
        "shut 08 20:00",
        "open 10 04:00",
        "shut 10 05:00",
    ]


def test_a_day_whose_last_hour_is_read_twice_is_25_hours_long() -> None:
    late = '{ days = ["sat"], from = "23:00", to = "24:00" }'
    assert in_force(late, "America/Santiago", "2026-04-04T20:00", "2026-04-05T10:00") == [
        "shut 04 20:00",
        "open 05 02:00",
        "shut 05 04:00",
    ]
    # In Havana the first hour is: Sunday comes, goes on and is read again.
    early = '{ days = ["sun"], from = "00:00", to = "01:00" }'
    assert in_force(early, "America/Havana", "2025-11-01T20:00", "2025-11-02T10:00") == [
        "shut 01 20:00",
        "open 02 04:00",
        "shut 02 06:00",
    ]


def test_half_an_hour_can_be_read_twice() -> None:
    window = '{ from = "01:30", to = "02:00" }'
    assert in_force(window, "Australia/Lord_Howe", "2026-04-04T12:00", "2026-04-04T20:00") == [
        "shut 04 12:00",
        "open 04 14:30",
        "shut 04 15:30",
    ]


def test_what_lies_after_midnight_belongs_to_the_day_on_which_the_window_began() -> None:
    night = '{ days = ["mon"], from = "19:00", to = "07:00" }'
    assert in_force(night, "America/Phoenix", "2026-05-03T07:00", "2026-05-06T07:00") == [
        "shut 03 07:00",
        "open 05 02:00",
        "shut 05 14:00",
    ]
    christmas = '{ holidays = true, from = "19:00", to = "07:00" }'
    assert in_force(christmas, "America/Phoenix", "2026-12-24T07:00", "2026-12-27T07:00") == [
        "shut 24 07:00",
        "open 26 02:00",
        "shut 26 14:00",
    ]


def test_days_and_holidays_together_mean_either() -> None:
    window = '{ days = ["sun"], holidays = true }'
    assert in_force(window, "America/Phoenix", "2026-12-24T07:00", "2026-12-28T08:00") == [
        "shut 24 07:00",
        "open 25 07:00",
        "shut 26 07:00",
        "open 27 07:00",
        "shut 28 07:00",
    ]


def test_a_list_of_windows_means_any_of_them() -> None:
    windows = '[{ from = "08:00", to = "09:00" }, { days = ["wed"], from = "08:30", to = "10:00" }]'
    assert in_force(windows, "America/Phoenix", "2026-05-05T07:00", "2026-05-07T07:00") == [
        "shut 05 07:00",
        "open 05 15:00",
        "shut 05 16:00",
        "open 06 15:00",
        "shut 06 17:00",
    ]


@pytest.mark.parametrize(
    ("effective", "zone", "begins"),
    [
        ("2026-04-06T00:00:00-05:00", "America/Phoenix", "2026-04-06T05:00"),
        ("2026-04-06T00:00:00.0009Z", "America/Phoenix", "2026-04-06T00:00"),
        ("2026-04-06", "America/Chicago", "2026-04-06T05:00"),
        ("2026-04-06T00:30:00", "Asia/Kolkata", "2026-04-05T19:00"),
        ("2026-03-08T02:30:00", "America/Chicago", "2026-03-08T08:00"),
        ("2026-03-08T03:00:00", "America/Chicago", "2026-03-08T08:00"),
        ("2026-03-08T03:30:00", "America/Chicago", "2026-03-08T08:30"),
        ("2026-11-01T01:30:00", "America/Chicago", "2026-11-01T06:30"),
        ("2026-11-01T02:00:00", "America/Chicago", "2026-11-01T08:00"),
        ("2026-09-06", "America/Santiago", "2026-09-06T04:00"),
        ("2025-11-02", "America/Havana", "2025-11-02T04:00"),
        ("1970-01-01", "UTC", "1970-01-01T00:00"),
    ],
)
def test_a_rate_begins_and_ends_at_the_first_instant_that_shows_its_date_or_later(
    effective: str, zone: str, begins: str
) -> None:
    doc = tariff(
        named("before", f"effective_to = {effective}\npriority = 1"),
        named("after", f"effective_from = {effective}"),
        facility=f'timezone = "{zone}"',
    )
    if at(begins) > 0:
        assert chosen(doc, start_ms=at(begins) - 1) == "before"
    assert chosen(doc, start_ms=at(begins)) == "after"


# Switching ---------------------------------------------------------------------------------------

DAY = 'when = { from = "06:00", to = "18:00" }\n'
EVENING = 'when = { from = "18:00", to = "22:00" }\n'
SIX_OCLOCK = at("2026-05-06T23:00")


def two_windows(switch: str, day: str = "0.60", evening: str = "0.24") -> dict[str, Any]:
    return tariff(
        f'{DAY}switch = "{switch}"\n' + by_minute(day),
        f'{EVENING}switch = "call_start"\n' + by_minute(evening),
    )


@pytest.mark.parametrize(
    ("switch", "total"),
    # Two increments from 17:59:30. increment_start: 0.60 + 0.24; split: half of each, and 0.24.
    [("increment_start", 840_000), ("call_start", 1_200_000), ("split", 660_000)],
)
def test_another_window_takes_over_as_the_start_rate_says(switch: str, total: int) -> None:
    result = price(two_windows(switch), 90_000, start_ms=SIX_OCLOCK - 30_000)
    assert (result.billed_ms, result.total, result.rate_id) == (120_000, total, "r0")


def test_an_increment_that_begins_at_the_edge_is_the_next_windows() -> None:
    doc = two_windows("increment_start")
    assert price(doc, 120_000, start_ms=SIX_OCLOCK - 60_000).total == 840_000
    assert price(doc, 120_000, start_ms=SIX_OCLOCK - 60_001).total == 1_200_000
    assert price(doc, 120_000, start_ms=SIX_OCLOCK - 59_999).total == 840_000
    assert price(doc, 120_000, start_ms=SIX_OCLOCK - 1).total == 840_000
    assert price(doc, 120_000, start_ms=SIX_OCLOCK).total == 480_000


def test_if_none_is_in_force_in_mid_call_the_last_one_goes_on() -> None:
    doc = two_windows("increment_start")
    ten_oclock = SIX_OCLOCK + 4 * 3_600_000
    assert price(doc, 240_000, start_ms=ten_oclock - 60_000).total == 960_000
    # From the day through the evening into the night: the evening's goes on.
    result = price(doc, 5 * 3_600_000, start_ms=SIX_OCLOCK - 60_000)
    assert result.total == 600_000 + 299 * 240_000
    assert rate(doc, a_call(start_ms=ten_oclock), NOTHING).status == "no_rate"


def test_steps_are_counted_from_the_calls_start_also_after_a_switch() -> None:
    doc = tariff(
        DAY + by_minute("0.60"),
        EVENING + steps((0, "0.30", 60_000, 30_000), (60_000, "0.12", 60_000, 20_000)),
    )
    curve = curve_of(doc, start_ms=SIX_OCLOCK - 60_000)
    assert [curve.next(ms) for ms in (0, 60_000, 80_000)] == [60_000, 80_000, 100_000]
    assert curve.total(100_000) == 600_000 + 2 * 40_000


def test_split_prices_each_part_also_by_its_step() -> None:
    # 0.60 for 30 s, then 0.12 by the second step; at 18:00 (45 s) the evening's second step.
    doc = tariff(
        f'{DAY}switch = "split"\n'
        + steps((0, "0.60", 60_000, 60_000), (30_000, "0.12", 60_000, 60_000)),
        EVENING + steps((0, "9", 60_000, 60_000), (10_000, "0.24", 60_000, 60_000)),
    )
    curve = curve_of(doc, start_ms=SIX_OCLOCK - 45_000)
    assert curve.total(30_000) == 300_000
    assert curve.total(45_000) == 330_000
    assert curve.total(60_000) == 390_000


def test_split_follows_the_clock_that_is_set_in_mid_increment() -> None:
    # In force from 01:00 to 01:30: on this night from 06:00 to 06:30 and from 07:00 to 07:30 UTC.
    doc = tariff(
        'switch = "split"\n' + steps((0, "0.06", 60_000, 7_200_000)),
        'when = { from = "01:00", to = "01:30" }\n' + steps((0, "0.60", 60_000, 60_000)),
    )
    curve = curve_of(doc, start_ms=at("2026-11-01T05:45"))
    assert [curve.total(minute * 60_000) for minute in (15, 45, 75, 105, 120)] == [
        900_000,
        18_900_000,
        20_700_000,
        38_700_000,
        39_600_000,
    ]


def test_split_follows_effective_dates_in_mid_increment() -> None:
    split = 'switch = "split"\n'
    doc = tariff(
        split + by_minute("0.60"),
        split + "effective_from = 2026-05-06T17:00:15Z\n" + by_minute("1.20"),
        split
        + "effective_from = 2026-05-06T12:00:30\neffective_to = 2026-05-06T12:00:45\n"
        + by_minute("2.40"),
    )
    curve = curve_of(doc)
    assert [curve.total(second * 1000) for second in (15, 30, 45, 60)] == [
        150_000,
        450_000,
        1_050_000,
        1_350_000,
    ]


def test_fees_ceilings_and_free_time_are_those_of_the_rate_at_the_start() -> None:
    doc = tariff(
        f'{DAY}connect_fee = "0.10"\nmax_total = "0.90"\nfree_ms = 60_000\n' + by_minute("0.60"),
        EVENING
        + 'connect_fee = "5"\nmax_total = "0.01"\nfree_ms = 0\nmin_total = "7"\n'
        + by_minute("0.30"),
    )
    curve = curve_of(doc, start_ms=SIX_OCLOCK - 60_000)
    assert [curve.total(minutes * 60_000) for minutes in (1, 2, 3, 4)] == [
        100_000,
        400_000,
        700_000,
        900_000,
    ]


# When the money ends -----------------------------------------------------------------------------


def test_an_increment_is_granted_only_if_it_can_be_paid_whole() -> None:
    curve = curve_of(tariff(by_minute("0.10")))
    assert [curve.reach(money, 600_000) for money in (0, 99_999, 100_000, 199_999, 200_000)] == [
        0,
        0,
        60_000,
        60_000,
        120_000,
    ]


def test_there_is_no_end_where_the_price_has_one() -> None:
    curve = curve_of(tariff('max_total = "0.25"\n' + by_minute("0.10")))
    assert curve.reach(249_999, 10**7) == 120_000
    assert curve.reach(250_000, 10**7) is None
    assert curve.reach(200_000, 120_000) is None


def test_what_costs_nothing_is_granted_without_money() -> None:
    curve = curve_of(tariff("free_ms = 120_000\n" + by_minute("0.10")))
    assert curve.reach(0, 600_000) == 120_000
    assert curve.reach(-5, 600_000) == 120_000


def test_with_prorate_the_last_increment_is_sold_by_the_elapsed_second() -> None:
    curve = curve_of(tariff('final = "prorate"\n' + by_minute("0.60")))
    assert [curve.reach(money, 600_000) for money in (9_999, 10_000, 599_999, 654_999)] == [
        0,
        1_000,
        59_000,
        65_000,
    ]
    assert curve_of(tariff(by_minute("0.60"))).reach(654_999, 600_000) == 60_000
    # The pieces of an increment never pay it whole, but those bought may pass the limit.
    assert curve.reach(654_999, 64_500) is None


def test_with_prorate_the_last_piece_may_be_shorter() -> None:
    curve = curve_of(tariff('final = "prorate"\n' + steps((0, "0.60", 60_000, 2_500))))
    assert [curve.reach(money, 2_500) for money in (24_999, 25_000)] == [2_000, None]
    assert curve.reach(44_999, 60_000) == 4_500 - 1_000
    # Pieces are counted from the increment's beginning: 2.5, 3.5 and 4.5 s.
    assert curve.reach(45_000, 60_000) == 4_500


# The public cases, and properties ----------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_the_public_cases_cost_what_exact_arithmetic_gives(case: dict[str, Any]) -> None:
    text, call = slots.adapt(case)
    result = rate(tomllib.loads(text), call, NOTHING)
    assert result.status == ("ok" if call["duration_ms"] else "unanswered")
    assert result.total == slots.cost_micros(case)
    prefix = case["accept"].get("matched_prefix")
    if prefix is not None:
        assert result.rate_id is not None
        assert result.rate_id.endswith("-" + prefix)


@st.composite
def rulings(draw: Callable[..., Any]) -> Ruling:
    return told(
        per_minute=draw(st.sampled_from((None, "0", "0.06", "0.11", "0.21", "0.134"))),
        bars_connect=draw(st.booleans()),
        share=draw(st.sampled_from((None, None, "0", "0.25", "0.75", "1"))),
    )


@SETTINGS
@given(data=st.data(), ruling=rulings())
def test_no_drawn_tariff_ties_and_every_result_adds_up(data: st.DataObject, ruling: Ruling) -> None:
    decks: dict[str, Any] = {}
    if data.draw(st.booleans()):
        text, decks = data.draw(decked_tariffs())
    else:
        text = data.draw(tariffs())
    doc = tomllib.loads(text)
    result = rate(doc, data.draw(calls(doc, decks=decks)), ruling, decks)
    if result.status not in ("ok", "unanswered"):
        assert result == Result(result.status)
        return
    assert result.net is not None
    assert result.taxes is not None
    assert result.tax == sum(result.taxes.values())
    assert result.total == result.net - (result.state_paid or 0) + result.tax
    assert (result.saved or 0) >= 0
    if result.net == 0:
        assert result.total == 0


@SETTINGS
@given(data=st.data(), ruling=rulings())
def test_a_curve_never_falls_and_its_reach_is_the_most_that_can_be_paid(
    data: st.DataObject, ruling: Ruling
) -> None:
    doc = tomllib.loads(data.draw(tariffs()))
    call = data.draw(calls(doc, bad=False))
    try:
        curve = Curve(doc, call, ruling)
    except (NoRate, ValueError):
        assume(False)
    ends = [0]
    while ends[-1] < max(call["duration_ms"], 1):
        ends.append(curve.next(ends[-1]))
    totals = [curve.total(end) for end in ends]
    assert totals == sorted(totals)
    assert [curve.billed(end) for end in ends] == ends
    assert all(curve.billed(one + 1) == curve.bought(one) == other for one, other in pairwise(ends))

    balance = totals[-1] * data.draw(st.integers(0, 4)) // 4
    reach = curve.reach(balance, ends[-1])
    if reach is None:
        assert totals[-1] <= balance
        return
    assert curve.total(reach) <= balance
    if curve.first.final == "whole":
        assert curve.total(curve.next(reach)) > balance
    else:
        begin = max(end for end in ends if end <= reach)
        assert (reach - begin) % 1000 == 0
        assert curve.total(min(reach + 1000, curve.next(reach))) > balance


def usage_by_millisecond(curve: Curve, bought_ms: int) -> Fraction:
    """Price each millisecond by the window and step in force at it; nothing else."""
    usage, last = Fraction(0), curve.first
    for elapsed_ms in range(bought_ms):
        last = curve.match(elapsed_ms) or last
        if elapsed_ms >= curve.first.free_ms:
            a_ms = last.step(elapsed_ms).price
            usage += a_ms if curve.rate_ceiling is None else min(a_ms, curve.rate_ceiling)
    return usage


@settings(SETTINGS, max_examples=100)
@given(data=st.data(), ruling=rulings())
def test_split_is_what_a_walk_over_every_millisecond_gives(
    data: st.DataObject, ruling: Ruling
) -> None:
    doc = tomllib.loads(data.draw(tariffs()))
    for contract in doc["contract"]:
        for each in contract["rate"]:
            each["switch"] = "split"
            # Steps that change, and increments that end, within the few milliseconds walked.
            for place, step in enumerate(each["steps"]):
                step["from_ms"] = place * data.draw(st.integers(1, 400))
                step["increment_ms"] = data.draw(st.sampled_from((60_000, 500, 333, 7)))
            each["steps"].sort(key=lambda step: step["from_ms"])
            if "free_ms" in each:
                each["free_ms"] = data.draw(st.integers(0, 900))
    call = data.draw(calls(doc, bad=False))
    edge_ms = call["start_ms"] + call["duration_ms"]
    call["start_ms"] = max(
        data.draw(st.sampled_from((call["start_ms"], edge_ms))) - data.draw(st.integers(0, 600)), 0
    )
    try:
        curve = Curve(doc, call, ruling)
    except (NoRate, ValueError):
        assume(False)
    bought_ms = data.draw(st.integers(1, 1_000))
    assert curve.usage(bought_ms) == usage_by_millisecond(curve, bought_ms)


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        ("America/Chicago", "2026-03-08T08:00"),
        ("America/Chicago", "2026-11-01T07:00"),
        ("America/Santiago", "2026-04-05T03:00"),
        ("America/Santiago", "2026-09-06T04:00"),
        ("America/Havana", "2025-03-09T05:00"),
        ("America/Havana", "2025-11-02T05:00"),
        ("Australia/Lord_Howe", "2026-04-04T15:00"),
    ],
)
def test_split_is_that_walk_also_where_the_clock_is_set(zone: str, instant: str) -> None:
    dear = "".join(
        f'{{ days = ["{day}"], from = "{begin}", to = "{end}" }}, '
        for day, begin, end in [
            ("sat", "23:00", "23:59"),
            ("sun", "00:30", "01:30"),
            ("sun", "02:30", "03:00"),
        ]
    )
    doc = tariff(
        'switch = "split"\n' + steps((0, "0.01", 60_000, 900)),
        f'when = [{dear}]\nswitch = "split"\n' + steps((0, "7", 60_000, 500)),
        facility=f'timezone = "{zone}"',
    )
    for before_ms in (0, 1, 450, 1_799):
        curve = curve_of(doc, start_ms=at(instant) - before_ms)
        assert curve.usage(1_800) == usage_by_millisecond(curve, 1_800)
