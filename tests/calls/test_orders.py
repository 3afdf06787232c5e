"""Orders of staff: what holds at an instant, from when to when, and who ended it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.calls.orders import ORDER_KINDS, Order, Orders
from securecall.errors import InputError, InputTypeError, Unknown

AREAS = (None, "a", "b")
GIVEN = st.tuples(
    st.sampled_from(("lockdown", "maintenance")), st.integers(0, 20),
    st.one_of(st.none(), st.integers(1, 20)), st.sampled_from(AREAS), st.booleans(),
)  # fmt: skip


@given(st.lists(GIVEN, max_size=5), st.lists(st.tuples(st.integers(0, 4), st.integers(0, 40))))
def test_what_holds_is_what_a_walk_over_the_list_says(
    given_orders: list[tuple[str, int, int | None, str | None, bool]],
    lifts: list[tuple[int, int]],
) -> None:
    orders = Orders()
    ends: list[int | None] = []
    for kind, at, lasts, area, ends_calls in given_orders:
        until = None if lasts is None else at + lasts
        orders.give(kind, at=at, by="s", why="w", until=until, area=area, ends_calls=ends_calls)
        ends.append(until)
    for place, at in lifts:
        if place >= len(ends):
            continue
        end = ends[place]
        if end is not None and end <= at:
            with pytest.raises(InputError, match="ended at"):
                orders.lift(place + 1, at=at, by="t")
            continue
        orders.lift(place + 1, at=at, by="t")
        ends[place] = max(at, given_orders[place][1])
    for again in (orders, Orders.loads(orders.dumps())):
        for at in range(42):
            for area in AREAS:
                wanted = [
                    place + 1
                    for place, (_, begins, _, of, _) in enumerate(given_orders)
                    if begins <= at and (ends[place] is None or at < ends[place])
                    and of in (None, area)
                ]  # fmt: skip
                assert [each.number for each in again.holding(at, area)] == wanted
                later = [
                    begins for place, (_, begins, _, of, _) in enumerate(given_orders)
                    if begins > at and of in (None, area) and ends[place] != begins
                ]  # fmt: skip
                assert again.next_ms(at, area) == min(later, default=None)


def test_a_kill_switch_is_for_all_and_ends_calls() -> None:
    orders = Orders()
    assert orders.give("kill_switch", at=5, by="s", why="riot").ends_calls
    with pytest.raises(InputError, match="every call"):
        orders.give("kill_switch", at=5, by="s", why="riot", area="a")


def test_nothing_is_removed() -> None:
    orders = Orders()
    orders.give("lockdown", at=10, by="sgt-12", why="count")
    lifted = orders.lift(1, at=5, by="sgt-13")  # before it began: it never does
    assert (lifted.begins_ms, lifted.ends_ms, lifted.lifted_by) == (10, 10, "sgt-13")
    assert len(orders) == 1
    assert list(orders) == [lifted]
    assert orders.holding(10) == ()


def test_what_a_caller_may_know_is_not_why() -> None:
    order = Order(1, "lockdown", 0, None, "sgt-12", "weapon found in b-14")
    assert order.told == "until staff lift it"
    assert Order(1, "maintenance", 0, 3_600_000, "x", "y").told == "until 1970-01-01T01:00:00+00:00"


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"kind": "lock_down"}, InputError, "did you mean 'lockdown'"),
        ({"until": 5}, InputError, "until must be after at"),
        ({"by": ""}, InputError, "by must have 1"),
        ({"why": ""}, InputError, "why must have 1"),
        ({"area": ""}, InputError, "area must have 1"),
        ({"ends_calls": 1}, InputTypeError, "True or False"),
    ],
)
def test_an_order_that_cannot_be_is_refused(
    change: dict[str, object], error: type[Exception], words: str
) -> None:
    orders = Orders()
    said: dict[str, object] = {"kind": "lockdown", "at": 5, "by": "s", "why": "w", **change}
    with pytest.raises(error, match=words):
        orders.give(**said)  # type: ignore[arg-type]
    assert len(orders) == 0


def test_an_order_that_was_never_given_cannot_be_lifted() -> None:
    with pytest.raises(Unknown, match="order has the id '1'"):
        Orders().lift(1, at=0, by="s")


def test_every_kind_has_a_reason() -> None:
    assert set(ORDER_KINDS) == {"kill_switch", "lockdown", "maintenance"}


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", '{"format": "x", "orders": []}', '{"format": "securecall.orders/1"}',
        '{"format": "securecall.orders/1", "orders": [1]}',
        json.dumps({"format": "securecall.orders/1", "orders": [{"kind": "lockdown"}]}),
        json.dumps({"format": "securecall.orders/1", "orders": [
            {"kind": "lockdown", "begins_ms": 5, "ends_ms": 4, "by": "s", "why": "w", "area": None,
             "ends_calls": False, "lifted_by": None}]}),
        "[" * 100_000,
    ],
)  # fmt: skip
def test_what_are_no_orders_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        Orders.loads(text)
