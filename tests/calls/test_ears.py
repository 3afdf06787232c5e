"""The monitor of one call: gaps, pauses, and where the sound stopped."""

from __future__ import annotations

from tests.calls.house import NOON_MS, event, house, talking

from securecall.calls.ears import EVENTS_MAX

FRAME = bytes(320)


def fed(session: object, ms: int) -> None:
    for _ in range(ms // 20):
        session.feed(FRAME)  # type: ignore[attr-defined]
        session.feed(FRAME, "calling")  # type: ignore[attr-defined]


def test_where_the_sound_stopped_is_in_the_record() -> None:
    session = talking(house())
    fed(session, 5_000)
    for _ in range(150):
        session.feed_gap(20, "called")
        session.feed(FRAME, "calling")
    session.hang_up(NOON_MS + 8_000, by="network", cause="MEDIA_TIMEOUT")
    assert session.record.reason == "media_timeout"
    assert session.record.silent_since_ms == NOON_MS + 5_000


def test_a_gap_that_is_over_is_no_end_of_the_sound() -> None:
    session = talking(house())
    fed(session, 2_000)
    session.feed_gap(1_500, "called")
    session.feed_gap(1_500, "calling")
    fed(session, 2_000)
    session.hang_up(NOON_MS + 5_500, by="network")
    assert session.record.silent_since_ms is None


def test_frames_that_just_stop_are_an_end_too() -> None:
    session = talking(house())
    fed(session, 3_000)
    session.hang_up(NOON_MS + 20_000, by="network")
    assert session.record.silent_since_ms == NOON_MS + 3_000


def test_of_a_call_that_nobody_fed_nothing_is_known() -> None:
    session = talking(house())
    session.hang_up(NOON_MS + 20_000, by="network")
    assert session.record.silent_since_ms is None


def test_the_clock_of_the_sound_goes_on_while_the_sides_are_parted() -> None:
    session = talking(house())
    fed(session, 2_000)
    session.pause(NOON_MS + 2_000, "desk")
    fed(session, 5_000)
    session.resume(NOON_MS + 32_000, "desk")
    fed(session, 1_000)
    session.hang_up(NOON_MS + 33_000)
    assert session.record.silent_since_ms is None
    assert session.record.events == ()


def test_a_record_has_an_end_of_events() -> None:
    session = talking(house())
    session.take([event("tone", "note", number=n) for n in range(EVENTS_MAX + 10)])
    session.hang_up(NOON_MS + 40_000)
    assert len(session.record.events) == EVENTS_MAX


def test_the_end_of_an_event_is_no_event() -> None:
    session = talking(house())
    session.take([event("tone", "note"), event("tone", "note", ended=True)])
    session.hang_up(NOON_MS + 40_000)
    assert len(session.record.events) == 1
