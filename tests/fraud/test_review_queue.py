"""The review queue: what a reviewer gets, as values and as JSON Lines."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fraud.policies import event, events, numbers, policies, policy_of

from securecall.errors import InputError, InputTypeError
from securecall.fraud import Event
from securecall.fraud.monitor import CallMonitor
from securecall.fraud.policy import Policy, Rule
from securecall.fraud.policy_checks import GRADES
from securecall.fraud.review_queue import ReviewItem, read_reviews, review, write_reviews

NOON = 1_777_658_400_000
POLICY = policy_of(Rule("any", "alert", ("review",)), Rule("any", "disconnect", ("disconnect",)))


def item(**told: Any) -> ReviewItem:
    """Return what is queued about a usual event."""
    heard = event(**told)
    found = review(
        heard, POLICY.begin().decide(heard), call_id="c-1", media_start_ms=NOON,
        thresholds={"click_db": 24.0}, about={"facility": "tx-harris"},
    )  # fmt: skip
    assert found is not None
    return found


def test_a_reviewer_gets_the_call_the_instant_and_the_evidence() -> None:
    one = item(number=3)
    assert (one.call_id, one.at_ms, one.event.id) == ("c-1", NOON + 60_000, 3)
    assert one.decision.actions == ("review",)
    assert [tuple(each) for each in one.evidence] == [
        ("floor_step_db", 9.5, None), ("click_db", 31.0, 24.0),
    ]  # fmt: skip


def test_thresholds_among_the_cues_stand_beside_what_they_are_of() -> None:
    cues = {"snr_db": 14.0, "snr_db_least": 9.0, "click_db": 31.0, "gap_ms": 80.0,
            "gap_ms_most": 900.0, "at_least": 1.0}  # fmt: skip
    assert [tuple(each) for each in item(cues=cues).evidence] == [
        ("snr_db", 14.0, 9.0), ("click_db", 31.0, 24.0), ("gap_ms", 80.0, 900.0),
        ("at_least", 1.0, None),
    ]  # fmt: skip


def test_what_a_monitor_hears_comes_back_from_the_queue() -> None:
    monitor = CallMonitor(legs=["called"])
    monitor.feed(bytes(32_000))
    heard = [*monitor.signal("dtmf", "5"), *monitor.finish()]
    assert {each.detail for each in heard} == {"5"}
    every = policy_of(*(Rule("any", grade, ("review",)) for grade in GRADES)).begin()
    items = [
        ReviewItem("c-1", NOON, each, every.decide(each), about={"leg": each.leg}) for each in heard
    ]
    assert [ReviewItem.from_json(one.as_json()) for one in items] == items


def test_an_item_travels_to_another_process() -> None:
    one = item(grade="disconnect")
    assert pickle.loads(pickle.dumps(one)) == one
    case = one.wrong(reason="mute", judged_by="desk 3", judged_at_ms=NOON + 10**6)
    assert pickle.loads(pickle.dumps(case)) == case


def test_what_an_older_version_did_not_write_is_as_by_default() -> None:
    assert ReviewItem.from_json(changed(event__leg=None)) == item()


def test_only_what_is_to_be_reviewed_is_queued() -> None:
    heard = event(grade="note")
    decision = POLICY.begin().decide(heard)
    assert review(heard, decision, call_id="c-1", media_start_ms=NOON) is None


def test_a_decision_about_another_event_is_refused() -> None:
    decision = POLICY.begin().decide(event(1))
    with pytest.raises(InputError, match="the decision is about event 1, not 2"):
        review(event(2), decision, call_id="c-1", media_start_ms=NOON)


def test_a_call_without_id_or_instant_is_refused() -> None:
    heard = event()
    decision = POLICY.begin().decide(heard)
    with pytest.raises(InputTypeError, match="call_id must be text"):
        review(heard, decision, call_id="", media_start_ms=NOON)
    with pytest.raises(InputTypeError, match="media_start_ms must be whole epoch milliseconds"):
        review(heard, decision, call_id="c", media_start_ms=1.5)  # type: ignore[arg-type]


def test_a_queue_is_appended_to_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "queue.jsonl"
    first, second = item(number=1), item(number=2, grade="disconnect")
    assert write_reviews(path, [first]) == 1
    assert write_reviews(str(path), [second]) == 1
    assert list(read_reviews(path)) == [first, second]
    told = io.StringIO()
    assert write_reviews(told, [first, second]) == 2
    assert told.getvalue() == path.read_text(encoding="utf-8")
    assert list(read_reviews(told.getvalue().splitlines())) == [first, second]
    assert len(told.getvalue().splitlines()) == 2


@given(
    policies(), events(), st.dictionaries(st.text(max_size=4), numbers, max_size=2),
    st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2),
)  # fmt: skip
def test_every_item_comes_back_as_it_was(
    policy: Policy, told: list[Event], thresholds: dict[str, float], about: dict[str, str]
) -> None:
    call = policy.begin()
    for each in told:
        one = ReviewItem("c-1", NOON, each, call.decide(each), thresholds, about)
        line = one.as_json()
        assert "\n" not in line
        again = ReviewItem.from_json(line)
        assert again.as_json() == line
        # What is not a number is unequal to itself, but has one text.
        assert repr(again) == repr(one)


def changed(**change: Any) -> str:
    told = json.loads(item().as_json())
    for name, value in change.items():
        place, _, key = name.partition("__")
        inner = told[place] if key else told
        if value is None:
            inner.pop(key or place)
        else:
            inner[key or place] = value
    return json.dumps(told)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "the line must be an object, not []"),
        (changed(call_id=None), "the line has no 'call_id'"),
        (changed(calls="x"), "the line has 'calls', which is unknown here; did you mean 'call_id'"),
        (changed(call_id=5), "call_id must be of str, not 5"),
        (changed(media_start_ms=1.5), "media_start_ms must be of int, not 1.5"),
        (changed(event=[]), "event must be an object"),
        (changed(event__grade=None), "event has no 'grade'"),
        (changed(event__gain=1), "event has 'gain', which is unknown here"),
        (changed(event__start_ms="0"), "event.start_ms must be of float, not '0'"),
        (changed(event__ended=0), "event.ended must be of bool, not 0"),
        (changed(event__id=True), "event.id must be of int, not True"),
        (changed(event__cues={"click_db": []}), "event.cues.click_db must be of float, not []"),
        (changed(decision__actions="review"), "decision.actions must be of tuple[str, ...]"),
        (changed(about={"a": 1}), "about.a must be of str, not 1"),
        (changed(decision__event_id=9), "the decision is about event 9, not 1"),
    ],
)  # fmt: skip
def test_a_line_that_is_none_of_a_queue_is_told_with_its_place(
    line: str, text: str, tmp_path: Path
) -> None:
    path = tmp_path / "q.jsonl"
    path.write_text(f"{item().as_json()}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        list(read_reviews(path))
    assert str(caught.value).startswith(f"{path}:3: ")
    assert text in str(caught.value)
    with pytest.raises(InputError, match=r"^line 1: "):
        list(read_reviews([line]))


def test_files_that_cannot_be_read_or_written_are_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none: cannot be read: No such file"):
        list(read_reviews(tmp_path / "none"))
    with pytest.raises(InputError, match="cannot be written: Is a directory"):
        write_reviews(tmp_path, [item()])
    path = tmp_path / "q.jsonl"
    path.write_bytes(b"\xff\n")
    with pytest.raises(InputError, match=r"q.jsonl: cannot be read: .*utf-8"):
        list(read_reviews(path))
