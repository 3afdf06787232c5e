"""The time that lint looks at: asked for, or worked out from the file; never from a clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.rating.lint.small import SAFE, rate, small

from securecall.errors import InputError, InputTypeError
from securecall.rating.lint.period import Period, period_of
from securecall.rating.tariff import Tariff
from securecall.rating.zones import epoch_ms, load_zone


def period(tariff: Tariff, since: Any = None, until: Any = None) -> Period:
    return period_of(tariff.document, tariff.rules, since, until)


def test_a_file_without_dates_is_looked_at_from_the_newest_federal_ceilings_on() -> None:
    assert period(small(rate("r"))) == Period(date(2026, 4, 6), date(2028, 4, 6))


@pytest.mark.parametrize(
    ("latest", "since"),
    [
        ("2022-03-01", date(2021, 10, 26)),
        ("2026-04-06", date(2026, 4, 6)),
        ("2026-04-05", date(2025, 6, 30)),
        ("2027-01-01T00:00:00-06:00", date(2026, 4, 6)),
        ("1999-01-01", date(1999, 1, 1)),  # before there were rules
    ],
)
def test_a_dated_file_from_the_rules_that_its_latest_date_falls_under(
    latest: str, since: date
) -> None:
    old = rate("old", "effective_from = 1998-01-01")
    new = rate("new", f"effective_from = {latest}")
    assert period(small(old, new)).since == since


def test_dates_of_decks_taxes_fees_and_termination_costs_count_too() -> None:
    dated = "effective_from = 2022-03-01"
    deck = {"d.csv": "prefix,price,per_ms,initial_ms,increment_ms\n52,0.05,60000,60000,60000\n"}
    tails = (
        f'[[tax]]\nid = "t"\npercent = "1"\n{dated}',
        f'[[fee]]\nid = "e"\nkind = "paper_bill"\nflat = "1.00"\n{dated}',
        f'[[termination]]\nprefix = "+52"\nper_minute = "0.01"\n{dated}',
        f'[[contract.deck]]\nfile = "d.csv"\n{dated}',
    )
    for tail in tails:
        assert period(small(rate("r"), tail=tail, decks=deck)).since == date(2021, 10, 26)


def test_without_regulation_the_latest_date_itself_is_the_first() -> None:
    tariff = small(rate("r", "effective_from = 2022-03-01"), regulation="none")
    assert period(tariff) == Period(date(2022, 3, 1), date(2024, 3, 1))


def test_what_is_asked_for_counts_and_ends_two_years_on_unless_said() -> None:
    tariff = small(rate("r"))
    assert period(tariff, date(2024, 2, 29)) == Period(date(2024, 2, 29), date(2026, 3, 1))
    assert period(tariff, date(2099, 5, 1)).until == date(2100, 1, 1)
    aware = datetime(2026, 1, 1, tzinfo=UTC)
    assert period(tariff, aware).until == datetime(2028, 1, 1, tzinfo=UTC)
    assert period(tariff, None, date(2026, 5, 1)) == Period(date(2026, 4, 6), date(2026, 5, 1))


@pytest.mark.parametrize(
    ("since", "until", "error", "rule"),
    [
        (datetime(2026, 1, 1), None, InputError, "since must have a time zone, or be a date"),
        (None, datetime(2027, 1, 1), InputError, "until must have a time zone, or be a date"),
        ("2026-01-01", None, InputTypeError, "since must be a date or an aware datetime, not str"),
        (None, 5, InputTypeError, "until must be a date or an aware datetime, not int"),
        (date(1969, 1, 1), None, InputError, "since must be in the years 1970 to 2099"),
        (date(2026, 1, 1), date(2101, 1, 1), InputError, "until must be in the years 1970 to 2099"),
        (date(2026, 1, 1), date(2026, 1, 1), InputError, "until must be later than since"),
        (date(2026, 1, 2), date(2026, 1, 1), InputError, "until must be later than since"),
    ],
)
def test_a_bound_that_cannot_be_is_told(
    since: Any, until: Any, error: type[Exception], rule: str
) -> None:
    with pytest.raises(error, match=rule):
        period(small(rate("r", steps=SAFE)), since, until)


def test_a_date_is_each_facility_s_own() -> None:
    june = Period(date(2026, 6, 1), date(2026, 7, 1))
    first, after = june.bounds(load_zone("America/Chicago"))
    assert first == epoch_ms(datetime(2026, 6, 1, 5, tzinfo=UTC))
    assert after == epoch_ms(datetime(2026, 7, 1, 5, tzinfo=UTC))


def test_nothing_is_looked_at_that_could_not_be_rated() -> None:
    whole = Period(date(1970, 1, 1), date(2100, 1, 1))
    first, after = whole.bounds(load_zone("Asia/Kolkata"))
    assert first == 0  # its midnight lies before 1970 in UTC
    assert after <= epoch_ms(datetime(2100, 1, 1, tzinfo=UTC))
    assert whole.bounds(load_zone("America/Chicago"))[1] == epoch_ms(
        datetime(2100, 1, 1, tzinfo=UTC)
    )
