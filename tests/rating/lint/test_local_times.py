"""Local times that clocks skip, or show twice: of windows, dates and holidays."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.rating.lint.small import found, only, rate, small, told

from securecall.rating.call import Call

TWICE, SKIPPED = "ambiguous_local_time", "skipped_local_time"


def _clock(tariff: object, **bounds: object) -> list[tuple[str, str]]:
    """Return code and message of what is said of local times."""
    return [
        (code, message)
        for code, _, message in told(tariff, **bounds)  # type: ignore[arg-type]
        if code in (TWICE, SKIPPED)
    ]


# Windows -----------------------------------------------------------------------------------------


def test_a_window_that_begins_in_the_skipped_hour_begins_when_the_clocks_are_set() -> None:
    early = rate("early", "priority = 1", 'when = { from = "02:30", to = "07:00" }')
    finding = only(small(rate("all"), early), SKIPPED)
    assert finding.severity == "warning"
    assert finding.reading == datetime(2027, 3, 14, 2, 30)
    assert finding.message == (
        'rate "early" begins at 02:30, which clocks in America/Chicago skip on 2027-03-14 (2 times '
        "in the time looked at): its window begins when they are set"
    )


def test_a_window_that_ends_in_the_repeated_hour_ends_twice() -> None:
    late = rate("late", "priority = 1", 'when = { from = "19:00", to = "01:30" }')
    finding = only(small(rate("all"), late), TWICE)
    assert finding.reading == datetime(2026, 11, 1, 1, 30)
    assert finding.message == (
        'rate "late" ends at 01:30, which clocks in America/Chicago show twice on 2026-11-01 '
        "(2 times in the time looked at): its window ends at the first, and again at the second"
    )
    # The witness starts at that reading; the first of the two is told.
    assert isinstance(finding.witness, Call)
    assert finding.witness.start_ms == 1_793_514_600_000  # 2026-11-01 06:30 UTC


def test_the_first_minute_of_the_hour_counts_and_the_one_behind_it_does_not() -> None:
    def window(begins: str) -> list[tuple[str, str]]:
        when = f'when = {{ from = "{begins}", to = "12:00" }}'
        return _clock(small(rate("all"), rate("w", "priority = 1", when)))

    # 01:00 to 02:00 is shown twice, and 02:00 to 03:00 not at all.
    assert [[code for code, _ in window(at)] for at in ("00:59", "01:00", "01:59")] == [
        [], [TWICE], [TWICE],
    ]  # fmt: skip
    assert [[code for code, _ in window(at)] for at in ("02:00", "02:59", "03:00")] == [
        [SKIPPED], [SKIPPED], [],
    ]  # fmt: skip


def test_windows_that_join_at_such_a_time_have_no_edge_there() -> None:
    joined = 'when = [{ from = "19:00", to = "01:30" }, { from = "01:30", to = "07:00" }]'
    assert _clock(small(rate("all"), rate("night", "priority = 1", joined))) == []


def test_a_zone_without_summer_time_has_none() -> None:
    early = rate("early", "priority = 1", 'when = { from = "02:30", to = "07:00" }')
    assert _clock(small(rate("all"), early, state="AZ", timezone="America/Phoenix")) == []


def test_a_window_on_days_on_which_clocks_are_not_set_has_none() -> None:
    # Clocks are set on Sundays.
    early = rate("early", "priority = 1", 'when = { days = ["mon"], from = "02:30", to = "07:00" }')
    assert _clock(small(rate("all"), early)) == []


def test_only_changes_in_the_time_looked_at_count() -> None:
    early = rate("early", "priority = 1", 'when = { from = "02:30", to = "07:00" }')
    tariff = small(rate("all"), early)
    assert _clock(tariff, since=date(2026, 5, 1), until=date(2027, 3, 14)) == []
    assert len(_clock(tariff, since=date(2026, 5, 1), until=date(2027, 3, 15))) == 1


# A midnight that does not exist ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day"),
    [("America/Santiago", datetime(2024, 9, 8)), ("America/Havana", datetime(2024, 3, 10))],
)
def test_a_window_by_days_begins_at_a_midnight_that_is_skipped(zone: str, day: datetime) -> None:
    sunday = rate("sunday", "priority = 1", 'when = { days = ["sun"] }')
    tariff = small(rate("all"), sunday, state="FL", timezone=zone)
    # Years that are over: governments still change their minds about those to come.
    finding = only(tariff, SKIPPED, since=date(2024, 1, 1), until=date(2025, 1, 1))
    assert finding.reading == day
    assert 'rate "sunday" begins at 00:00, which clocks in' in finding.message


def test_a_holiday_that_begins_at_such_a_midnight_is_told_at_the_facility() -> None:
    feast = rate("feast", "priority = 1", "when = { holidays = true }")
    tariff = small(
        rate("all"), feast, facility='holidays = ["2024-09-08"]', timezone="America/Santiago"
    )
    period = {"since": date(2024, 1, 1), "until": date(2025, 1, 1)}
    findings = [one for one in found(tariff, **period) if one.code == SKIPPED]
    at_facility = [one for one in findings if one.where.key == "facility[0]"]
    assert [one.message for one in at_facility] == [
        "holiday 2024-09-08 of f begins on 2024-09-08 00:00, which clocks in America/Santiago "
        "skip: the instant at which they are set counts; write an offset"
    ]


# Dates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "code", "counts"),
    [
        ("2026-11-01T01:30:00", TWICE, "the first counts"),
        ("2027-03-14T02:30:00", SKIPPED, "the instant at which they are set counts"),
    ],
)
def test_an_effective_date_without_an_offset_is_told_with_what_counts(
    moment: str, code: str, counts: str
) -> None:
    new = rate("new", f"effective_from = {moment}")
    finding = only(small(rate("old"), new), code, since=date(2026, 5, 1))
    assert finding.where.key == "contract[0].rate[1]"
    assert finding.message.startswith('rate "new" begins on ')
    assert finding.message.endswith(f": {counts}; write an offset")


def test_with_an_offset_nothing_is_ambiguous() -> None:
    new = rate("new", "effective_from = 2026-11-01T01:30:00-06:00")
    assert _clock(small(rate("old"), new), since=date(2026, 5, 1)) == []


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ('[[tax]]\nid = "t"\npercent = "1"\n', 'tax "t"'),
        ('[[fee]]\nid = "e"\nkind = "paper_bill"\nflat = "0"\n', 'fee "e"'),
        ('[[termination]]\nprefix = "+52"\nper_minute = "0.01"\n', "termination cost of +52"),
    ],
)
def test_dates_of_taxes_fees_and_termination_costs_are_told_too(table: str, name: str) -> None:
    tail = table + "effective_from = 2026-11-01T01:30:00\n"
    finding = only(small(rate("r"), tail=tail), TWICE, since=date(2026, 5, 1))
    assert finding.message.startswith(f"{name} begins on 2026-11-01 01:30, which clocks in ")


def test_a_tax_s_date_is_told_only_where_the_tax_is() -> None:
    # Arizona sets no clocks; that New York's would show the time twice concerns nobody.
    york = '[[facility]]\nid = "g"\nkind = "jail"\nadp = 500\nstate = "NY"\n'
    york += 'timezone = "America/New_York"\ncontract = "c"\n'
    tail = '[[tax]]\nid = "t"\npercent = "1"\nstates = ["AZ"]\n'
    tail += "effective_from = 2026-11-01T01:30:00\n"
    arizona = {"state": "AZ", "timezone": "America/Phoenix", "facility": york}
    assert _clock(small(rate("r"), tail=tail, **arizona), since=date(2026, 5, 1)) == []
    both = tail.replace('["AZ"]', '["AZ", "NY"]')
    [(code, message)] = _clock(small(rate("r"), tail=both, **arizona), since=date(2026, 5, 1))
    assert (code, "America/New_York" in message) == (TWICE, True)


def test_a_fee_s_date_is_told_only_at_facilities_that_it_names() -> None:
    york = '[[facility]]\nid = "g"\nkind = "jail"\nadp = 500\nstate = "NY"\n'
    york += 'timezone = "America/New_York"\ncontract = "c"\n'
    tail = '[[fee]]\nid = "e"\nkind = "paper_bill"\nflat = "0"\nfacilities = ["f"]\n'
    tail += "effective_from = 2026-11-01T01:30:00\n"
    arizona = {"state": "AZ", "timezone": "America/Phoenix", "facility": york}
    assert _clock(small(rate("r"), tail=tail, **arizona), since=date(2026, 5, 1)) == []
