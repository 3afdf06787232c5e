"""One call through the engine: charging law, rules 1 to 3, figures by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.harris import START_MS, by_minute, by_second, call, records, steps, tariff

from securecall.errors import AmountOverflow, CallRejected, InputTypeError, SecurecallError
from securecall.rating.call import Call
from securecall.rating.rater import scope_name
from securecall.rating.tariff import Tariff

DAY_MS = 86_400_000


def total(tariff: Tariff, one: Call) -> Decimal:
    """Rate a call by itself and as a record; both must say the same."""
    rated = tariff.rate(one)
    row = tariff.rate_batch(
        records([one.duration_ms], authorized_ms=[one.authorized_ms], start=[one.start_ms])
    ).to_pylist()[0]
    assert (row["total"], row["billed_ms"]) == (rated.total, rated.billed_ms)
    return rated.total


# Rule 2: price is cumulative ---------------------------------------------------------------------


def test_seven_cents_a_minute_is_rounded_once_and_not_each_second() -> None:
    assert total(tariff(by_second("0.07")), call(8_571_000)) == Decimal("9.9995")


def test_a_started_increment_is_owed_whole() -> None:
    minute = tariff(by_minute("0.10"))
    for duration_ms, minutes in ((1, 1), (59_999, 1), (60_000, 1), (60_001, 2), (120_000, 2)):
        assert total(minute, call(duration_ms)) == Decimal("0.10") * minutes
        assert minute.rate(call(duration_ms)).billed_ms == 60_000 * minutes


def test_thirty_six_is_thirty_seconds_and_then_sixes() -> None:
    thirty_six = tariff(steps((0, "0.60", 60_000, 30_000), (30_000, "0.60", 60_000, 6_000)))
    for duration_ms, billed_ms in ((1, 30_000), (30_000, 30_000), (30_001, 36_000)):
        assert total(thirty_six, call(duration_ms)) == Decimal(billed_ms) / 100_000
        assert thirty_six.rate(call(duration_ms)).billed_ms == billed_ms


def test_a_record_of_duration_0_costs_nothing_connect_fee_included() -> None:
    dear = tariff(by_minute("0.10") + '\nconnect_fee = "1.00"\nmin_total = "2.00"')
    rated = dear.rate(call(0))
    assert (rated.status, rated.total, rated.billed_ms) == ("unanswered", 0, 0)
    assert (rated.rate_id, rated.cap, rated.lines) == (None, None, ())
    assert dear.rate(call(1)).total == 2


def test_the_minimum_comes_before_the_ceiling_and_the_ceiling_wins() -> None:
    both = tariff(by_minute("0.10") + '\nmin_total = "2.00"\nmax_total = "1.50"')
    assert total(both, call(60_000)) == Decimal("1.50")


def test_rounding_up_is_turned_down_where_a_ceiling_would_be_crossed() -> None:
    head = 'rounding = { mode = "up", unit = "0.01" }'
    capped = tariff(by_second("0.07") + '\nmax_total = "1.005"', head=head)
    assert total(capped, call(600_000)) == 0 + Decimal("0.70")
    assert total(capped, call(3_600_000)) == Decimal("1.00")  # not 1.01, which is above 1.005


# Rule 3: authorised time and the basis of ceilings -----------------------------------------------


def test_a_switch_told_to_stop_at_3000_ms_that_reports_3000_199_s_is_charged_3_s() -> None:
    second = tariff(by_second("0.06"))
    assert total(second, call(3_001)) == Decimal("0.004")
    assert total(second, call(3_001, authorized_ms=3_000)) == Decimal("0.003")
    assert total(second, call(2_001, authorized_ms=3_000)) == Decimal("0.003")
    assert second.rate(call(3_001, authorized_ms=3_000)).billed_ms == 3_000


def test_a_call_authorised_for_nothing_is_ok_and_costs_nothing() -> None:
    rated = tariff(by_minute("0.10") + '\nconnect_fee = "1.00"').rate(call(500, authorized_ms=0))
    assert (rated.status, rated.total, rated.billed_ms, rated.rate_id) == ("ok", 0, 0, "r0")
    assert rated.connect_fee == 0


def test_prorate_cuts_the_last_increment_at_what_was_authorised_and_only_there() -> None:
    minute = tariff(by_minute("0.60") + '\nfinal = "prorate"')
    assert total(minute, call(90_000, authorized_ms=90_000)) == Decimal("0.90")
    assert total(minute, call(95_000, authorized_ms=90_000)) == Decimal("0.90")
    assert total(minute, call(89_999, authorized_ms=90_000)) == Decimal("1.20")
    assert total(minute, call(90_000)) == Decimal("1.20")
    whole = tariff(by_minute("0.60"))
    assert total(whole, call(90_000, authorized_ms=90_000)) == Decimal("1.20")


def test_cap_basis_actual_holds_the_charge_to_the_time_that_was_used() -> None:
    # 2026-05-01: a jail of 8932 has $0.10 a minute; see docs/regulation.md.
    billed = tariff(by_minute("0.30"), regulated=True)
    actual = tariff(by_minute("0.30"), regulated=True, facility='cap_basis = "actual"')
    assert total(billed, call(61_000)) == Decimal("0.20")
    assert total(actual, call(61_000)) == Decimal("0.101666")  # 0.10 x 61 / 60, and not above it
    assert total(actual, call(120_000)) == Decimal("0.20")


def test_the_record_and_the_end_of_a_live_call_come_to_the_same() -> None:
    actual = tariff(by_minute("0.30"), regulated=True, facility='cap_basis = "actual"')
    for duration_ms in (1, 59_999, 60_000, 60_001, 90_500):
        curve = actual.curve(call(0))
        bought_ms = curve.billed(duration_ms)
        assert curve.final(bought_ms, duration_ms) == actual.rate(call(duration_ms)).total


def test_connect_fees_are_removed_where_the_rules_bar_them() -> None:
    fee = by_minute("0.01") + '\nconnect_fee = "0.05"'
    barred = tariff(fee, regulated=True).rate(call())
    assert (barred.connect_fee, barred.total) == (0, Decimal("0.01"))
    free = tariff(fee).rate(call())
    assert (free.connect_fee, free.total) == (Decimal("0.05"), Decimal("0.06"))


def test_no_cap_found_is_not_zero() -> None:
    rated = tariff(by_minute("9.00")).rate(call())
    assert rated.cap is None
    assert rated.total == 9


def test_a_cap_says_what_governed_whether_it_bit_or_not() -> None:
    cheap = tariff(by_minute("0.01"), regulated=True).rate(call())
    dear = tariff(by_minute("0.30"), regulated=True).rate(call())
    assert cheap.cap is not None
    assert dear.cap is not None
    assert cheap.cap.per_minute == dear.cap.per_minute == Decimal("0.10")
    assert cheap.cap.citation
    assert (cheap.cap.saved, dear.cap.saved) == (0, Decimal("0.20"))
    contract = tariff(by_minute("0.30") + '\nmax_total = "0.25"').rate(call())
    assert contract.cap is not None
    assert (contract.cap.source, contract.total) == ("contract", Decimal("0.25"))


# Rejections --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"facility": "ff"}, "bad_facility", "facility must be f, not 'ff'"),
        ({"start": -1}, "bad_time", "1970 to 2099"),
        ({"start": 4_102_444_800_000}, "bad_time", "4102444800000"),
        ({"start": 1 << 70}, "bad_time", "1970 to 2099"),
        ({"duration_ms": -1}, "bad_duration", "not -1 and None"),
        ({"duration_ms": 366 * DAY_MS + 1}, "bad_duration", "366 days"),
        ({"duration_ms": 1 << 80}, "bad_duration", "366 days"),
        ({"authorized_ms": -1}, "bad_duration", "not 60000 and -1"),
        ({"authorized_ms": -(1 << 80)}, "bad_duration", "366 days"),
        ({"authorized_ms": 366 * DAY_MS + 1}, "bad_duration", "366 days"),
        ({"number": ""}, "bad_number", "not ''"),
        ({"number": "+1713x"}, "bad_number", "E.164"),
        ({"number": "1" * 16}, "bad_number", "1 to 15 digits"),
        ({"number": "\ud800"}, "bad_number", "E.164"),
        ({"medium": "vidoe"}, "bad_medium", "did you mean 'video'"),
        ({"relay": "tsr"}, "bad_medium", "relay must be none, trs"),
        ({"bill_type": "pre-paid"}, "bad_bill_type", "did you mean 'prepaid'"),
    ],
)
def test_a_rejected_call_says_its_status_the_value_and_the_nearest_name(
    changes: dict[str, object], status: str, words: str
) -> None:
    with pytest.raises(CallRejected) as caught:
        tariff().rate(call(**changes))  # type: ignore[arg-type]
    assert caught.value.status == status
    assert words in str(caught.value)


def test_no_rate_in_force_at_the_start_is_no_rate() -> None:
    evening = by_minute("0.10") + '\nwhen = { from = "19:00", to = "23:00" }'
    with pytest.raises(CallRejected, match="no rate of the contract of 'f' is in force") as caught:
        tariff(evening).rate(call())
    assert caught.value.status == "no_rate"


def test_an_amount_beyond_all_amounts_is_an_overflow() -> None:
    dear = tariff(steps((0, "999999999999", 1, 1)))
    assert dear.rate(call(1)).total == Decimal(999_999_999_999)
    with pytest.raises(AmountOverflow, match="overflow"):
        dear.rate(call(2))
    with pytest.raises(OverflowError):
        dear.rate(call(366 * DAY_MS))
    with pytest.raises(SecurecallError):
        dear.rate(call(3))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"facility": "x", "start": -1, "duration_ms": -1, "number": ""}, "bad_facility"),
        ({"start": -1, "duration_ms": -1, "number": ""}, "bad_time"),
        ({"duration_ms": -1, "number": "", "medium": "fax"}, "bad_duration"),
        ({"authorized_ms": -1, "number": "", "medium": "fax"}, "bad_duration"),
        ({"number": "", "medium": "fax", "bill_type": "cash"}, "bad_number"),
        ({"medium": "fax", "bill_type": "cash"}, "bad_medium"),
        ({"relay": "smoke", "bill_type": "cash"}, "bad_medium"),
    ],
)
def test_rate_and_curve_reject_for_what_is_worst(changes: dict[str, object], status: str) -> None:
    for ask in (tariff().rate, tariff().curve):
        with pytest.raises(CallRejected) as caught:
            ask(call(**changes))  # type: ignore[arg-type]
        assert caught.value.status == status


def test_a_live_call_needs_no_duration_but_may_have_no_bad_one() -> None:
    assert tariff().curve(call(0)).total(1) > 0
    for changes in ({"duration_ms": 367 * DAY_MS}, {"authorized_ms": -5}, {"duration_ms": -1}):
        with pytest.raises(CallRejected) as caught:
            tariff().curve(call(**changes))  # type: ignore[arg-type]
        assert caught.value.status == "bad_duration"


def test_the_first_and_the_last_instant_are_rated() -> None:
    for start in (0, 4_102_444_799_999):
        assert tariff().rate(call(start=start)).total == Decimal("0.06")
    assert tariff().rate(call(366 * DAY_MS)).total == Decimal("0.06") * 366 * 1440


def test_the_clock_at_the_start_chooses_the_window() -> None:
    evening = by_minute("0.10") + '\nwhen = { from = "19:00", to = "07:00" }'
    both = tariff(by_minute("0.20"), evening)
    assert both.rate(call()).rate_id == "r0"
    assert both.rate(call(start=START_MS + 6 * 3_600_000)).rate_id == "r1"  # 19:00 in Houston
    assert both.rate(call(start=START_MS + 6 * 3_600_000 - 1)).rate_id == "r0"


@pytest.mark.parametrize("thing", [None, {"facility": "f"}, "call", 5])
def test_what_is_no_call_is_refused_by_type(thing: object) -> None:
    for ask in (tariff().rate, tariff().curve):
        with pytest.raises(
            InputTypeError, match=f"call must be a Call, not {type(thing).__name__}"
        ):
            ask(thing)  # type: ignore[arg-type]


def test_a_mixed_number_is_interstate() -> None:
    assert [scope_name(number) for number in range(4)] == [
        *("intrastate", "interstate", "international", "interstate")
    ]
