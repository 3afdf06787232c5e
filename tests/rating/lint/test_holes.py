"""Times without a rate, and calls that no rate is for."""

from __future__ import annotations

from datetime import date

from tests.rating.lint.small import found, only, rate, small, told

AUDIO = 'medium = "audio"'
ALL_VIDEO = rate("video", 'medium = "video"')


def test_a_stretch_of_every_day_without_a_rate_is_an_error_told_once() -> None:
    day = rate("day", 'when = { from = "07:00", to = "19:00" }')
    night = rate("night", 'when = { from = "19:00", to = "06:30" }')
    assert told(small(day, night)) == [
        (
            "hole",
            "error",
            "no rate is in force daily 06:30-07:00 for intrastate, interstate and international "
            "calls from f",
        )
    ]


def test_a_hole_of_some_days_and_kinds_of_calls_names_them() -> None:
    week = rate("week", AUDIO, 'when = { days = ["mon", "tue", "wed", "thu", "fri"] }')
    saturday = rate("sat", AUDIO, 'when = { days = ["sat"], to = "12:00" }')
    collect = rate("collect", AUDIO, 'bill_types = ["collect"]')
    finding = only(small(week, saturday, collect, ALL_VIDEO), "hole")
    assert finding.message == (
        "no rate is in force Sat 12:00-24:00; Sun all day for intrastate, interstate and "
        "international audio calls (prepaid, inmate_debit, prepaid_collect, direct_bill) from f"
    )
    assert finding.kinds is not None
    assert "collect" not in finding.kinds.bill_types


def test_a_gap_between_two_dated_rates_is_an_error_with_both_ends() -> None:
    first = rate("a", "effective_to = 2026-06-01")
    then = rate("b", "effective_from = 2026-06-02")
    finding = only(small(first, then), "hole")
    assert finding.message.startswith(
        "no rate is in force from 2026-06-01 00:00 to 2026-06-02 00:00 for"
    )
    assert finding.severity == "error"


def test_before_the_first_rate_is_a_note_and_behind_the_last_a_warning() -> None:
    only_summer = rate("a", "effective_from = 2026-06-01", "effective_to = 2026-09-01")
    said = told(small(only_summer), since=date(2026, 5, 1), until=date(2026, 12, 1))
    assert [(code, severity, text.split(" for ")[0]) for code, severity, text in said] == [
        ("out_of_term", "warning", "no rate is in force from 2026-09-01 00:00 on"),
        ("out_of_term", "note", "no rate is in force before 2026-06-01 00:00"),
    ]


def test_a_window_s_hole_in_a_part_of_the_time_says_from_when_until_when() -> None:
    day = rate("day", 'when = { from = "07:00" }', "effective_to = 2026-09-01")
    all_day = rate("all", "effective_from = 2026-09-01")
    finding = only(small(day, all_day), "hole", since=date(2026, 5, 1))
    assert "daily 00:00-07:00 until 2026-09-01 00:00 for" in finding.message


def test_calls_that_nothing_is_for_are_a_note() -> None:
    # A contract that leaves something out on purpose must not read as broken.
    assert told(small(rate("r", AUDIO, 'destinations = ["intrastate", "interstate"]'))) == [
        ("unserved", "note", "nothing serves international calls from f"),
        ("unserved", "note", "nothing serves intrastate and interstate video calls from f"),
    ]


def test_some_numbers_of_a_class_without_a_rate_are_told_with_one_of_them() -> None:
    mexico = rate("mx", 'destinations = ["+52"]')
    home = rate("home", 'destinations = ["intrastate", "interstate"]')
    finding = only(small(mexico, home), "unserved")
    assert finding.message.startswith(
        "nothing serves international calls from f to some numbers, such as +"
    )
    assert not finding.witness.number.startswith("+52")  # type: ignore[union-attr]


def test_facilities_that_lack_the_same_are_told_together() -> None:
    second = "\n".join(
        ['[[facility]]', 'id = "g"', 'kind = "prison"', 'state = "CA"',
         'timezone = "America/Los_Angeles"', 'contract = "c"']
    )  # fmt: skip
    day = rate("day", 'when = { from = "07:00" }')
    findings = [one for one in found(small(day, facility=second)) if one.code == "hole"]
    assert len(findings) == 1
    assert findings[0].kinds is not None
    assert findings[0].kinds.facilities == ("f", "g")


def test_a_holiday_without_a_rate_is_found_though_it_is_one_day_of_two_years() -> None:
    ordinary = rate("r", 'when = { from = "00:00", to = "24:00" }')
    half = rate("half", "priority = 1", 'when = { holidays = true, to = "12:00" }')
    assert told(small(ordinary, half, facility='holidays = ["2026-12-25"]')) == []
    weekdays = ", ".join(f'"{day}"' for day in ("mon", "tue", "wed", "thu", "sat", "sun"))
    no_friday = rate("r", f"when = {{ days = [{weekdays}] }}")
    finding = only(small(no_friday, half, facility='holidays = ["2026-12-25"]'), "hole")
    assert "Fri all day; on a holiday that is a Fri 12:00-24:00" in finding.message
