"""The solve by itself: the closed form, many meters, what it must not depend on."""

from __future__ import annotations

import subprocess
import sys
import time

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.pricing import Flat, curve_of
from tests.ledger.table import T0

from securecall.ledger.cutoff import FOREVER_MS, Meter, Purse, advance, boundary, cutoffs

SECOND = {"rates": [[0, 70_000]], "initial_ms": 1_000, "increment_ms": 1_000}
BUSY = {
    **SECOND,
    "tz": "America/Chicago",
    "windows": [{"from": "19:00", "to": "07:00", "rates": [[0, 100_000]]}],
    "taxes": [{"name": "ny", "pct": "8.875", "unit": 10_000}],
}


def running(curve: object, purse: Purse, number: int = 0, **given_: object) -> Meter:
    start = T0 + number * 777
    meter = Meter(
        f"c{number}",
        curve,
        start,
        [purse],
        order=(start, number),
        **given_,  # type: ignore[arg-type]
    )
    meter.step(start)
    return meter


def test_ten_dollars_at_seven_cents_a_minute_last_8571_seconds() -> None:
    meter = running(curve_of(SECOND, T0), Purse("a", 10_000_000))
    assert cutoffs([meter]) == {"c0": (T0 + 8_571_000, "balance")}


def test_solving_changes_nothing() -> None:
    purse = Purse("a", 3_000_000)
    meters = [running(curve_of(BUSY, T0 + n * 777), purse, n) for n in range(3)]
    before = [(m.bought_ms, m.charged_micros, m.due_ms) for m in meters], purse.room_micros
    first = cutoffs(meters)
    assert cutoffs(meters) == first
    assert (
        [(m.bought_ms, m.charged_micros, m.due_ms) for m in meters],
        purse.room_micros,
    ) == before


def stepped(meters: list[Meter]) -> dict[str, tuple[int | None, str]]:
    """Walk instant by instant, without any leap."""
    live = list(meters)
    while live:
        due = min(each.due_ms for each in live)
        for each in live:
            if each.due_ms == due:
                each.step(due)
        live = [each for each in live if each.ended_ms is None]
    return {each.id: (each.ended_ms, each.reason) for each in meters}


@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 999, 70_000, 210_000]),
            st.sampled_from([1_000, 6_000, 61_500, 60_000]),
            st.sampled_from([None, 1, 60_000, 100_000]),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 5_000_000),
)
def test_leaps_and_steps_come_to_the_same(
    calls: list[tuple[int, int, int | None]], room: int
) -> None:
    def meters() -> list[Meter]:
        purse = Purse("a", room)
        made = [
            running(Flat(max(price, 70_000), increment), purse, number, limit_ms=limit)
            for number, (price, increment, limit) in enumerate(calls)
        ]
        return [each for each in made if each.ended_ms is None]

    assert cutoffs(meters()) == stepped(meters())


# Where increments have many prices: cents, windows, free time by a cap, a first one that is longer.
TARIFFS = (
    SECOND,
    BUSY,
    {**BUSY, "rates": [[0, 70_000], [90_000, 30_000]], "initial_ms": 30_000, "increment_ms": 6_000},
    {**SECOND, "cap_per_call": 400_000, "connect_fee": 50_000},
    {**BUSY, "rates": [[0, 210_000]], "initial_ms": 60_000, "increment_ms": 60_000,
     "final": "prorate_1s"},
)  # fmt: skip


def purses_of(meters: list[Meter]) -> dict[str, int]:
    return {purse.id: purse.room_micros for meter in meters for purse in meter.purses}


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(TARIFFS),
            st.sampled_from(["ab", "abc", "ba", "cab", "c"]),
            st.sampled_from([None, None, 60_000, 100_001]),
        ),
        min_size=1,
        max_size=3,
    ),
    st.tuples(*(st.integers(0, 700_000) for _ in range(3))),
    st.integers(0, 1),
)
def test_a_waterfall_leaps_to_where_walking_comes(
    calls: list[tuple[dict[str, object], str, int | None]], rooms: tuple[int, ...], half: int
) -> None:
    def meters() -> list[Meter]:
        purses = {name: Purse(name, room) for name, room in zip("abc", rooms, strict=True)}
        made = []
        for number, (tariff, names, limit) in enumerate(calls):
            start = T0 + number * 777
            meter = Meter(
                f"c{number}",
                curve_of(tariff, start),
                start,
                [purses[name] for name in names],
                order=(start, number),
                limit_ms=limit,
            )
            meter.step(start)
            made.append(meter)
        return [each for each in made if each.ended_ms is None]

    last = T0 + 3 * 3_600_000
    leapt, walked = meters(), meters()
    if half:
        # Not to its end only: what was bought and who paid it is the same on the way.
        advance(leapt, T0 + 120_500)
    advance(leapt, last)
    for each in walked:
        each.limit_ms = each.limit_ms or 3 * 3_600_000
    ends = stepped(walked)
    for each, other in zip(leapt, walked, strict=True):
        if each.ended_ms is None:
            assert ends[each.id][0] == each.start_ms + 3 * 3_600_000
            continue
        assert (each.ended_ms, each.reason) == ends[each.id]
        assert (each.bought_ms, each.charged_micros) == (other.bought_ms, other.charged_micros)
        assert [[purse.id, amount] for purse, amount in each.takings] == [
            [purse.id, amount] for purse, amount in other.takings
        ]
    if all(each.ended_ms is not None for each in leapt):
        assert purses_of(leapt) == purses_of(walked)


def test_what_gets_cheaper_is_paid_by_who_could_not_pay_before() -> None:
    # By the second: 1167 or 1166 in the first minute, 500 after. The first account has 1100.
    tariff = {**SECOND, "rates": [[0, 70_000], [60_000, 30_000]]}
    for way in ("leaps", "leaps to where it gets cheaper", "steps"):
        purses = [Purse("a", 1_100), Purse("b", 80_000)]
        meter = Meter("c", curve_of(tariff, T0), T0, purses)
        meter.step(T0)
        if way == "steps":
            stepped([meter])
        elif way != "leaps":
            advance([meter], T0 + 60_000)
            assert meter.takings[-1][0].id == "a"
        advance([meter], FOREVER_MS)
        taken = [(purse.id, amount) for purse, amount in meter.takings]
        assert taken == [("b", 70_000), ("a", 1_000), ("b", 10_000)]
        assert meter.ended_ms == T0 + 82_000


def test_a_waterfall_is_solved_without_walking_it() -> None:
    curve = curve_of(SECOND, T0)
    asked = 0

    class Counting:
        """Counts what is asked of a curve."""

        def __getattr__(self, name: str) -> object:
            nonlocal asked
            asked += 1
            return getattr(curve, name)

    # Ten dollars by the second, of which the first account leaves a remainder.
    purses = [Purse("a", 3_000_500), Purse("b", 6_999_500)]
    meter = Meter("c", Counting(), T0, purses)  # type: ignore[arg-type]
    meter.step(T0)
    assert cutoffs([meter]) == {"c": (T0 + 8_570_000, "balance")}
    assert asked < 150, "there are 8570 increments"


def test_where_a_curve_cannot_tell_a_waterfall_is_walked_to_the_same_end() -> None:
    purses = [Purse("a", 250_000), Purse("b", 500_000)]
    meter = Meter("c", Flat(100_000, 6_000), T0, purses)
    meter.step(T0)
    assert cutoffs([meter]) == {"c": (T0 + 7 * 6_000, "balance")}


class Actual(Flat):
    """Charges the time that a call lasted: what its last increment is too long goes back."""

    def final_micros(self, bought_ms: int, actual_ms: int) -> int:
        return self.price * actual_ms // self.increment_ms


@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.sampled_from([70_000, 210_000, 500_000]),
            st.sampled_from([6_000, 30_000, 60_000]),
            st.sampled_from([None, 1, 59_999, 60_000, 61_000, 100_000]),
            st.sampled_from(["a", "b", "ab", "ba"]),
            st.booleans(),
        ),
        min_size=2,
        max_size=5,
    ),
    st.integers(0, 3_000_000),
    st.integers(0, 1_000_000),
)
def test_money_that_an_end_gives_back_is_spent_by_the_others(
    calls: list[tuple[bool, int, int, int | None, str, bool]], one: int, other: int
) -> None:
    def meters() -> list[Meter]:
        purses = {"a": Purse("a", one), "b": Purse("b", other)}
        made = []
        for number, (actual, price, increment, limit, names, split) in enumerate(calls):
            curve = (Actual if actual else Flat)(price, increment)
            start = T0 + number * 777
            meter = Meter(
                f"c{number}",
                curve,
                start,
                [purses[name] for name in names],
                order=(start, number),
                split=split,
                limit_ms=limit,
            )
            meter.step(start)
            made.append(meter)
        return [each for each in made if each.ended_ms is None]

    ends, one_by_one, at_once = cutoffs(meters()), meters(), meters()
    assert ends == stepped(one_by_one)
    advance(at_once, FOREVER_MS)
    for walked, leapt in zip(one_by_one, at_once, strict=True):
        assert paid(walked) == paid(leapt)


def paid(meter: Meter) -> list[tuple[str, int]]:
    return [(purse.id, amount) for purse, amount in meter.takings]


def test_what_comes_back_at_an_instant_pays_what_is_due_at_it() -> None:
    first, second = Purse("a", 60_000), Purse("b", 100_000)
    ends = Meter("c0", Actual(60_000, 60_000), T0, [first], order=(T0, 0), limit_ms=30_000)
    goes_on = Meter("c1", Flat(20_000, 30_000), T0, [first, second], order=(T0, 1))
    for each in (ends, goes_on):
        each.step(T0)
    advance([ends, goes_on], FOREVER_MS)
    assert paid(ends) == [("a", 30_000)]
    assert paid(goes_on) == [("b", 20_000), ("a", 20_000), ("b", 80_000)]


@given(st.integers(0, 3_000_000), st.integers(0, 3_000_000))
def test_more_money_never_ends_a_call_earlier(room: int, more: int) -> None:
    ends = []
    for funds in (room, room + more):
        meter = Meter("c", curve_of(BUSY, T0), T0, [Purse("a", funds)])
        ends.append(cutoffs([meter])["c"][0])
    assert ends[0] <= ends[1]  # type: ignore[operator]


def test_a_boundary_is_found_inside_an_increment() -> None:
    flat = Flat(1, 60_000)
    for reach in (60_000, 60_001, 61_000, 119_999):
        assert boundary(flat, 0, reach) == 60_000
    assert boundary(flat, 0, 120_000) == 120_000


def test_a_call_that_never_ends_does_not_keep_the_others_going() -> None:
    purse = Purse("a", 420_000)
    meters = [running(Flat(0), purse, 0), running(Flat(), purse, 1)]
    found = cutoffs(meters)
    assert found["c0"] == (None, "")
    assert found["c1"] == (T0 + 777 + 120_000, "balance")


def test_the_largest_balance_is_solved_at_once() -> None:
    purse = Purse("a", 999_999_999_999_999_999)
    meters = [running(Flat(), purse, number) for number in range(5)]
    began = time.process_time()
    found = cutoffs(meters)
    assert time.process_time() - began < 2
    assert all(end is not None for end, _ in found.values())


def test_advancing_in_pieces_is_advancing_at_once() -> None:
    def made() -> list[Meter]:
        purse = Purse("a", 2_000_000)
        return [running(curve_of(BUSY, T0 + n * 777), purse, n) for n in range(3)]

    whole, pieces = made(), made()
    advance(whole, T0 + 10_000_000)
    for at in range(T0, T0 + 10_000_001, 333_333):
        advance(pieces, at)
    advance(pieces, FOREVER_MS)
    for one, other in zip(whole, pieces, strict=True):
        assert (one.ended_ms, one.bought_ms, one.charged_micros) == (
            other.ended_ms,
            other.bought_ms,
            other.charged_micros,
        )


def test_the_ledger_knows_no_tariffs_and_loads_nothing_heavy() -> None:
    code = """
import sys
from securecall.ledger.ledger import Ledger
ledger = Ledger.open("memory:")
ledger.open_account("a", at=0)
ledger.deposit("a", "1.00", at=0)
heavy = ("securecall.rating", "securecall.fraud", "pyarrow", "numpy", "matplotlib", "pandas")
bad = [name for name in sys.modules if name.startswith(heavy)]
sys.exit(f"loaded: {bad}" if bad else 0)
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
