"""Traffic: how many calls a person, a number, a terminal and an account have."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from tests.calls.gates import NUMBER, asked

from securecall.calls.facility import Facility
from securecall.calls.traffic import Traffic

OPERATIONS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 5), st.sampled_from("pq"), st.sampled_from("xy")),
    max_size=30,
)


@given(OPERATIONS)
def test_counts_are_those_of_the_calls_that_go_on(
    operations: list[tuple[bool, int, str, str]],
) -> None:
    traffic, live = Traffic(), {}
    for begins, number, person, account in operations:
        call_id = f"c{number}"
        if begins and call_id not in live:
            traffic.add(call_id, person, NUMBER, f"A-{number}", (account, "z"))
            live[call_id] = (person, account)
        elif not begins:
            traffic.remove(call_id)
            live.pop(call_id, None)
        people = Counter(person for person, _ in live.values())
        accounts = Counter(account for _, account in live.values())
        assert len(traffic) == traffic.count("number", NUMBER) == len(live)
        assert traffic.count("account", "z") == len(live)
        assert [traffic.count("person", each) for each in "pq"] == [people["p"], people["q"]]
        assert [traffic.count("account", each) for each in "xy"] == [accounts["x"], accounts["y"]]
        assert all(name in traffic for name in live)
    for call_id in live:
        traffic.remove(call_id)
    assert traffic._counts == {}  # nothing is left behind


def codes(traffic: Traffic, **rules: int | None) -> list[str]:
    facility = Facility("f", "UTC", **rules)  # type: ignore[arg-type]
    return [each.code for each in traffic.reasons(facility, asked())]


def test_limits_are_each_their_own() -> None:
    traffic = Traffic()
    assert codes(traffic) == []
    traffic.add("c-9", "p-1", NUMBER, "A-09", ("fam-1",))
    assert codes(traffic, calls_per_account=1) == ["person_busy", "number_busy", "account_busy"]
    assert codes(traffic) == ["person_busy", "number_busy"]
    assert codes(traffic, calls_per_person=2) == ["number_busy"]
    assert codes(traffic, calls_per_person=None, calls_per_number=2) == []


def test_lines_are_full_when_all_are_in_use() -> None:
    traffic = Traffic()
    traffic.add("c-9", "p-1", NUMBER, "A-09", ())
    assert not traffic.is_full(Facility("f", "UTC"))
    assert not traffic.is_full(Facility("f", "UTC", calls_max=2))
    assert traffic.is_full(Facility("f", "UTC", calls_max=1))
