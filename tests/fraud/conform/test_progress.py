"""The table of call progress is well formed and says what the precise tone plan says."""

from __future__ import annotations

import pytest

from securecall.fraud.conform.progress import progress_rows, tones
from securecall.fraud.tones import plan, plan_names


def frequencies(name: str) -> set[tuple[float, ...]]:
    return {one.frequencies_hz for one in tones()[name].segments if one.frequencies_hz}


@pytest.mark.parametrize(
    ("name", "hz", "level"),
    [
        ("dial", (350, 440), -13),
        ("ringback", (440, 480), -19),
        ("busy", (480, 620), -24),
        ("reorder", (480, 620), -24),
        ("call_waiting", (440,), -13),
        ("cas", (2130, 2750), -20),
    ],
)
def test_the_precise_tone_plan(name: str, hz: tuple[float, ...], level: float) -> None:
    assert frequencies(name) == {hz}
    assert tones()[name].level_dbm0 == level


def test_cadences() -> None:
    def once(name: str) -> list[float]:
        return [one.length_ms for one in tones()[name].segments[:2]]

    assert once("ringback") == [2000, 4000]
    assert once("busy") == [500, 500]
    assert once("reorder") == [250, 250]
    assert once("off_hook_warning") == [100, 100]
    assert [one.length_ms for one in tones()["sit_vc"].segments] == [380, 274, 380]
    assert [one.length_ms for one in tones()["call_waiting"].segments] == [300]


def test_names_are_those_of_the_detectors_plans() -> None:
    for name, tone in tones().items():
        assert plan(tone.plan)[tone.name].name == tone.name
        assert name in (tone.name, f"{tone.plan}.{tone.name}")


def test_every_tone_of_every_plan_is_sent() -> None:
    # Of plans beside North America's the tones that are the same everywhere are not sent again.
    shared = {"sit_itu", "fax_cng", "fax_ced", "bell_ans", "modem_calling"}
    sent = {(tone.plan, tone.name) for tone in tones().values()}
    # The plan for monitors is no network's: it has what the others have, and tests of its own.
    for name in set(plan_names()) - {"monitor"}:
        wanted = {(name, tone.name) for tone in plan(name)}
        if name != "north_america":
            wanted -= {(name, one) for one in shared}
        assert wanted <= sent


def test_the_detectors_plans_say_the_same_frequencies() -> None:
    # Two tables, written apart: a wrong figure in one of them shows.
    for tone in tones().values():
        steps = plan(tone.plan)[tone.name].cadences[0].steps
        theirs = [one.frequencies_hz for one in steps]
        ours = [one.frequencies_hz for one in tone.segments if one.frequencies_hz]
        assert ours[: len(theirs)] == theirs


def test_every_tone_is_in_every_general_row() -> None:
    rows = {row.id for row in progress_rows()}
    for part in ("clean", "snr-30", "snr-20", "snr-12", "snr-6"):
        assert {f"{part}/{name}" for name in tones()} <= rows


def test_twelve_decibels_with_five_per_cent_is_a_requirement() -> None:
    for row in progress_rows():
        if row.id.startswith("snr-12/"):
            assert row.expect == 0.99
            assert row.line.snr_db == 12
            assert {one.cadence_percent for one in row.offs} == {-5, 0, 5}
            assert {one.frequency_percent for one in row.offs} == {-0.5, 0, 0.5}


def test_only_tones_without_a_cadence_have_a_latency() -> None:
    timed = {name for name, tone in tones().items() if tone.latency_ms_most is not None}
    assert timed == {"dial", "cas", "sf_2600", "fax_ced", "bell_ans", "uk.dial"}
    assert all(tones()[name].latency_ms_most == 250 for name in timed)
