"""Which stack holds when: dates, midnights, channels, and what is shared."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.charging import zone_of
from tests.rating.deposits import ms, tariff

from securecall.rating import fee_stack
from securecall.rating.fee_stack import CHANNELS, OF_DEPOSIT, OF_RUNNING, FeeBook, rule_channel
from securecall.rating.tariff import Tariff
from securecall.regulation import Rules
from securecall.regulation.words import CHANNELS as RULE_CHANNELS

FREE = 'regulation = "none"'
MINUTE_MS = 60_000


def ruled(tmp_path: Path, day: str, facility: str, *fees: str) -> Tariff:
    """Load a tariff under a rule that forbids payment fees from a day on, and nothing else."""
    path = tmp_path / "own.csv"
    path.write_text(
        "regime,fee,effective_from,status,cap_usd,citation\n"
        f"own,automated_payment,{day},forbidden,,c\n"
    )
    return tariff(*fees, facility=facility, rules=Rules.load([path]))


def test_channels_are_those_of_the_rules() -> None:
    assert set(CHANNELS.values()) == set(RULE_CHANNELS)
    assert rule_channel("carrier pigeon") is None


def test_without_fees_one_stack_holds_for_ever() -> None:
    calendar = tariff().fee_book.calendar("f", "card", "web")
    assert calendar.starts_ms == (0,)
    assert calendar.stacks[0].fees == ()


def test_stacks_that_do_not_change_are_not_repeated() -> None:
    calendar = tariff('kind = "paper_bill"\nflat = "1.00"').fee_book.calendar("f", "card", "web")
    days = [datetime.fromtimestamp(start / 1000, UTC) for start in calendar.starts_ms]
    # Rules on other kinds and tiers change nothing here; of 2020 only the citation is another.
    assert [day.date().isoformat() for day in days] == [
        "1970-01-01",
        "2016-06-20",
        "2020-11-23",
        "2025-01-01",
        "2025-06-30",
        "2026-04-06",
    ]
    assert all(day.hour in (5, 6) for day in days[1:])


def test_words_that_no_fee_tells_apart_share_a_calendar() -> None:
    book = tariff('flat = "1.00"\nmethods = ["cash"]').fee_book
    first = book.calendar("f", "card", "web")
    assert book.calendar("f", "ach", "kiosk") is first
    assert book.calendar("f", "cash", "web") is not first


def test_bases_are_places_in_the_stack_that_holds() -> None:
    loaded = tariff(
        'id = "a"\nflat = "1"\neffective_from = 2020-01-01',
        'id = "b"\nflat = "1"\nbase = "running"',
        'percent = "5"\nbase = "b"',
        facility=FREE,
    )
    calendar = loaded.fee_book.calendar("f", "card", "web")
    assert [one.base for one in calendar.at(0).fees] == [OF_RUNNING, 0]
    assert [one.base for one in calendar.at(ms("2021-01-01")).fees] == [OF_DEPOSIT, OF_RUNNING, 1]


def test_rows_take_the_short_way_only_where_64_bits_suffice() -> None:
    loaded = tariff(
        'percent = "2.9"',
        'percent = "2.900000000001"',
        'flat = "999999999999"\npercent = "0.000000000001"\nrounding = { unit = "999999999999" }',
        facility=FREE,
    )
    shorts = [one.row()[8] for one in loaded.fee_book.calendar("f", "card", "web").at(0).fees]
    assert shorts[0] == (fee_stack.SHORT_MAX - 1) // 29
    assert shorts[2] == -1


@pytest.mark.parametrize("zone", ["America/St_Johns", "America/Havana", "America/Santiago"])
def test_the_day_of_the_rules_is_the_clock_s_also_when_a_midnight_comes_twice(
    tmp_path: Path, zone: str
) -> None:
    """St. John's went back from 00:01 to 23:01: the day began, stopped, and began again."""
    clock = zone_of(zone)
    for day in ("2010-11-07", "2010-10-10", "2010-11-08", "2010-03-14"):
        place = f'timezone = "{zone}"'
        loaded = ruled(tmp_path, day, place, 'kind = "automated_payment"\nflat = "1.00"')
        calendar = loaded.fee_book.calendar("f", "card", "web")
        begins = datetime.fromisoformat(day).replace(tzinfo=clock)
        first = int(begins.timestamp()) // 60 * MINUTE_MS - 180 * MINUTE_MS
        for at_ms in range(first, first + 360 * MINUTE_MS, MINUTE_MS):
            for instant in (at_ms, at_ms + MINUTE_MS - 1):
                shown = datetime.fromtimestamp(instant / 1000, UTC).astimezone(clock)
                forbidden = calendar.at(instant).fees[0].cap == 0
                assert forbidden == (shown.date().isoformat() >= day)


def test_an_effective_date_begins_once_at_the_first_reading(tmp_path: Path) -> None:
    fee = 'flat = "1.00"\neffective_from = 2010-11-07'
    loaded = tariff(fee, facility=FREE + '\ntimezone = "America/St_Johns"')
    calendar = loaded.fee_book.calendar("f", "card", "web")
    assert calendar.starts_ms == (0, ms("2010-11-07T02:30:00+00:00"))


@settings(deadline=None, max_examples=60)
@given(
    minutes=st.integers(0, 60 * 24 * 365 * 15),
    channel=st.sampled_from(("web", "agent", "phone")),
    adp=st.sampled_from((None, 80, 999, 1000)),
    state=st.sampled_from(("TX", "CA", "NJ")),
)
def test_calendars_say_what_the_rules_say(
    minutes: int, channel: str, adp: int | None, state: str
) -> None:
    at = datetime(2013, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    place = f'state = "{state}"\ntimezone = "America/Chicago"\n# adp =\n'
    place += f"adp = {adp}\n" if adp is not None else ""
    loaded = tariff('kind = "third_party_transfer"\nflat = "9.00"', facility=place)
    rule = Rules.default().fee_rule(
        "third_party_transfer",
        at.astimezone(zone_of("America/Chicago")),
        facility_kind="jail",
        adp=adp,
        state=state,
        channel=rule_channel(channel),
    )
    stack = loaded.fee_book.calendar("f", "card", channel).at(int(at.timestamp() * 1000))
    found = stack.fees[0].rule
    assert (found.status, found.cap, found.source) == (rule.status, rule.cap, rule.source)


def test_a_book_needs_the_engine_of_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = tariff()
    monkeypatch.setattr(fee_stack, "ENGINE_VERSION", 0)
    with pytest.raises(ImportError, match="the fee engine is of version 1, not 0"):
        FeeBook(loaded.document, loaded.rules)
