"""Callers, families and when they call: the same from the same seed, and not alike."""

from __future__ import annotations

from itertools import pairwise

import pytest
from tests.calls.day.days import quiet

from securecall.calls.day.caller import (
    arrivals,
    attorney,
    attorney_count,
    caller_of,
    family_count,
    family_of,
    unpacked,
)
from securecall.calls.dialled import dialled
from securecall.calls.pin_hash import checked_pin

UNLUCKY = 9_652


def test_a_caller_is_the_same_whenever_he_is_made() -> None:
    setting = quiet(callers=50)
    assert [caller_of(setting, n) for n in range(50)] == [caller_of(setting, n) for n in range(50)]
    assert caller_of(setting, 7) != caller_of(quiet(seed=2, callers=50), 7)


def test_every_number_can_be_called_and_belongs_to_one_family() -> None:
    numbers = [number for n in range(3_000) for number in family_of(1, n).numbers]
    assert len(set(numbers)) == len(numbers)
    assert {dialled(number) for number in numbers} == {"ordinary"}


@pytest.mark.parametrize("number", [0, 9_999, 10_000, 79_999, 199_999])
def test_large_families_have_numbers_too(number: int) -> None:
    assert {dialled(each) for each in family_of(1, number).numbers} == {"ordinary"}
    assert dialled(attorney(number // 50)[0]) == "ordinary"


def test_every_pin_is_one_that_a_facility_takes() -> None:
    setting = quiet(callers=100_000)
    # This one's first draw is the end of his own id.
    for n in (*range(1_500), UNLUCKY):
        caller = caller_of(setting, n)
        assert checked_pin(caller.person, caller.pin)


def test_every_family_of_the_callers_is_counted() -> None:
    for callers in (1, 2, 4, 5, 6, 11, 400):
        setting = quiet(callers=callers)
        families = {caller_of(setting, n).family.number for n in range(callers)}
        assert families == set(range(family_count(callers)))


def test_who_pays_has_an_account_of_the_right_kind() -> None:
    setting = quiet(callers=400)
    callers = [caller_of(setting, n) for n in range(400)]
    found = {(each.bill_type, each.family.kind) for each in callers}
    assert ("collect", "direct_bill") in found
    assert ("collect", "prepaid") not in found
    assert {"prepaid", "inmate_debit", "direct_bill", "collect"} == {bill for bill, _ in found}


def test_arrivals_come_in_order_and_only_from_callers_that_there_are() -> None:
    setting = quiet(callers=1_500)
    told = [unpacked(each) for each in arrivals(setting)]
    assert all(one[0] <= other[0] for one, other in pairwise(told))
    assert {caller for _, caller in told} <= set(range(1_500))
    assert 1_800 < len(told) < 2_800
    assert any(offset_ms < 0 for offset_ms, _ in told)
    assert any(offset_ms > 16 * 3_600_000 for offset_ms, _ in told)


def test_a_short_day_has_only_its_hours() -> None:
    told = [unpacked(each)[0] for each in arrivals(quiet(callers=3_000, hours=1.5))]
    assert told
    assert max(told) < 1.5 * 3_600_000


def test_there_are_privileged_numbers_of_several_kinds() -> None:
    setting = quiet(callers=1_000)
    found = [attorney(n) for n in range(attorney_count(setting))]
    assert len({number for number, _ in found}) == len(found) == 20
    assert {kind for _, kind in found} == {"attorney", "clergy", "consulate", "ombudsman"}
