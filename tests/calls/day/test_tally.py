"""The tally: what is counted of records, and no more than so much kept of them."""

from __future__ import annotations

import json

from tests.calls.day.records import OPENS_MS, a_record

from securecall.calls.day.tally import STRIPS_MAX, Burn, Strip, Tally, outcome_of
from securecall.calls.record import HeardEvent


def test_a_record_is_counted_once_in_every_list() -> None:
    tally = Tally(OPENS_MS)
    event = HeardEvent(1, "three_way", "alert", 30_000, "alert+review")
    tally.record(a_record(events=(event,), warnings_ms=(60_000,)))
    tally.record(a_record(status="denied", accepted_ms=None, reason="pin_invalid",
                          reasons=("pin_invalid",), duration_ms=0, billed_ms=0))  # fmt: skip
    told = tally.as_dict()
    assert told["attempts"] == 2
    assert told["outcomes"] == {"denied": 1, "talked": 1}
    assert told["endings"] == {"completed_caller_hangup": 1, "pin_invalid": 1}
    assert told["denials"] == {"pin_invalid": 1}
    assert told["events"] == {"three_way alert": 1}
    assert told["warnings"] == {"60000": 1}
    assert told["talked_ms"] == 95_000
    assert json.loads(json.dumps(told)) == told


def test_hours_count_from_the_opening_and_may_be_before_it() -> None:
    tally = Tally(OPENS_MS)
    tally.record(a_record(dialed_ms=OPENS_MS - 1))
    tally.record(a_record(dialed_ms=OPENS_MS))
    assert sorted(tally.hours) == [(-1, "talked"), (0, "talked")]


def test_the_most_live_calls_of_five_minutes_are_kept() -> None:
    tally = Tally(OPENS_MS)
    for at_ms, calls in ((0, 2), (100, 5), (299_999, 3), (300_000, 1)):
        tally.alive(OPENS_MS + at_ms, calls)
    assert tally.live == {0: 5, 1: 1}


def test_few_strips_are_kept() -> None:
    tally = Tally(OPENS_MS)
    for n in range(STRIPS_MAX + 5):
        tally.strip(Strip(f"c-{n}", OPENS_MS, 60.0, "completed", (), ()))
    assert len(tally.strips) == STRIPS_MAX


def test_what_became_of_an_attempt_has_one_of_three_names() -> None:
    assert outcome_of(a_record()) == "talked"
    assert outcome_of(a_record(status="unanswered", accepted_ms=None)) == "not_accepted"
    assert outcome_of(a_record(status="denied", accepted_ms=None)) == "denied"


def test_a_cutoff_that_a_later_one_replaced_has_moved() -> None:
    burn = Burn("fam-1", 0, timers=[(1, 50, "a"), (2, 60, "b"), (9, 90, "a"), (10, 80, "a")])
    assert burn.moved == [(1, 50)]
