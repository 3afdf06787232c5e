"""The plans that come with the package say what the standards say, and where it stands."""

from __future__ import annotations

from dataclasses import fields

import pytest

from securecall.errors import InputError
from securecall.fraud.tones import Limits, plan, plan_names

NORTH_AMERICA = [
    # Precise tone plan and ITU-T E.180 Supplement 2, United States; on and off in ms.
    ("dial", 0, [((350, 440), None, None)]),
    ("stutter", 0, [((350, 440), 100, 100)]),
    ("ringback", 0, [((440, 480), 2000, 4000)]),
    ("ringback", 1, [((440, 480), 1000, 3000)]),
    ("ringback", 2, [((440, 480), 1200, 4000)]),
    ("busy", 0, [((480, 620), 500, 500)]),
    ("reorder", 0, [((480, 620), 250, 250)]),
    ("reorder", 1, [((480, 620), 200, 300)]),
    ("reorder", 2, [((480, 620), 300, 200)]),
    # ANSI T1.401.04 and TIA-777.
    ("call_waiting", 0, [((440,), 300, 10000)]),
    ("call_waiting", 1, [((440,), 100, 50)]),
    ("cas", 0, [((2130, 2750), 80, 1000)]),
    ("off_hook_warning", 0, [((1400, 2060, 2450, 2600), 100, 100)]),
    ("sf_2600", 0, [((2600,), None, None)]),
    # ITU-T T.30, V.25; Bell 103.
    ("fax_cng", 0, [((1100,), 500, 3000)]),
    ("fax_ced", 0, [((2100,), None, None)]),
    ("bell_ans", 0, [((2225,), None, None)]),
    ("modem_calling", 0, [((1300,), 600, 1750)]),
]
UK = [
    # BT SIN 350; ITU-T E.180 Supplement 2, United Kingdom.
    ("dial", 0, [((350, 440), None, None)]),
    ("ringback", 0, [((400, 450), 400, 200), ((400, 450), 400, 2000)]),
    ("busy", 0, [((400,), 375, 375)]),
    ("congestion", 0, [((400,), 400, 350), ((400,), 225, 525)]),
    ("number_unobtainable", 0, [((400,), None, None)]),
    ("dt_as", 0, [((2130, 2750), 100, 1000)]),
]
ITU = [
    # ITU-T E.180, clause 3.
    ("dial", 0, [((425,), None, None)]),
    ("ringback", 0, [((425,), 1000, 4000)]),
    ("busy", 0, [((425,), 500, 500)]),
]
# Bellcore: the first segment is low (913.8 Hz) or high (985.2), the second low (1370.6) or high
# (1428.5), the third 1776.7; a segment is short (274 ms) or long (380).
SIT = {
    "sit_ro": ("SLL", "LH"),
    "sit_vc": ("LSL", "HL"),
    "sit_nc": ("LLL", "HH"),
    "sit_ic": ("SSL", "LL"),
    "sit_ro_interlata": ("SLL", "HL"),
    "sit_nc_interlata": ("LLL", "LL"),
    "sit_io": ("LSL", "LH"),
    "sit_future": ("SSL", "HH"),
}


@pytest.mark.parametrize(
    ("network", "name", "number", "steps"),
    [
        (network, *row)
        for network, rows in (("north_america", NORTH_AMERICA), ("uk", UK), ("itu_425", ITU))
        for row in rows
    ],
)
def test_frequencies_and_times_are_those_of_the_standard(
    network: str, name: str, number: int, steps: list[tuple[tuple[float, ...], float, float]]
) -> None:
    cadence = plan(network)[name].cadences[number]
    assert [step.frequencies_hz for step in cadence.steps] == [each[0] for each in steps]
    assert cadence.continuous == (steps[0][1] is None)
    if not cadence.continuous:
        assert [step.on.usual_ms for step in cadence.steps] == [each[1] for each in steps]
        assert [step.pause.usual_ms for step in cadence.steps] == [each[2] for each in steps]


@pytest.mark.parametrize(("name", "code"), SIT.items())
def test_special_information_tones_have_their_eight_codes(name: str, code: tuple[str, str]) -> None:
    steps = plan("north_america")[name].cadences[0].steps
    lengths, places = code
    low_high = ({"L": 913.8, "H": 985.2}, {"L": 1370.6, "H": 1428.5})
    wanted = [low_high[n][place] for n, place in enumerate(places)]
    assert [step.frequencies_hz for step in steps] == [(hz,) for hz in (*wanted, 1776.7)]
    assert [step.on.usual_ms for step in steps] == [{"S": 274, "L": 380}[each] for each in lengths]


def test_the_itu_tone_has_the_ranges_of_its_clause() -> None:
    steps = plan("north_america")["sit_itu"].cadences[0].steps
    assert [step.frequencies_hz for step in steps] == [(950,), (1400,), (1800,)]
    assert {(step.on.least_ms, step.on.usual_ms, step.on.most_ms) for step in steps} == {
        (260, 330, 400)
    }
    assert steps[0].pause.most_ms >= 30


def test_commercial_receivers_ranges_lie_within_ours_or_at_them() -> None:
    busy = plan("north_america")["busy"].cadences[0].steps[0]
    assert (busy.on.least_ms, busy.on.most_ms) == pytest.approx((450, 550))
    ring = plan("north_america")["ringback"].cadences[0].steps[0]
    assert (ring.on.least_ms, ring.on.most_ms) == pytest.approx((1800, 2200))
    cas = plan("north_america")["cas"].cadences[0].steps[0]
    assert (cas.on.least_ms, cas.on.most_ms) == (75, 85)


@pytest.mark.parametrize("network", plan_names())
def test_every_tone_and_every_limit_says_where_it_is_from(network: str) -> None:
    limits = {field.name for field in fields(Limits)} - {"sources"}
    for tone in plan(network):
        assert tone.source
        assert set(tone.limits.sources) == limits
        assert all(len(text) > 5 for text in tone.limits.sources.values())


@pytest.mark.parametrize("network", plan_names())
def test_single_lines_are_asked_for_sharp_edges(network: str) -> None:
    for tone in plan(network):
        for each in tone.cadences:
            single = {len(step.frequencies_hz) for step in each.steps} == {1}
            # What a coder of speech left of a tone may have lost an edge.
            edges = {1, 2} if each.coded or each.even_db > 2.3 or each.pure_db >= 30 else {2}
            assert each.sharp_edges in (edges if single and len(each.steps) < 3 else {0})


def test_a_plan_that_there_is_not_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match=r"no tone plan 'north_amerika'; did you mean 'north_amer"):
        plan("north_amerika")
    with pytest.raises(InputError, match=r"there are itu_425, monitor, north_america, uk"):
        plan("atlantis")


def test_a_tone_that_there_is_not_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match=r"no tone 'ringbak'; did you mean 'ringback'"):
        plan("uk")["ringbak"]


def test_plans_come_in_order_and_are_read_once() -> None:
    assert plan_names() == ("itu_425", "monitor", "north_america", "uk")
    assert plan("uk") is plan("uk")
    assert len({tone.name for tone in plan("north_america")}) == len(plan("north_america").tones)
