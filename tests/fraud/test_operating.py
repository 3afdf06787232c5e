"""The operating point: fewer false alarms ask for more certainty."""

from __future__ import annotations

from typing import Any

import pytest

from securecall.errors import InputError
from securecall.fraud.operating import curves, least_probabilities


def test_curves_fall() -> None:
    assert {"keypad", "call_waiting", "call_forwarding"} <= curves().keys()
    for points in curves().values():
        rates = [rate for rate, _ in points]
        least = [probability for _, probability in points]
        assert rates == sorted(set(rates))
        assert least == sorted(least, reverse=True)
        assert all(0 <= each <= 1 for each in least)


def test_less_is_asked_where_more_is_borne() -> None:
    strict, loose = least_probabilities(1e-9), least_probabilities(1000)
    assert strict.keys() == loose.keys() == curves().keys()
    assert all(strict[kind] >= loose[kind] for kind in strict)
    assert strict["keypad"] > loose["keypad"]
    assert least_probabilities(None) == {}


def test_between_two_points_the_stricter_one_holds() -> None:
    rates = [rate for rate, _ in curves()["keypad"]]
    between = (rates[0] + rates[1]) / 2
    assert least_probabilities(between)["keypad"] == curves()["keypad"][0][1]
    assert least_probabilities(rates[1])["keypad"] == curves()["keypad"][1][1]


@pytest.mark.parametrize("wrong", [0, -1, True, "0.1", float("nan"), float("inf"), [0.1]])
def test_what_is_no_rate_is_refused(wrong: Any) -> None:
    with pytest.raises(InputError, match="max_false_alarms_per_hour must be"):
        least_probabilities(wrong)
