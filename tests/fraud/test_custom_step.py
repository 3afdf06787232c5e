"""Steps that numba compiles: what they are given, what they say, what they are refused for."""

from __future__ import annotations

import sys
from typing import Any

import numba
import numpy as np
import pytest

from securecall.errors import BuildError, InputError, InputTypeError
from securecall.fraud.custom import CustomDetector
from securecall.fraud.custom_step import GO, Says, Step, _compiled
from securecall.fraud.measures import MEASURES

SAYS = {1: Says("keypad", "one"), -2: Says("humming", "two", "note")}


def every(row: Any, state: Any, out: Any) -> int:
    """Say 1 in each third row and -2 in each fifth."""
    state[0] += 1
    out[0] = row[0]
    if state[0] % 5 == 0:
        out[1] = 60
        out[2] = state[0]
        return -2
    if state[0] % 3 == 0:
        return 1
    return 0


def rows(count: int) -> Any:
    made = np.full((count, len(MEASURES)), 0.5, np.float32)
    made.flags.writeable = False
    return made


def test_codes_become_claims_with_their_words_and_cues() -> None:
    found = Step(every, SAYS, state=1, cues=("count",)).observe(rows(6), 1_000.0)
    assert [(one.kind, one.detail, one.grade) for one in found] == [
        ("keypad", "one", "alert"), ("humming", "two", "note"), ("keypad", "one", "alert"),
    ]  # fmt: skip
    # A row of 20 ms is found at its end; where nothing else is said it began with the row.
    assert [(one.start_ms, one.detected_ms) for one in found] == [
        (1_040.0, 1_060.0), (1_040.0, 1_100.0), (1_100.0, 1_120.0),
    ]  # fmt: skip
    assert [dict(one.cues) for one in found] == [{"count": 0.0}, {"count": 5.0}, {"count": 0.0}]
    assert found[0].probability == 0.5


def test_many_rows_at_once_are_stepped_over_like_few() -> None:
    whole = Step(every, SAYS, state=1, cues=("count",)).observe(rows(3 * GO + 7), 0.0)
    step = Step(every, SAYS, state=1, cues=("count",))
    single = [one for n in range(3 * GO + 7) for one in step.observe(rows(1), n * 20.0)]
    assert whole == single
    assert len(whole) > GO


def test_a_step_that_began_before_the_call_began_with_it() -> None:
    def early(row: Any, state: Any, out: Any) -> int:
        out[1] = 500
        return 1

    (found,) = Step(early, SAYS).observe(rows(1), 0.0)
    assert found.start_ms == 0.0


def test_a_code_that_nothing_stands_for_is_refused() -> None:
    with pytest.raises(InputError, match="the step every returned -2, a code without says"):
        Step(every, {1: Says("keypad")}, state=1, cues=("count",)).observe(rows(5), 0.0)


def test_a_function_that_numba_compiled_is_taken_as_it_is() -> None:
    ready = numba.njit(every)
    assert len(Step(ready, SAYS, state=1, cues=("count",)).observe(rows(5), 0.0)) == 2


def test_a_division_by_zero_is_an_infinity_and_no_end_of_the_call() -> None:
    def divides(row: Any, state: Any, out: Any) -> int:
        out[0] = 1.0 / (row[0] - row[0])
        return 1

    (found,) = Step(divides, SAYS).observe(rows(1), 0.0)
    assert found.probability == np.inf
    with pytest.raises(InputError, match="a claim of divides: probability must be"):
        CustomDetector(lambda: Step(divides, SAYS), legs=["called"]).feed(bytes(320))


def test_an_index_out_of_bounds_is_told_where_it_is_checked() -> None:
    def outside(row: Any, state: Any, out: Any) -> int:
        state[len(row) + 4] += 1
        return 0

    with pytest.raises(IndexError):
        Step(outside, SAYS, state=2, check=True).observe(rows(1), 0.0)


def test_what_numba_does_not_take_is_told_in_its_words() -> None:
    def odd(row: Any, state: Any, out: Any) -> int:
        return row.no_such_thing()  # type: ignore[no-any-return]

    with pytest.raises(InputError, match=r"(?s)numba does not take the step odd: .*no_such_thing"):
        Step(odd, SAYS)


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ({"state": -1}, "state must be a whole number from 0 to 100000, not -1"),
        ({"state": 1.5}, "state must be a whole number"),
        ({"cues": ["c"] * 101}, "a step has 100 cues at most, not 101"),
        ({"says": {0: Says("keypad")}}, "a code is a whole number other than 0, not 0"),
        ({"says": {"1": Says("keypad")}}, "a code is a whole number other than 0, not '1'"),
    ],
)
def test_parameters_that_cannot_be_are_refused(told: dict[str, Any], text: str) -> None:
    with pytest.raises(InputError) as caught:
        Step(every, **({"says": SAYS} | told))
    assert text in str(caught.value)


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(InputTypeError, match="a step is a function, not 5"):
        Step(5, SAYS)  # type: ignore[arg-type]


def test_a_state_goes_on_and_that_of_another_step_is_refused() -> None:
    step = Step(every, SAYS, state=1, cues=("count",))
    step.observe(rows(4), 0.0)
    other = Step(every, SAYS, state=1, cues=("count",))
    other.restore(step.save())
    assert [one.detail for one in other.observe(rows(1), 80.0)] == ["two"]
    for saved in (Step(every, SAYS, state=2, cues=("count",)).save(), b"else\n" + bytes(8)):
        with pytest.raises(InputError, match="not of every with 1"):
            other.restore(saved)


def test_without_numba_it_is_said_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    _compiled.cache_clear()
    with pytest.raises(BuildError, match=r"pip install securecall\[patterns\]"):
        Step(every, SAYS, state=1, cues=("count",))


def test_the_same_step_is_compiled_once() -> None:
    _compiled.cache_clear()
    for _ in range(3):
        Step(every, SAYS, state=1, cues=("count",))
    assert _compiled.cache_info().misses == 1
