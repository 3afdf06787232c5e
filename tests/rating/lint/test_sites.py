"""Facilities that meet a contract alike, and everything that their calls can meet."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tests.rating.lint.small import rate, small, survey_of

from securecall.rating.lint.sites import COMBINATIONS
from securecall.rating.words import BILL_TYPES, MEDIA
from securecall.rating.zones import epoch_ms


def second(**keys: str) -> str:
    base = {
        "id": '"g"', "kind": '"jail"', "adp": "8932", "state": '"TX"',
        "timezone": '"America/Chicago"', "contract": '"c"', **keys,
    }  # fmt: skip
    return "\n".join(["[[facility]]", *(f"{key} = {value}" for key, value in base.items())])


def sites(facility: str) -> list[list[str]]:
    return [site.ids for site in survey_of(small(rate("r"), facility=facility)).sites]


def test_facilities_that_no_rate_can_tell_apart_are_one_site() -> None:
    assert sites(second()) == [["f", "g"]]
    assert sites(second(adp="1")) == [["f", "g"]]  # a ceiling is told apart later


def test_whatever_decides_which_rate_applies_makes_a_site_of_its_own() -> None:
    for keys in (
        {"timezone": '"America/Denver"'},
        {"state": '"CA"'},
        {"local": '["+1713"]'},
        {"holidays": '["2026-12-25"]'},
        {"regulation": '"none"'},
    ):
        assert sites(second(**keys)) == [["f"], ["g"]]


def test_the_time_looked_at_is_cut_where_the_facility_s_rules_change() -> None:
    survey = survey_of(small(rate("r")), since=date(2025, 1, 1), until=date(2026, 6, 1))
    [site] = survey.sites
    assert site.intervals[0] == site.clock.whole.first_ms
    days = (datetime(2025, 6, 30, 5), datetime(2026, 4, 6, 5))  # local midnights
    assert {epoch_ms(day.replace(tzinfo=UTC)) for day in days} <= {*site.intervals}


def test_a_termination_cost_s_dates_cut_it_too() -> None:
    tail = '[[termination]]\nprefix = "+52"\nper_minute = "0.01"\neffective_from = 2027-01-01\n'
    [site] = survey_of(small(rate("r"), tail=tail)).sites
    assert epoch_ms(datetime(2027, 1, 1, 6, tzinfo=UTC)) in site.intervals


def test_numbers_are_seen_by_class_jurisdiction_and_what_they_meet() -> None:
    mexico = rate("mx", 'destinations = ["+52"]')
    local = 'local = ["+1713"]'
    [site] = survey_of(small(rate("r"), mexico, facility=local)).sites
    seen = {(one.rate_class, one.jurisdiction, one.levels) for one in site.groups}
    assert seen == {
        ("local", "intrastate", ((0,),)),
        ("intrastate", "intrastate", ((0,),)),
        ("interstate", "interstate", ((0,),)),
        ("interstate", "mixed", ((0,),)),
        ("international", "international", ((0,),)),
        ("international", "international", ((1,), (0,))),
    }


def test_local_falls_back_to_the_class_of_the_jurisdiction_and_then_to_any() -> None:
    rates = [
        rate(name, f'destinations = ["{name}"]') for name in ("any", "interstate", "intrastate")
    ]
    [site] = survey_of(small(*rates, facility='local = ["+1713"]')).sites
    levels = {one.rate_class: one.levels for one in site.groups if one.jurisdiction != "mixed"}
    assert levels["local"] == ((2,), (0,))
    assert levels["interstate"] == ((1,), (0,))
    assert levels["international"] == ((0,),)


def test_numbers_that_are_not_e_164_are_met_only_without_regulation() -> None:
    def odd(regulation: str) -> set[bool]:
        survey = survey_of(small(rate("r"), regulation=regulation))
        return {
            group.number[0] == "0"
            for site in survey.sites
            for seen in site.groups
            for group in seen.groups.values()
        }

    assert odd("auto") == {False}
    assert odd("none") == {False, True}


def test_every_medium_and_bill_type_is_looked_at_for_every_kind_of_number() -> None:
    survey = survey_of(small(rate("r", 'medium = "audio"', 'bill_types = ["collect"]')))
    met = list(survey.outcomes())
    [site] = survey.sites
    assert len(met) == len(site.groups) * len(MEDIA) * len(BILL_TYPES)
    served = {(one.medium, one.bill_type) for one in met if one.outcome.served}
    assert served == {("audio", "collect")}
    assert len(COMBINATIONS) == 10


def test_a_call_that_is_made_of_what_is_met_is_one_of_those_calls() -> None:
    tariff = small(rate("r"), facility='local = ["+1713"]')
    for met in survey_of(tariff).outcomes():
        call = met.call(met.site.clock.whole.first_ms)
        rated = tariff.rate(call)
        assert rated.rate_class == met.seen.rate_class
        reported = "interstate" if met.seen.jurisdiction == "mixed" else met.seen.jurisdiction
        assert rated.jurisdiction == reported
        assert (call.duration_ms, call.medium) == (60_000, met.medium)
