"""The simulator: the same seed and number give the same bits, whatever was made before."""

from __future__ import annotations

from time import process_time

import numpy as np
import pytest

from securecall.errors import InputError
from securecall.fraud.bench.call import Call
from securecall.fraud.bench.corpora import Corpora
from securecall.fraud.bench.label import INNOCENT, KINDS, LEGS
from securecall.fraud.bench.simulate import Simulator


def same(one: Call, other: Call) -> bool:
    return one.labels == other.labels and all(
        np.array_equal(one.legs[leg], other.legs[leg])
        and np.array_equal(one.lost[leg], other.lost[leg])
        for leg in LEGS
    )


def test_a_call_does_not_depend_on_those_before_it() -> None:
    one, other = Simulator(7, call_s=60), Simulator(7, call_s=60)
    forward = [one.call(index) for index in range(3)]
    backward = [other.call(index) for index in (2, 1, 0)][::-1]
    assert all(map(same, forward, backward))
    assert [call.index for call in one.calls(1, 2)] == [1, 2]
    assert all(map(same, forward[1:], one.calls(1, 2)))


def test_seed_number_and_split_each_make_another_call() -> None:
    base = Simulator(7, call_s=60)
    calls = [
        base.call(0), base.call(1), Simulator(8, call_s=60).call(0),
        Simulator(7, Corpora("sealed"), call_s=60).call(0),
    ]  # fmt: skip
    assert not any(same(calls[0], other) for other in calls[1:])


def test_labels_are_inside_the_call_in_order_and_apart() -> None:
    for call in Simulator(3, call_s=90).calls(0, 6):
        starts = [label.start_s for label in call.labels]
        assert starts == sorted(starts)
        for label in call.labels:
            assert 0 <= label.start_s <= label.end_s <= call.seconds
            assert label.leg in LEGS
            assert label.kind in (*KINDS, INNOCENT)
        assert {len(call.legs[leg]) for leg in LEGS} == {90 * 8000}
        assert {len(call.lost[leg]) for leg in LEGS} == {4500}
        assert all(np.abs(call.legs[leg].astype(int)).max() > 300 for leg in LEGS)


def test_calls_can_be_all_innocent_or_of_one_kind() -> None:
    none = Simulator(3, call_s=60, kinds=())
    one = Simulator(3, call_s=60, kinds=("keypad",))
    assert {label.kind for call in none.calls(0, 4) for label in call.labels} == {INNOCENT}
    assert {label.kind for call in one.calls(0, 10) for label in call.labels} == {
        INNOCENT,
        "keypad",
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"call_s": 5}, "call_s must be 30 to 7200"), ({"kinds": ("theft",)}, "no kind 'theft'")],
)
def test_what_cannot_be_made_is_refused(arguments: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Simulator(1, **arguments)  # type: ignore[arg-type]


def test_an_hour_costs_little() -> None:
    simulator = Simulator(5, call_s=120)
    simulator.call(0)
    begun = process_time()
    for index in range(1, 3):
        simulator.call(index)
    # 200 times real time and more are measured; this only says that it is not slow.
    assert process_time() - begun < 240 / 20
