"""The shortest call of which regulation takes something off: as rating every one finds it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rating.lint.small import rate, small, sold

from securecall.rating.call import Call
from securecall.rating.lint.breaks import CAUSES, Laid, first_breaks
from securecall.rating.rater import laid_out
from securecall.rating.tariff import Tariff

MAY_2026 = datetime(2026, 5, 1, 18, tzinfo=UTC)  # $0.10 a minute; connect fees are barred
MAY_2014 = datetime(2014, 5, 1, 18, tzinfo=UTC)  # $0.21 a minute, prepaid; connect fees are not
MINUTES_20 = 1_200_000


def first(
    tariff: Tariff,
    start: datetime = MAY_2026,
    limit_ms: int = MINUTES_20,
    price_from_ms: int | None = None,
) -> dict[str, int]:
    call = Call("f", "+12125550123", start, 2 * limit_ms)
    held, _ = laid_out(tariff, call, walked=True)
    asked, _ = laid_out(tariff, call, held=False, walked=True)
    return first_breaks(Laid(held[5], asked[5]), limit_ms, price_from_ms)


def saved(tariff: Tariff, duration_ms: int, start: datetime = MAY_2026) -> int:
    return tariff.rate(Call("f", "+12125550123", start, duration_ms)).saved_micros


def test_a_price_above_the_ceiling_from_a_minute_on_takes_a_call_of_a_minute_and_more() -> None:
    steps = (
        'steps = [{ price = "0.05", per_ms = 60_000, increment_ms = 60_000 }, '
        '{ from_ms = 60_000, price = "0.11", per_ms = 60_000, increment_ms = 60_000 }]'
    )
    tariff = small(rate("r", steps=steps))
    assert first(tariff, price_from_ms=60_000) == {"price": 60_001}
    assert saved(tariff, 60_000) == 0
    assert saved(tariff, 60_001) == 10_000


def test_a_barred_connect_fee_is_taken_off_the_shortest_call() -> None:
    assert first(small(rate("r", 'connect_fee = "0.50"'))) == {"barred": 1}


def test_a_connect_fee_that_is_not_barred_counts_until_the_ceiling_has_room_for_it() -> None:
    # $0.50 and $0.05 a minute against $0.21: a minute pays 0.55, four 0.70 of 0.84. With a limit
    # of one minute short calls are held; that is told of the first.
    tariff = small(rate("r", 'connect_fee = "0.50"'))
    assert first(tariff, MAY_2014) == {"connect": 1}
    assert [bool(saved(tariff, n * 60_000, MAY_2014)) for n in range(1, 6)] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_a_minimum_above_the_ceiling_of_the_first_increment_is_held() -> None:
    tariff = small(rate("r", 'min_total = "0.11"'))
    assert first(tariff) == {"minimum": 1}
    assert first(small(rate("r", 'min_total = "0.10"'))) == {}


def test_rounding_to_the_cent_lifts_the_third_second_above_the_ceiling() -> None:
    # 3 s at $0.10 a minute are half a cent, which half-up makes a cent; the ceiling has 0.5.
    head = 'rounding = { mode = "half_up", unit = "0.01" }'
    tariff = small(rate("r", steps=sold("0.10", 1_000)), head=head)
    assert first(tariff) == {"rounding": 2_001}
    assert saved(tariff, 2_000) == 0
    assert saved(tariff, 2_001) == 10_000


def test_an_increment_of_which_less_was_used_is_held_with_cap_basis_actual() -> None:
    tariff = small(rate("r", steps=sold("0.06", 60_000)), cap_basis="actual")
    # A minute costs 0.06; 35 999 ms may cost 0.059998 and are the first to be held: 1 ms even.
    assert first(tariff) == {"increment": 1}
    assert saved(tariff, 1) == 60_000 - 1  # 1 ms may cost 1.67 micro-dollars, rounded down
    assert saved(tariff, 36_000) == 0


def test_what_the_contract_itself_does_not_ask_is_not_taken_off() -> None:
    dear = rate("r", 'max_total = "0.10"', steps=sold("0.30"))
    assert first(small(dear), price_from_ms=0) == {}


def test_no_ceiling_takes_nothing_off() -> None:
    tariff = small(rate("r", steps=sold("9")), regulation="none")
    assert first(tariff, price_from_ms=0) == {}


def test_nothing_is_looked_for_beyond_the_longest_call() -> None:
    steps = (
        'steps = [{ price = "0.05", per_ms = 60_000, increment_ms = 60_000 }, '
        '{ from_ms = 1_200_000, price = "0.99", per_ms = 60_000, increment_ms = 60_000 }]'
    )
    tariff = small(rate("r", steps=steps))
    assert first(tariff, price_from_ms=1_200_000) == {}
    found = first(tariff, limit_ms=1_200_001, price_from_ms=1_200_000)
    assert found == {"price": 1_200_001}


def test_the_plainest_reason_stands_first() -> None:
    assert CAUSES == ("barred", "price", "connect", "minimum", "increment", "rounding")


prices = st.sampled_from(("0", "0.05", "0.0999", "0.10", "0.1001", "0.12", "0.21", "0.25"))
increments = st.sampled_from((1_000, 6_000, 7_001, 30_000, 60_000, 61_000, 90_000, 300_000))
amounts = st.sampled_from(("0", "0.000001", "0.05", "0.10", "0.100001", "0.30", "2.00"))


@st.composite
def _rates(draw: st.DrawFn) -> str:
    steps = [(0, draw(prices), draw(increments))]
    if draw(st.booleans()):
        steps.append(
            (draw(st.sampled_from((1_000, 60_000, 61_000))), draw(prices), draw(increments))
        )
    tables = ", ".join(
        f'{{ from_ms = {at}, price = "{price}", per_ms = 60_000, increment_ms = {increment} }}'
        for at, price, increment in steps
    )
    lines = [
        f'{key} = "{draw(amounts)}"' for key in ("connect_fee", "min_total") if draw(st.booleans())
    ]
    if draw(st.integers(0, 3)) == 3:
        lines.append(f'max_total = "{draw(amounts)}"')
    if draw(st.integers(0, 3)) == 3:
        lines.append('max_per_started_minute = "0.11"')
    if draw(st.integers(0, 3)) == 3:
        lines.append(f"free_ms = {draw(st.sampled_from((1, 30_000, 60_000)))}")
    return rate("r", *lines, steps=f"steps = [{tables}]")


@settings(max_examples=60)
@given(
    _rates(),
    st.sampled_from(("billed", "actual")),
    st.sampled_from(("up", "down", "half_up", "half_even")),
    st.sampled_from(("0.000001", "0.001", "0.01")),
    st.sampled_from((MAY_2014, MAY_2026)),
)
def test_rating_the_shortest_call_of_every_increment_finds_the_same(
    text: str, basis: str, mode: str, unit: str, start: datetime
) -> None:
    head = f'rounding = {{ mode = "{mode}", unit = "{unit}" }}'
    tariff = small(text, head=head, cap_basis=basis)
    limit_ms = 600_000
    ceiling = 100_000 if start is MAY_2026 else 210_000
    [only] = tariff.document.contracts[0].rates
    above = [
        max(step.from_ms, only.free_ms)
        for step in only.steps
        if step.micros_per_ms * 60_000 > ceiling
    ]
    found = first(tariff, start, limit_ms, min(above, default=None))
    plain, duration_ms = None, 1
    while duration_ms <= limit_ms:
        rated = tariff.rate(Call("f", "+12125550123", start, duration_ms))
        if rated.saved_micros:
            plain = duration_ms
            break
        duration_ms = rated.billed_ms + 1
    assert min(found.values(), default=None) == plain
    for shortest in found.values():
        assert saved(tariff, shortest, start) > 0


@pytest.mark.parametrize("cause", ["price", "minimum"])
def test_a_call_of_a_day_by_the_second_is_searched_without_walking_it(cause: str) -> None:
    # Three steps of a millisecond's increment over 24 h would be 86 million calls to rate.
    lines = ['min_total = "0.000002"'] if cause == "minimum" else []
    price = "0.05" if cause == "minimum" else "0.11"
    tariff = small(rate("r", *lines, steps=sold(price, 1)))
    found = first(tariff, limit_ms=86_400_000, price_from_ms=0 if cause == "price" else None)
    assert cause in found
    assert saved(tariff, found[cause]) > 0
