"""Rates, decks and prefixes that no call gets, and why."""

from __future__ import annotations

from datetime import date

from tests.rating.lint.small import only, rate, small, survey_of, told

from securecall.rating.call import Call
from securecall.rating.lint import Finding
from securecall.rating.lint.reach import winner_of

HEADER = "prefix,price,per_ms,initial_ms,increment_ms\n"
DECK = '[[contract.deck]]\nfile = "d.csv"\n'


def deck(*prefixes: str) -> dict[str, str]:
    return {"d.csv": HEADER + "".join(f"{each},0.05,60000,60000,60000\n" for each in prefixes)}


def unreachable(*args: str, **more: object) -> Finding:
    return only(small(*args, **more), "unreachable_rate")  # type: ignore[arg-type]


def test_a_rate_that_another_always_goes_before_is_told_with_that_one() -> None:
    finding = unreachable(rate("all", "priority = 1"), rate("never", 'medium = "audio"'))
    assert finding.severity == "warning"
    assert finding.message == (
        'rate "never" never applies: whenever it is in force, another does, rate "all" for '
        "+12105550123 on 2026-04-06 00:00"
    )
    assert finding.where.key == "contract[0].rate[1]"


def test_a_rate_that_applies_in_one_minute_of_the_week_is_reached() -> None:
    most = rate("most", "priority = 1", 'when = { from = "00:01", to = "24:00" }')
    minute = rate("minute", 'when = { days = ["sun"], to = "00:01" }')
    rest = rate("rest", "priority = -1")
    assert told(small(most, minute, rest)) == []


def test_several_that_together_leave_nothing_make_a_rate_unreachable() -> None:
    day = rate("day", "priority = 1", 'when = { from = "07:00", to = "19:00" }')
    night = rate("night", "priority = 1", 'when = { from = "19:00", to = "07:00" }')
    assert unreachable(day, night, rate("never")).where.key == "contract[0].rate[2]"


def test_a_rate_whose_time_is_over_or_to_come_is_a_note() -> None:
    ended = unreachable(rate("old", "priority = 1", "effective_to = 2026-01-01"), rate("all"))
    assert ended.severity == "note"
    assert ended.message == (
        'rate "old" never applies: it ended on 2026-01-01 00:00, not after 2026-04-06 00:00'
    )
    just = unreachable(rate("old", "priority = 1", "effective_to = 2026-04-06"), rate("all"))
    assert "it ended on 2026-04-06 00:00, not after 2026-04-06 00:00" in just.message
    tariff = small(rate("new", "effective_from = 2030-01-01"), rate("all"))
    coming = only(tariff, "unreachable_rate", since=date(2026, 5, 1))
    assert coming.severity == "note"
    assert coming.message == (
        'rate "new" never applies: it begins on 2030-01-01 00:00, not before 2028-05-01 00:00'
    )


def test_an_old_price_is_a_note_once_another_has_replaced_it() -> None:
    old, new = rate("old"), rate("new", "effective_from = 2026-05-01")
    finding = only(small(old, new), "unreachable_rate", since=date(2026, 6, 1))
    assert (finding.severity, finding.message) == (
        "note", 'rate "old" applies no longer: rate "new" has replaced it since 2026-05-01 00:00',
    )  # fmt: skip


def test_an_old_price_for_other_calls_too_is_no_replaced_one() -> None:
    old = rate("old", 'destinations = ["any", "+52"]')
    new = rate("new", "effective_from = 2026-05-01", 'destinations = ["any"]')
    mexico = rate("mx", 'destinations = ["+52"]', "priority = 1")
    finding = only(small(old, new, mexico), "unreachable_rate", since=date(2026, 6, 1))
    assert finding.severity == "warning"


def test_a_deck_is_replaced_by_a_newer_deck_of_all_its_prefixes() -> None:
    newer = '[[contract.deck]]\nfile = "n.csv"\neffective_from = 2026-05-01\n'
    both = {**deck("52"), "n.csv": deck("52", "44")["d.csv"]}
    tariff = small(rate("all"), DECK, newer, decks=both)
    finding = only(tariff, "unreachable_rate", since=date(2026, 6, 1))
    assert finding.severity == "note"
    assert finding.message.startswith("deck d.csv applies no longer: deck n.csv has replaced it")


def test_a_holiday_rate_without_holidays_says_so() -> None:
    finding = unreachable(rate("all"), rate("feast", "priority = 1", "when = { holidays = true }"))
    assert finding.severity == "warning"
    assert "its windows are holidays, and there is none from 2026-04-06 00:00 to" in finding.message


def test_windows_and_dates_that_never_meet_say_so() -> None:
    # From Saturday to Sunday only; a Monday's rate has no day.
    monday = rate(
        "monday", "priority = 1", 'when = { days = ["mon"] }', "effective_from = 2026-05-02",
        "effective_to = 2026-05-04",
    )  # fmt: skip
    finding = only(small(rate("all"), monday), "unreachable_rate", since=date(2026, 5, 1))
    assert "no time lies both in its windows and in its dates" in finding.message


def test_a_rate_for_calls_that_no_facility_has_is_told() -> None:
    finding = unreachable(rate("all"), rate("local", 'destinations = ["local"]'))
    assert finding.message == (
        'rate "local" never applies: no facility of the contract has calls to local'
    )
    assert isinstance(finding.witness, Call)


# Prefixes ----------------------------------------------------------------------------------------


def test_prefixes_that_another_rate_takes_are_a_note_with_one_such_call() -> None:
    mexico = rate("mx", 'destinations = ["+52"]', "priority = 1")
    tariff = small(rate("all"), mexico, DECK, decks=deck("44", "52", "33"))
    finding = only(tariff, "unreachable_prefix")
    assert (finding.severity, finding.prefixes) == ("note", 1)
    assert finding.message.startswith("1 of the 3 prefixes of deck d.csv never apply: +52; +52")
    assert finding.message.endswith('gets rate "mx"')


def test_a_prefix_that_no_number_has_is_told_without_a_call() -> None:
    # After +1 come ten digits of which the first is 2 to 9; and no country begins with 0.
    finding = only(small(rate("all"), DECK, decks=deck("11", "0", "44")), "unreachable_prefix")
    assert finding.witness is None
    assert finding.message == (
        "2 of the 3 prefixes of deck d.csv never apply: +11, +0; no number that can be dialled "
        "begins with them and with no longer prefix"
    )


def test_at_most_three_prefixes_are_named() -> None:
    finding = only(
        small(rate("all"), DECK, decks=deck("44", "11", "10", "01", "02", "03")),
        "unreachable_prefix",
    )
    assert finding.prefixes == 5
    three = small(rate("all"), DECK, decks=deck("44", "11", "10", "01"))
    assert ": +11, +10, +01; no number" in only(three, "unreachable_prefix").message
    assert ": +11, +10, +01 and 2 more; " in finding.message


def test_a_prefix_that_is_covered_by_longer_ones_at_home_is_lost() -> None:
    longer = [f"1713{digit}" for digit in range(10)]
    finding = only(small(rate("all"), DECK, decks=deck("1713", *longer)), "unreachable_prefix")
    assert finding.message.startswith("1 of the 11 prefixes of deck d.csv never apply: +1713; ")


def test_decks_that_call_their_prefixes_alike_are_told_by_their_files() -> None:
    first = '[[contract.deck]]\nfile = "n.csv"\npriority = 1\n'
    both = {**deck("52", "44"), "n.csv": deck("52")["d.csv"]}
    finding = only(small(rate("all"), DECK, first, decks=both), "unreachable_prefix")
    assert finding.message.startswith("1 of the 2 prefixes of deck d.csv never apply: +52; +52")
    assert finding.message.endswith(", for one, gets deck n.csv")


def test_who_wins_is_what_the_engine_says() -> None:
    tariff = small(rate("r", 'destinations = ["intrastate"]'))
    survey = survey_of(tariff)
    start = survey.sites[0].clock.whole.first_ms
    assert winner_of(survey, Call("f", "+17135550123", start, 1)) == "r"
    assert winner_of(survey, Call("f", "+12125550123", start, 1)) is None
