"""Deposits and single calls: worked figures, dates, refusals; all ways of asking agree."""

from __future__ import annotations

import pickle
import tomllib
from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.oracles import fees as judge
from tests.rating.deposits import deposits, ms, packaged_fee_rule, stacks, tariff, written
from tests.strategies import toml_of

from securecall.errors import (
    AmountOverflow,
    CallRejected,
    FeesExceedDeposit,
    InputError,
    InputTypeError,
)
from securecall.rating import fees
from securecall.rating.call import Call
from securecall.rating.fee_quote import FeeQuote
from securecall.rating.tariff import Tariff
from securecall.regulation import Rules

FREE = 'regulation = "none"'
AUTOMATED = 'id = "card"\nkind = "automated_payment"\nflat = "9.95"'
AGENT = 'id = "agent"\nkind = "live_agent"\nflat = "9.95"'
TRANSFER = 'id = "wire"\nkind = "third_party_transfer"\nflat = "6.95"'
SINGLE = 'id = "single"\nkind = "single_call"\nflat = "13.19"\nmode = "add"'
NEW_YORK, HOUSTON, TOLL_FREE = "+12125550123", "+17135550123", "+18005550123"
SETTINGS = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def quoted(loaded: Tariff, amount: str, on: str = "2026-05-01", **asked: Any) -> FeeQuote:
    return loaded.quote_deposit(amount, facility="f", at=ms(on), **asked)


def short(quote: FeeQuote) -> tuple[str, str, str]:
    return str(quote.paid), str(quote.fees), str(quote.credited)


# The law -----------------------------------------------------------------------------------------


def test_a_flat_fee_then_a_share_of_what_is_left() -> None:
    loaded = tariff('flat = "1.00"', 'percent = "2"\nbase = "running"', facility=FREE)
    quote = quoted(loaded, "10.00")
    assert short(quote) == ("10.000000", "1.180000", "8.820000")
    assert quote.fees_by_id == {"fee0": 1_000_000, "fee1": 180_000}
    assert quote.fees_by_kind == {"other": 1_180_000}
    assert [line.text for line in quote.lines] == ["$1.00", "2% of what is left, $9.00"]


def test_a_fee_is_flat_and_a_share_rounded_together() -> None:
    loaded = tariff('flat = "0.004"\npercent = "1"', facility=FREE)
    assert quoted(loaded, "0.40").fees == Decimal("0.01")  # each by itself would round to nothing


@pytest.mark.parametrize(
    ("mode", "fee"), [("up", "0.03"), ("down", "0.02"), ("half_up", "0.03"), ("half_even", "0.02")]
)
def test_each_fee_is_rounded_by_its_own_rounding(mode: str, fee: str) -> None:
    rounding = f'percent = "2.5"\nrounding = {{ mode = "{mode}", unit = "0.01" }}'
    assert quoted(tariff(rounding, facility=FREE), "1.00").fees == Decimal(fee)


def test_the_stack_is_in_file_order_and_running_counts_deducted_fees_only() -> None:
    loaded = tariff(
        'percent = "10"',
        'percent = "5"\nbase = "running"\nmode = "add"',
        'percent = "50"\nbase = "running"\nmode = "add"',
        'flat = "1.00"',
        'percent = "10"\nbase = "running"',
        facility=FREE,
    )
    quote = quoted(loaded, "20.00")
    assert list(quote.fees_by_id.values()) == [2_000_000, 900_000, 9_000_000, 1_000_000, 1_700_000]
    assert short(quote) == ("29.900000", "14.600000", "15.300000")
    assert quote.deposit == Decimal("20.00")


def test_a_share_of_an_earlier_fee_is_of_what_that_fee_came_to() -> None:
    loaded = tariff(AUTOMATED, 'percent = "50"\nbase = "card"\nkind = "live_agent"')
    quote = quoted(loaded, "20.00", "2022-05-01")
    assert quote.fees_by_id == {"card": 3_000_000, "fee1": 1_500_000}
    assert quote.lines[1].text == "50% of fee card, $3.00"


def test_a_share_of_an_earlier_fee_that_does_not_apply_is_nothing() -> None:
    cash = 'id = "cash"\nflat = "2.00"\nmethods = ["cash"]'
    loaded = tariff(cash, 'flat = "0.50"\npercent = "50"\nbase = "cash"', facility=FREE)
    quote = quoted(loaded, "20.00")
    assert quote.fees_by_id == {"fee1": 500_000}
    assert quote.lines[0].text == "$0.50 + 50% of fee cash, which does not apply"
    assert quoted(loaded, "20.00", method="cash").fees == Decimal("3.50")


def test_filters_let_a_fee_apply_or_not() -> None:
    loaded = tariff(
        'flat = "1.00"\nmethods = ["card", "ach"]',
        'flat = "0.10"\nchannels = ["web"]',
        'flat = "0.01"\nfacilities = ["f"]',
        facility=FREE,
    )
    found = {
        (method, channel): str(quoted(loaded, "9.00", method=method, channel=channel).fees)
        for method in ("card", "cash")
        for channel in ("web", "kiosk")
    }
    assert found == {
        ("card", "web"): "1.110000",
        ("card", "kiosk"): "1.010000",
        ("cash", "web"): "0.110000",
        ("cash", "kiosk"): "0.010000",
    }


def test_effective_dates_are_the_facility_s_wall_clock_and_half_open() -> None:
    fee = 'flat = "1.00"\neffective_from = 2026-03-08\neffective_to = 2026-03-09T02:30:00'
    loaded = tariff(fee, facility=FREE)
    for on, charged in (
        ("2026-03-08T05:59:59.999+00:00", "0.000000"),
        (
            "2026-03-08T06:00:00+00:00",
            "1.000000",
        ),  # midnight in Chicago, the day summer time begins
        ("2026-03-09T07:29:59.999+00:00", "1.000000"),
        ("2026-03-09T07:30:00+00:00", "0.000000"),
    ):
        assert str(quoted(loaded, "9.00", on).fees) == charged
    with_offset = tariff('flat = "1.00"\neffective_from = 2026-03-08T00:00:00Z', facility=FREE)
    assert quoted(with_offset, "9.00", "2026-03-08T00:00:00+00:00").fees == 1


def test_fees_that_would_eat_the_whole_deposit_are_rejected() -> None:
    loaded = tariff('flat = "1.00"', 'id = "big"\nflat = "2.00"', facility=FREE)
    assert quoted(loaded, "3.01").credited == Decimal("0.01")
    with pytest.raises(
        FeesExceedDeposit, match=r"fee 'big' takes \$2\.00 and \$2\.00 is left"
    ) as e:
        quoted(loaded, "3.00")
    assert (e.value.deposit, e.value.fee) == (Decimal("3.00"), "big")
    assert (e.value.charged, e.value.left) == (Decimal("2.00"), Decimal("2.00"))


def test_a_fee_on_top_never_eats_the_deposit() -> None:
    loaded = tariff('percent = "1000"\nmode = "add"', facility=FREE)
    assert short(quoted(loaded, "0.01")) == ("0.110000", "0.100000", "0.010000")


# Regulation --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("adp", "minute", "call", "all_in"),
    [(2000, "0.16", "2.40", "11.35"), (500, "0.21", "3.15", "12.10")],
)
def test_the_worst_cases_before_2024(adp: int, minute: str, call: str, all_in: str) -> None:
    """15 minutes at the cap, paid by card through a live agent: 3.00 and 5.95 on top."""
    loaded = tariff(AUTOMATED, AGENT, facility=f"adp = {adp}")
    assert 15 * Decimal(minute) == Decimal(call)
    for on in ("2021-11-01", "2022-12-31", "2024-12-31"):
        quote = loaded.quote_credit(call, facility="f", at=ms(on))
        assert (quote.paid, quote.credited) == (Decimal(all_in), Decimal(call))
        assert quote.fees_by_kind == {"automated_payment": 3_000_000, "live_agent": 5_950_000}
        assert quote.removed == Decimal("10.95")


@pytest.mark.parametrize(("adp", "first"), [(2000, "2025-01-01"), (999, "2025-04-01")])
def test_nothing_may_be_charged_from_the_ban_on(adp: int, first: str) -> None:
    loaded = tariff(AUTOMATED, AGENT, TRANSFER, 'flat = "1.00"', facility=f"adp = {adp}")
    for on in (first, "2025-06-29", "2025-09-01", "2026-04-06", "2030-01-01"):
        quote = quoted(loaded, "25.00", on)
        assert short(quote) == ("25.000000", "0.000000", "25.000000")
        assert quote.removed == Decimal("27.85")
        assert {line.rule for line in quote.lines} == {"forbidden"}
        assert quote.lines[0].text == "$9.95; not allowed"
        assert quote.lines[0].citation
    assert quoted(loaded, "25.00", "2024-12-31").fees == Decimal("11.95")


def test_the_ban_begins_at_midnight_at_the_facility() -> None:
    loaded = tariff(AUTOMATED)
    assert quoted(loaded, "25.00", "2025-01-01T05:59:59.999+00:00").fees == Decimal("3.00")
    assert quoted(loaded, "25.00", "2025-01-01T06:00:00+00:00").fees == 0


@pytest.mark.parametrize(
    ("on", "channel", "fee"),
    [
        ("2021-10-20", "web", "6.95"),  # another's fee, passed through
        ("2022-12-31", "web", "6.95"),
        ("2022-12-31", "agent", "6.95"),
        ("2023-01-10", "web", "3.00"),
        ("2023-01-10", "ivr", "3.00"),
        ("2023-01-10", "agent", "5.95"),
        ("2023-01-10", "phone", "3.00"),  # could be either
    ],
)
def test_transfers_by_date_and_channel(on: str, channel: str, fee: str) -> None:
    quote = quoted(tariff(TRANSFER), "25.00", on, channel=channel)
    assert (quote.fees, quote.fees + quote.removed) == (Decimal(fee), Decimal("6.95"))


def test_a_passed_through_fee_is_not_bounded_but_said() -> None:
    line = quoted(tariff(TRANSFER), "25.00", "2021-01-01").lines[0]
    assert (line.rule, line.removed_micros) == ("pass_through", 0)
    assert line.text == "$6.95; another's fee, to be passed through without markup"


def test_a_capped_pass_through_is_bounded_as_well() -> None:
    loaded = tariff(TRANSFER.replace("6.95", "8.00"), facility='state = "CA"')
    line = quoted(loaded, "25.00", "2021-10-10").lines[0]
    assert (line.rule, line.charged) == ("pass_through", Decimal("6.95"))
    assert "held to $6.95" in line.text


def test_before_the_rules_nothing_is_bounded_and_the_line_says_so() -> None:
    line = quoted(tariff(AUTOMATED), "25.00", "2013-05-01").lines[0]
    assert (line.charged, line.rule) == (Decimal("9.95"), "no_rule")
    assert line.citation == "no rule found for automated_payment"


def test_a_facility_without_regulation_is_not_held() -> None:
    line = quoted(tariff(AUTOMATED, facility=FREE), "25.00").lines[0]
    assert (line.charged, line.rule) == (Decimal("9.95"), "no_rule")
    assert "regulation" in line.citation


def test_states_count_and_so_does_what_was_believed() -> None:
    assert quoted(tariff(AUTOMATED, facility='state = "CA"'), "25.00", "2022-05-01").fees == 0
    then = tariff(AUTOMATED, known_at=date(2024, 1, 1))
    assert quoted(then, "25.00", "2026-05-01").fees == Decimal("3.00")


def test_a_cap_finer_than_a_cent_is_met_from_below_where_the_fee_is_paid_on_top(
    tmp_path: Path,
) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "regime,fee,effective_from,status,cap_usd,citation\n"
        "own,automated_payment,2013-01-01,capped,2.995,c\n"
    )
    rules = Rules.load([path])
    assert quoted(tariff(AUTOMATED, rules=rules), "25.00", "2022-05-01").fees == Decimal("2.995")
    on_top = tariff(AUTOMATED + '\nmode = "add"', rules=rules)
    assert quoted(on_top, "25.00", "2022-05-01").paid == Decimal("27.99")


def test_a_rule_may_name_a_facility(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "regime,fee,effective_from,status,citation,facility\n"
        "own,automated_payment,2013-01-01,forbidden,c,f\n"
    )
    loaded = tariff(AUTOMATED, rules=Rules.load([path]))
    assert quoted(loaded, "25.00", "2022-05-01").fees == 0


# Single calls ------------------------------------------------------------------------------------


def single(on: str, number: str = NEW_YORK, channel: str = "web", **changes: Any) -> FeeQuote:
    call = Call("f", number, ms(on), changes.pop("duration_ms", 900_000))
    return tariff(AUTOMATED, SINGLE, **changes).quote_single_call(call, channel=channel)


def test_the_single_call_of_2013() -> None:
    quote = single("2013-05-01")
    assert short(quote) == ("14.990000", "13.190000", "1.800000")
    assert quote.lines[0].rule == "no_rule"


@pytest.mark.parametrize(
    ("on", "channel", "fee", "rule"),
    [
        ("2020-12-01", "web", "13.19", "pass_through"),
        ("2021-11-01", "web", "6.95", "capped"),
        ("2022-12-31", "agent", "6.95", "capped"),
        ("2023-06-01", "web", "3.00", "capped"),
        ("2023-06-01", "agent", "5.95", "capped"),
        ("2025-02-01", "agent", "0.00", "forbidden"),
        ("2026-05-01", "web", "0.00", "forbidden"),
    ],
)
def test_single_calls_by_date_and_channel(on: str, channel: str, fee: str, rule: str) -> None:
    quote = single(on, channel=channel)
    assert (quote.fees, quote.lines[0].rule) == (Decimal(fee), rule)
    assert quote.paid == quote.credited + quote.fees
    assert quote.removed == Decimal("13.19") - Decimal(fee)


def test_the_rules_on_single_calls_follow_the_call_s_jurisdiction() -> None:
    assert single("2022-05-01", HOUSTON).lines[0].rule == "no_rule"
    assert single("2022-05-01", TOLL_FREE).lines[0].rule == "capped"
    in_california = {"facility": 'state = "CA"'}
    assert single("2022-05-01", NEW_YORK, **in_california).lines[0].rule == "capped"
    assert single("2022-05-01", "+12135550123", **in_california).lines[0].rule == "forbidden"
    assert single("2022-05-01", TOLL_FREE, **in_california).lines[0].rule == "forbidden"


def test_only_fees_of_single_calls_come_on_one_and_none_of_them_on_a_deposit() -> None:
    loaded = tariff(AUTOMATED, SINGLE, facility=FREE)
    assert list(quoted(loaded, "25.00").fees_by_id) == ["card"]
    call = Call("f", NEW_YORK, ms("2013-05-01"), 900_000)
    assert list(loaded.quote_single_call(call).fees_by_id) == ["single"]


def test_single_call_fees_are_paid_on_top_whatever_their_mode() -> None:
    loaded = tariff(SINGLE.replace('mode = "add"', ""), facility=FREE)
    quote = loaded.quote_single_call(Call("f", NEW_YORK, ms("2013-05-01"), 900_000))
    assert short(quote) == ("14.990000", "13.190000", "1.800000")
    assert quote.lines[0].mode == "add"


def test_a_call_that_was_not_answered_has_no_fee() -> None:
    quote = single("2013-05-01", duration_ms=0)
    assert (quote.paid_micros, quote.fees_micros, len(quote.lines)) == (0, 0, 0)


def test_a_call_that_cannot_be_rated_cannot_be_quoted() -> None:
    with pytest.raises(CallRejected, match="bad_number"):
        single("2013-05-01", "x")


# Refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [25, 25.0, True, None])
def test_money_must_be_text_or_decimal(amount: Any) -> None:
    loaded = tariff()
    for ask in (loaded.quote_deposit, loaded.quote_credit):
        with pytest.raises(InputTypeError, match="amount must not be"):
            ask(amount, facility="f", at=0)


@pytest.mark.parametrize(
    ("amount", "rule"),
    [("0", "more than 0"), ("-5.00", "more than 0"), ("25.001", "whole cents"), ("x", "plain")],
)
def test_a_deposit_is_whole_cents_above_nothing(amount: str, rule: str) -> None:
    with pytest.raises(InputError, match=rule):
        quoted(tariff(), amount)


def test_errors_name_the_nearest_facility() -> None:
    with pytest.raises(InputError, match=r"facility must be f, not 'ff'; did you mean 'f'\?"):
        tariff().quote_deposit("25.00", facility="ff", at=0)
    with pytest.raises(InputTypeError, match="facility must be text"):
        tariff().quote_deposit("25.00", facility=None, at=0)  # type: ignore[arg-type]
    with pytest.raises(InputTypeError, match="method must be text"):
        tariff().quote_deposit("25.00", facility="f", method=1, at=0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "error", "rule"),
    [
        (datetime(2026, 5, 1), InputError, "must have a time zone"),
        (-1, InputError, "1970 to 2099"),
        (4_102_444_800_000, InputError, "1970 to 2099"),
        (True, InputTypeError, "not bool"),
        ("2026-05-01", InputTypeError, "not str"),
        (1.5, InputTypeError, "not float"),
    ],
)
def test_instants_are_aware_or_milliseconds(at: Any, error: type[Exception], rule: str) -> None:
    with pytest.raises(error, match=rule):
        tariff().quote_deposit("25.00", facility="f", at=at)


def test_datetimes_and_milliseconds_ask_the_same() -> None:
    loaded, at = tariff(AUTOMATED), datetime(2022, 5, 1, 12, 0, 0, 999, tzinfo=UTC)
    assert loaded.quote_deposit("25.00", facility="f", at=at) == quoted(
        loaded, "25.00", "2022-05-01"
    )


def test_amounts_beyond_the_bound_overflow() -> None:
    loaded = tariff('flat = "0.01"\nmode = "add"', facility=FREE)
    assert quoted(loaded, "999999999999.98").paid == Decimal("999999999999.99")
    with pytest.raises(AmountOverflow, match=r"beyond 999 999 999 999\.999999"):
        quoted(loaded, "999999999999.99")
    with pytest.raises(AmountOverflow):
        quoted(loaded, "1000000000000.00")


def test_what_is_removed_may_overflow_too() -> None:
    loaded = tariff('percent = "1000"')
    with pytest.raises(AmountOverflow):
        quoted(loaded, "999999999999.99")


# The values --------------------------------------------------------------------------------------


def test_quotes_are_frozen_comparable_and_picklable() -> None:
    loaded = tariff(AUTOMATED)
    quote = quoted(loaded, "25.00", "2022-05-01")
    assert pickle.loads(pickle.dumps(quote)) == quote
    assert hash(quote) == hash(quoted(loaded, "25.00", "2022-05-01"))
    assert (quote.facility, quote.method, quote.channel) == ("f", "card", "web")
    with pytest.raises(FrozenInstanceError):
        quote.paid_micros = 0  # type: ignore[misc]


def test_a_pickled_tariff_quotes_the_same() -> None:
    loaded = tariff(AUTOMATED)
    again = pickle.loads(pickle.dumps(loaded))
    assert quoted(again, "25.00", "2022-05-01") == quoted(loaded, "25.00", "2022-05-01")


# Three ways --------------------------------------------------------------------------------------


def judged(doc: dict[str, Any], deposit: dict[str, Any]) -> tuple[str, judge.Quote | None]:
    try:
        return "ok", judge.quote(doc, deposit, packaged_fee_rule)
    except judge.Refused as refused:
        return str(refused), None


def asked(loaded: Tariff, deposit: dict[str, Any]) -> FeeQuote:
    amount = written(deposit["amount"])
    if deposit["at_ms"] is None or amount is None:
        raise InputError("a table's null cannot be asked about one by one")
    return loaded.quote_deposit(
        amount,
        facility=deposit["facility"],
        method=deposit["method"],
        channel=deposit["channel"],
        at=deposit["at_ms"],
    )


REFUSALS: dict[str, type[Exception] | tuple[type[Exception], ...]] = {
    "bad_facility": InputError,
    "bad_time": InputError,
    "bad_amount": (InputError, AmountOverflow),
    "fees_exceed_deposit": FeesExceedDeposit,
    "overflow": AmountOverflow,
}


@SETTINGS
@given(data=st.data())
def test_the_judge_one_deposit_and_a_table_agree(data: st.DataObject) -> None:
    text = toml_of(data.draw(stacks()))
    doc = tomllib.loads(text)
    loaded = Tariff.loads(text)
    rows = data.draw(st.lists(deposits(doc), min_size=1, max_size=8))
    amounts = [written(row["amount"]) for row in rows]
    table = pa.table(
        {
            "amount": pa.array([None if each is None else str(each) for each in amounts], "string"),
            "facility": [row["facility"] for row in rows],
            "method": [row["method"] for row in rows],
            "channel": [row["channel"] for row in rows],
            "at": pa.array([row["at_ms"] for row in rows], pa.timestamp("ms", "UTC")),
        }
    )
    for row, found in zip(rows, loaded.quote_batch(table).to_pylist(), strict=True):
        status, expected = judged(doc, row)
        assert found["status"] == status
        if expected is None:
            with pytest.raises(REFUSALS[status]):
                asked(loaded, row)
            assert [found[name] for name in ("paid", "fees", "credited", "removed")] == [None] * 4
            continue
        quote = asked(loaded, row)
        assert (
            expected.paid,
            expected.credited,
            expected.removed,
        ) == (quote.paid_micros, quote.credited_micros, quote.removed_micros)
        assert expected.fees == tuple(
            (line.id, line.charged_micros, line.removed_micros, line.rule) for line in quote.lines
        )
        for name in ("paid", "fees", "credited", "removed"):
            assert found[name] == getattr(quote, name)
        assert quote.fees_micros == sum(quote.fees_by_id.values())
        assert quote.deposit == amounts[rows.index(row)]


def test_the_statuses_are_the_engine_s() -> None:
    assert fees.STATUSES[-1] == "ok"
    assert len(fees.STATUSES) == 6


def test_the_page_names_every_status() -> None:
    text = (Path(__file__).parents[2] / "docs" / "fees.md").read_text(encoding="utf-8")
    for word in fees.STATUSES:
        assert word in text
