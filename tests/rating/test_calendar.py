"""Times in force as the engine takes them: numbered once, worked out for every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

from securecall.rating.calendar import FOREVER, Calendar
from securecall.rating.windows import Window
from securecall.rating.zones import epoch_ms, load_zone

DAY = date(2026, 4, 6)
NIGHT = (Window(from_ms=68_400_000, to_ms=90_000_000),)  # 19:00 to 01:00
HOUR = 3_600_000


def _ms(*parts: int) -> int:
    return epoch_ms(datetime(*parts, tzinfo=UTC))  # type: ignore[misc, arg-type]


def test_what_always_holds_has_no_number() -> None:
    assert Calendar().term(None, None) == -1


def test_equal_terms_and_zones_are_numbered_once() -> None:
    calendar = Calendar()
    assert [calendar.zone(name) for name in ("UTC", "America/Chicago", "UTC")] == [0, 1, 0]
    assert calendar.term(DAY, None) == calendar.term(DAY, None) == 0
    assert calendar.term(None, DAY) == 1
    assert calendar.term(DAY, None, NIGHT) == 2
    assert calendar.term(DAY, None, tuple(NIGHT)) == 2
    assert len(calendar.schedules) == 1


def test_a_local_date_is_another_instant_in_each_zone_and_an_offset_the_same() -> None:
    calendar = Calendar()
    calendar.zone("America/Chicago")
    calendar.zone("America/New_York")
    calendar.term(DAY, datetime(2026, 7, 1, tzinfo=UTC))
    # Terms by zone: [begins, ends, schedule].
    assert calendar.parts()["terms"].tolist() == [
        [_ms(2026, 4, 6, 5), _ms(2026, 7, 1), -1],
        [_ms(2026, 4, 6, 4), _ms(2026, 7, 1), -1],
    ]


def test_a_term_without_an_end_goes_on_for_ever() -> None:
    calendar = Calendar()
    calendar.zone("UTC")
    calendar.term(None, DAY)
    calendar.term(DAY, None)
    at = _ms(2026, 4, 6)
    assert calendar.parts()["terms"].tolist() == [[-FOREVER, at, -1], [at, FOREVER, -1]]


def test_a_day_whose_midnight_is_skipped_begins_at_the_change() -> None:
    calendar = Calendar()
    calendar.zone("America/Santiago")
    calendar.zone("America/Havana")
    calendar.term(date(2026, 9, 6), None)
    calendar.term(date(2026, 3, 8), None)
    begins = [row[0] for row in calendar.parts()["terms"].tolist()]
    assert begins[0] == _ms(2026, 9, 6, 4)  # Santiago goes from 24:00 to 01:00
    assert begins[3] == _ms(2026, 3, 8, 5)  # and Havana from 24:00 to 01:00 too


def test_a_schedule_has_its_edges_for_each_of_28_types_of_day_and_where_they_end() -> None:
    calendar = Calendar()
    calendar.zone("UTC")
    calendar.term(None, None, NIGHT)
    parts = calendar.parts()
    first = parts["edge_first"].tolist()
    edges = parts["edges"].tolist()
    assert len(first) == 28 + 1
    assert first[-1] == len(edges)
    assert edges[first[0] : first[1]] == [[0, 1], [1 * HOUR, 0], [19 * HOUR, 1]]


def test_zones_are_their_changes_one_after_the_other() -> None:
    calendar = Calendar()
    calendar.zone("UTC")
    calendar.zone("America/Chicago")
    parts = calendar.parts()
    [(first, count), (second, others)] = parts["zones"].tolist()
    utc, chicago = load_zone("UTC"), load_zone("America/Chicago")
    assert (first, count, second, others) == (0, len(utc.begins_ms), count, len(chicago.begins_ms))
    assert parts["zone_utc"].tolist() == [*utc.begins_ms, *chicago.begins_ms]
    assert parts["zone_offset"].tolist() == [*utc.offsets_ms, *chicago.offsets_ms]


def test_a_calendar_without_anything_is_rows_that_nobody_looks_at() -> None:
    parts = Calendar().parts()
    assert parts["terms"].tolist() == [[0, 0, 0]]
    assert parts["edges"].tolist() == parts["zones"].tolist() == [[0, 0]]
    assert len(parts["areas"]) == 1000
