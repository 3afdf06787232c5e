"""Fees backwards: exact, the least payment, and the neighbours where there is none."""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.oracles import fees as judge
from tests.rating.deposits import deposits, ms, packaged_fee_rule, stacks, tariff
from tests.strategies import toml_of

from securecall.errors import FeesExceedDeposit, InputError, NoSuchAmount
from securecall.money import dollars, micros
from securecall.rating import fee_credit
from securecall.rating.fee_credit import deposit_for
from securecall.rating.fee_quote import FeeQuote
from securecall.rating.fee_shape import CENT
from securecall.rating.fee_stack import FeeStack
from securecall.rating.tariff import Tariff

FREE = 'regulation = "none"'
OK = 5
SETTINGS = settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def credited(loaded: Tariff, amount: str, on: str = "2026-05-01") -> FeeQuote:
    return loaded.quote_credit(amount, facility="f", at=ms(on))


def share(percent: str, **words: str) -> str:
    """Write a deducted fee of a share."""
    mode, unit = words.pop("mode", "half_up"), words.pop("unit", "0.01")
    rounding = f'rounding = {{ mode = "{mode}", unit = "{unit}" }}'
    return "\n".join(
        [f'percent = "{percent}"', rounding, *(f'{key} = "{word}"' for key, word in words.items())]
    )


def nearest(loaded: Tariff, amount: str) -> tuple[str | None, str | None]:
    with pytest.raises(NoSuchAmount) as error:
        credited(loaded, amount)
    below, above = error.value.below, error.value.above
    return None if below is None else str(below), None if above is None else str(above)


def search(stack: FeeStack, wanted: int) -> tuple[int, int | None, int | None] | None:
    """Return (deposit, below, above), the deposit 0 if there is none; None if it is given up."""
    try:
        return deposit_for(stack, wanted), None, None
    except NoSuchAmount as error:
        below, above = (
            None if near is None else micros(near) for near in (error.below, error.above)
        )
        return 0, below, above
    except InputError as error:
        if "cannot be decided" not in str(error):
            raise
        return None


# By hand -----------------------------------------------------------------------------------------


def test_exactly_25_dollars_arrive() -> None:
    quote = credited(tariff('flat = "3.00"', facility=FREE), "25.00")
    assert (quote.paid, quote.credited) == (Decimal("28.00"), Decimal("25.00"))
    on_top = credited(tariff('flat = "3.00"\nmode = "add"', facility=FREE), "25.00")
    assert (on_top.paid, on_top.deposit) == (Decimal("28.00"), Decimal("25.00"))


def test_no_fee_is_the_amount_itself() -> None:
    assert credited(tariff(), "25.00").paid == Decimal("25.00")
    assert nearest(tariff(), "25.005") == ("25.000000", "25.010000")
    assert nearest(tariff(), "0.005") == (None, "0.010000")


def test_a_share_leaves_gaps() -> None:
    # 10 % half up: 0.04 leaves 0.04, 0.05 leaves 0.04 (0.005 rounds to 0.01), 0.06 leaves 0.05.
    loaded = tariff(share("10"), facility=FREE)
    assert credited(loaded, "0.04").paid == Decimal("0.04")
    assert credited(loaded, "0.05").paid == Decimal("0.06")
    assert nearest(tariff(share("50", mode="up"), facility=FREE), "0.005") == (None, "0.010000")


def test_a_large_share_with_coarse_units_skips_amounts() -> None:
    # Down to the quarter: every deposit up to 2.49 arrives whole, 2.50 to 4.99 less 0.25.
    loaded = tariff(share("10", mode="down", unit="0.25"), facility=FREE)
    assert credited(loaded, "2.49").paid == Decimal("2.49")
    assert credited(loaded, "2.25").paid == Decimal("2.25")
    assert credited(loaded, "4.74").paid == Decimal("4.99")
    # Up to the dollar: 0.01 to 1.01 costs a whole dollar.
    loaded = tariff(share("99", mode="up", unit="1"), facility=FREE)
    assert credited(loaded, "0.01").paid == Decimal("1.01")
    with pytest.raises(FeesExceedDeposit):
        loaded.quote_deposit("1.00", facility="f", at=0)


def test_two_shares_that_step_at_the_same_cent_fall_back() -> None:
    # 10 % and 10 % of the deposit: 0.04 leaves 0.04, and 0.05 leaves 0.03.
    loaded = tariff(share("10"), share("10"), facility=FREE)
    assert [str(credited(loaded, amount).paid) for amount in ("0.03", "0.04", "0.05")] == [
        "0.030000",
        "0.040000",
        "0.070000",
    ]


def test_a_fee_on_top_that_falls_when_the_deposit_grows() -> None:
    """A step of 5.00 in the first fee lowers what the second is a share of."""
    loaded = tariff(
        share("10", unit="5.00"),
        'percent = "900"\nbase = "running"\nmode = "add"',
        share("60", base="running", unit="4.00"),
        facility=FREE,
    )
    paid = [loaded.quote_deposit(amount, facility="f", at=0).paid for amount in ("24.50", "25.50")]
    assert paid == [Decimal("245.00"), Decimal("210.00")]  # and both credit 8.50
    assert credited(loaded, "8.50").paid == Decimal("165.00")
    stack = loaded.fee_book.calendar("f", "card", "web").at(0)
    payments: dict[int, int] = {}
    for cents in range(1, 10_000):
        status, _, _, payment, credit, *_ = stack.engine.quote(cents * CENT)
        if status == OK:
            payments[credit] = min(payment, payments.get(credit, payment))
    for wanted in [each for each in payments if each < 1_000 * CENT]:
        assert stack.engine.quote(deposit_for(stack, wanted))[3] == payments[wanted]


def test_nothing_at_all_can_be_credited() -> None:
    assert nearest(tariff(share("100"), facility=FREE), "1.00") == (None, None)
    assert nearest(tariff(share("60"), share("40"), facility=FREE), "1.00") == (None, None)


def test_the_highest_credit_there_is() -> None:
    loaded = tariff('flat = "1.00"', facility=FREE)
    assert credited(loaded, "999999999998.99").paid == Decimal("999999999999.99")
    assert nearest(loaded, "999999999999.00") == ("999999999998.990000", None)
    on_top = tariff('flat = "1.00"\nmode = "add"', facility=FREE)
    assert nearest(on_top, "999999999999.00") == ("999999999998.990000", None)


@pytest.mark.parametrize(
    ("fees", "wanted", "paid"),
    [
        ((share("99.999999999999"),), "0.01", "500000000000.01"),
        ((share("50"), share("49.99")), "25.00", "249950.02"),
        ((share("33.3333"),) * 3, "100.00", "99985000.03"),
        ((share("10", mode="up", unit="1000000"), share("12.5")), "25.00", "1142885.71"),
    ],
)
def test_shares_near_all_of_it_are_exact_and_quick(
    fees: tuple[str, ...], wanted: str, paid: str
) -> None:
    loaded = tariff(*fees, facility=FREE)
    quote = credited(loaded, wanted)
    assert (quote.paid, quote.credited) == (Decimal(paid), Decimal(wanted))


def test_a_cap_makes_two_straight_pieces() -> None:
    fee = 'kind = "automated_payment"\n' + share("10")
    other = 'kind = "live_agent"\n' + share("10")
    loaded = tariff(fee, other)
    for wanted, paid in (("8.00", "10.00"), ("40.00", "47.78"), ("100.00", "108.95")):
        assert credited(loaded, wanted, "2022-05-01").paid == Decimal(paid)


def test_a_search_that_would_be_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fee_credit, "WORK_MAX", 1000)
    monkeypatch.setattr(fee_credit, "TRIES", 10)
    loaded = tariff(share("99.9", unit="0.000001"), share("100", base="running"), facility=FREE)
    with pytest.raises(InputError, match=r"cannot be decided: the fees take nearly the whole"):
        credited(loaded, "25.000001")


def test_errors_say_what_was_wanted_and_what_there_is() -> None:
    with pytest.raises(
        NoSuchAmount, match=r"exactly \$25\.005; nearest below: \$25\.00, nearest ab"
    ):
        credited(tariff(), "25.005")
    with pytest.raises(InputError, match="more than 0"):
        credited(tariff(), "0")


# By trying everything ----------------------------------------------------------------------------


def stack_for(doc: dict[str, Any], deposit: dict[str, Any]) -> FeeStack:
    loaded = Tariff.loads(toml_of(doc))
    calendar = loaded.fee_book.calendar("f0", deposit["method"], deposit["channel"])
    return calendar.at(deposit["at_ms"])


@settings(SETTINGS, max_examples=40)
@given(data=st.data())
def test_the_judge_finds_no_smaller_payment_and_no_nearer_credit(data: st.DataObject) -> None:
    text = toml_of(data.draw(stacks(filters=False, fees=4)))
    doc = tomllib.loads(text)
    deposit = data.draw(deposits(doc, bad=False))
    wanted = data.draw(st.integers(1, 300)) * CENT
    wanted += data.draw(st.sampled_from((0, 0, 0, 1, -5_000)))
    words = {key: deposit[key] for key in ("facility", "method", "channel")}
    least, below, above = judge.credit(doc, deposit, packaged_fee_rule, wanted, range(1, 600))
    loaded = Tariff.loads(text)
    stack = stack_for(doc, deposit)
    found = search(stack, wanted)
    assert found is not None
    cents, less, more = found
    if cents == 0:
        assert least is None
        assert (less or 0) >= (below or 0)
        assert above is None or (more is not None and more <= above)
        for near in (less, more):
            if near is not None:
                assert stack.engine.quote(deposit_for(stack, near))[4] == near
        return
    quote = loaded.quote_credit(dollars(wanted), at=deposit["at_ms"], **words)
    assert quote.credited_micros == wanted
    if least is None:
        assert quote.deposit >= Decimal("6.00")
    else:
        assert quote.paid_micros == least
    assert loaded.quote_deposit(quote.deposit, at=deposit["at_ms"], **words) == quote


@st.composite
def nasty(draw: st.DrawFn) -> dict[str, Any]:
    """Draw shares that step together, fall back, eat nearly everything and need each other."""
    fees: list[dict[str, Any]] = []
    for number in range(draw(st.integers(1, 4))):
        part = draw(st.integers(0, 10**12 - 1))
        fee: dict[str, Any] = {
            "id": f"fee{number}",
            "kind": draw(st.sampled_from(("automated_payment", "live_agent", "other"))),
            "percent": draw(
                st.sampled_from(("10", "12.5", "33.333333333333", "49.99", "50", "99.9", "150"))
                | st.just(f"{draw(st.integers(0, 40))}.{part:012d}")
            ),
            "base": draw(
                st.sampled_from(("deposit", "running", *(f"fee{n}" for n in range(number))))
            ),
        }
        units = ["0.01", "0.05", "1", "5.00"]
        if draw(st.integers(0, 3)) == 3:
            fee["mode"] = "add"
        else:
            fee["flat"] = draw(st.sampled_from(("0", "0.005", "0.30", "1.00")))
            units += ["0.000001", "0.003", "0.0001"]
        modes = st.sampled_from(("up", "down", "half_up", "half_even"))
        fee["rounding"] = {"mode": draw(modes), "unit": draw(st.sampled_from(units))}
        fees.append(fee)
    doc: dict[str, Any] = draw(stacks(filters=False, fees=0))
    doc["facility"][0] |= {"state": "TX", "kind": "jail", "adp": 500}
    return {**doc, "fee": fees}


@SETTINGS
@given(data=st.data())
def test_nasty_stacks_against_every_deposit_of_a_range(data: st.DataObject) -> None:
    doc = data.draw(nasty())
    stack = stack_for(doc, {"method": "card", "channel": "web", "at_ms": ms("2022-05-01")})
    beyond = 2_500
    payments: dict[int, int] = {}
    for cents in range(1, beyond):
        status, _, _, paid, credit, *_ = stack.engine.quote(cents * CENT)
        if status == OK:
            payments[credit] = min(paid, payments.get(credit, paid))
    credits = sorted(payments)
    assume(credits)
    wanted = data.draw(st.sampled_from(credits)) + data.draw(
        st.sampled_from((0, 0, 0, 1, -1, CENT, -CENT, 5_000))
    )
    assume(wanted > 0)
    found = search(stack, wanted)
    if found is None:
        assert wanted not in payments
        return
    deposit, below, above = found
    if deposit:
        _, _, _, paid, credit, *_ = stack.engine.quote(deposit)
        assert credit == wanted
        assert paid == payments.get(wanted, paid)
        assert wanted in payments or deposit >= beyond * CENT
        return
    place = bisect_left(credits, wanted)
    assert wanted not in payments
    assert (below or 0) >= (credits[place - 1] if place else 0)
    assert place == len(credits) or (above is not None and above <= credits[place])
