"""Two calls at once to one number, by hand."""

from __future__ import annotations

from tests.fraud.patterns.records import call, only
from tests.oracles.patterns import Row

from securecall.fraud.patterns import Forwarding


def pairs(count: int, second_s: float = 60, people: str = "ab") -> list[Row]:
    rows = []
    for each in range(count):
        rows.append(call(each * 3600, 100, person=people[0]))
        rows.append(call(each * 3600 + second_s, 100, person=people[1]))
    return rows


def test_three_times_two_calls_at_once() -> None:
    [found] = only(pairs(3), Forwarding(), "forwarding")
    assert (found.subject, found.calls, found.evidence["measure"]) == ("+17135550100", 3, 7_200_000)
    assert found.reason.startswith("3 times within 2 h a call was put through while another person")
    assert only(pairs(2), Forwarding(), "forwarding") == ()
    assert len(only(pairs(2), Forwarding(overlaps=2), "forwarding")) == 1


def test_who_is_next_on_a_line_is_no_overlap() -> None:
    assert only(pairs(5, 100), Forwarding(), "forwarding") == ()
    assert len(only(pairs(5, 99.999), Forwarding(), "forwarding")) == 1


def test_one_person_alone_is_none() -> None:
    assert only(pairs(5, people="aa"), Forwarding(), "forwarding") == ()


def test_an_engaged_line_is_none() -> None:
    rows = [row._replace(outcome="busy") if row.person == "b" else row for row in pairs(5)]
    assert only(rows, Forwarding(), "forwarding") == ()


def test_numbers_with_many_lines_are_not_told() -> None:
    assert only(pairs(5), Forwarding(known=["+17135550100"]), "forwarding") == ()
