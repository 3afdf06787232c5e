"""What platforms of this trade say they do, end to end: the five things that disconnect a call.

Three-way calls, forwarding, digits after the answer, noise and line switches come as sound, go
through monitor and policy, and end the call in the books. A policy cuts what two independent
sources agree on, which of these five only a three-way call (by its sound) and forwarding (heard and
signalled) can bring. Of the other three it warns, and asks for a review, on which somebody ends the
call; a host may do so by a rule of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.calls.county import NOON_MS, SOON_MS, County
from tests.fraud.bench.happening import call_with, happened
from tests.fraud.calls import laid, ringback, spoken
from tests.fraud.sounds import digit, silence

from securecall.calls.actions import Action, Alert, Disconnect, Hold, Play, Review, Unhold
from securecall.calls.parted import give_back_parted
from securecall.calls.record import CallRecord
from securecall.calls.session import Session
from securecall.fraud import CallMonitor
from securecall.fraud.bench.positives import POSITIVES
from securecall.fraud.cues import LEGS
from securecall.fraud.policy import named_policy
from securecall.ledger.instant import instant

ACCEPTED_MS = NOON_MS + SOON_MS
FRAME = 160
Legs = Mapping[str, Any]


def turns(legs: Legs) -> Iterator[tuple[str, bytes]]:
    """Yield frames of 20 ms of the legs in turn, as a wire brings them."""
    for at in range(0, len(legs["called"]), FRAME):
        for leg in LEGS:
            yield leg, legs[leg][at : at + FRAME].tobytes()


@cache
def simulated(kind: str, grade: str) -> Legs:
    """Return the sound of the first made call in which such a thing is found where it truly is.

    Which call that is depends on the trees of the day, and so does how many are looked through.
    """
    for seed, happening in product(range(1, 16), POSITIVES[kind]):
        call = call_with(happened(happening, seconds=40, seed=seed), seed=seed)
        (label,) = call.labels
        monitor, events = CallMonitor(legs=LEGS), []
        monitor.signal("answer", at_ms=0)
        for leg, frame in turns(call.legs):
            events += monitor.feed(frame, leg)
        told = [event for event in events if event.grade == grade]
        if told and told[0].kind == kind:
            if label.first_s <= told[0].detected_ms / 1000 <= label.last_s:
                return call.legs
    raise AssertionError(f"{kind} of grade {grade} is found in none of many calls")


def forwarded() -> Legs:
    """Return a call in which it rings a second time, 12 s after it was accepted."""
    return {"called": laid(24, (1, spoken(6, 1)), (12, ringback(2))), "calling": laid(24)}


def keyed() -> Legs:
    """Return a call in which the caller keys a number, 10 s after it was accepted."""
    keys = np.concatenate([part for key in "5552368" for part in (digit(key, 80), silence(90))])
    return {
        "called": laid(20, (1, spoken(6, 1))),
        "calling": laid(20, (7.5, spoken(2, 2)), (10, keys)),
    }


SOUNDS = {
    "three_way": lambda: simulated("three_way", "disconnect"),
    "call_forwarding": forwarded,
    "keypad": keyed,
    "noise_anomaly": lambda: simulated("noise_anomaly", "alert"),
    "line_switch": lambda: simulated("line_switch", "alert"),
}


def hear(session: Session, legs: Legs, *, until: type = Disconnect) -> list[Action]:
    """Let a session hear a call up to such an action, or its end; return what it asked for."""
    asked: list[Action] = []
    for leg, frame in turns(legs):
        asked += session.feed(frame, leg)
        if any(isinstance(each, until) for each in asked):
            break
    return asked


def talking(county: County) -> Session:
    session = county.talk()
    assert isinstance(session, Session)
    return session


def seen(county: County, session: Session) -> CallRecord:
    """Return the record of a call that was cut, after a look at its money."""
    record = session.record
    assert record is not None
    assert record.total == Decimal("0.05") * -(-record.duration_ms // 60_000)
    assert county.ledger.balance("fam-1").available == 20 - record.total
    assert not county.ledger.running_calls()
    return record


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("three_way", "three_way_detected"), ("call_forwarding", "forwarding_detected")],
)
def test_what_two_sources_agree_on_is_cut_by_the_policy(
    tmp_path: Path, kind: str, reason: str
) -> None:
    county = County(tmp_path, kept=True)
    session = talking(county)
    if kind == "call_forwarding":
        session.signal("diversion", "+15125550100", 11_500.0)
    asked = hear(session, SOUNDS[kind]())
    assert asked[-1] == Disconnect(reason)
    alert, review = [each for each in asked if isinstance(each, Alert | Review)][-2:]
    assert isinstance(alert, Alert)
    assert isinstance(review, Review)
    assert alert.event is not None
    assert (alert.event.kind, alert.event.grade) == (kind, "disconnect")
    assert (review.item.call_id, review.item.event.kind) == ("c-1", kind)  # who is cut is looked at
    record = seen(county, session)
    # The call ends where the evidence was complete, not where the host came to it.
    assert record.ended_ms == ACCEPTED_MS + int(alert.event.detected_ms)
    assert (record.reason, record.by, record.monitored) == (reason, "policy", True)
    assert record.events[-1][1:] == (
        kind, "disconnect", round(alert.event.detected_ms), "alert+review+disconnect",
    )  # fmt: skip
    county.close()


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("keypad", "keypad_fraud"),
        ("noise_anomaly", "noise_fraud"),
        ("line_switch", "line_switch_detected"),
    ],
)
@pytest.mark.parametrize("who", ["staff", "a rule of the host"])
def test_what_one_source_tells_is_warned_of_reviewed_and_then_cut(
    tmp_path: Path, kind: str, reason: str, who: str
) -> None:
    county = County(tmp_path)
    session = talking(county)
    asked = hear(session, SOUNDS[kind](), until=Review)
    alert = next(each for each in asked if isinstance(each, Alert))
    assert alert.event is not None
    assert (alert.event.kind, alert.event.grade) == (kind, "alert")
    assert Play("announcement:rules", "both", "policy") in asked
    assert session.running  # one source cuts nobody
    at = ACCEPTED_MS + int(alert.event.detected_ms) + 1_500
    if who == "staff":
        session.staff("listen", "sgt-12", at)
        found = session.staff("disconnect", "sgt-12", at + 500, reason)
    else:
        found = session.stop(at + 500, reason, "rule-3")
    assert found[-1] == Disconnect(reason)
    record = seen(county, session)
    assert (record.reason, record.ended_ms) == (reason, at + 500)
    assert record.by == ("sgt-12" if who == "staff" else "rule-3")
    assert record.events[-1].actions == "alert+warn+review"
    county.close()


@pytest.mark.parametrize("kind", ["three_way", "call_forwarding", "keypad"])
def test_nobody_is_cut_where_the_facility_says_nothing(tmp_path: Path, kind: str) -> None:
    county = County(tmp_path, policy=named_policy("default"))
    session = talking(county)
    if kind == "call_forwarding":
        session.signal("diversion", "+15125550100", 11_500.0)
    asked = hear(session, SOUNDS[kind]())
    assert not any(isinstance(each, Disconnect) for each in asked)
    assert kind in {event.kind for event in session.events}
    assert session.running
    session.hang_up(ACCEPTED_MS + 60_000)
    assert seen(county, session).reason == "completed_caller_hangup"
    county.close()


@pytest.mark.parametrize("finds", ["something", "nothing"])
def test_a_call_is_parted_for_a_review_instead(tmp_path: Path, finds: str) -> None:
    county = County(tmp_path, hold=True)
    session = talking(county)
    asked = hear(session, SOUNDS["three_way"](), until=Hold)
    assert asked[-1] == Hold("announcement:please_hold")
    assert session.running
    assert session.cutoff_at == instant(ACCEPTED_MS + 900_000)  # the line is held, time runs on
    held_ms = ACCEPTED_MS + int(session.events[-1].detected_ms)
    if finds == "something":
        session.staff("disconnect", "sgt-12", held_ms + 20_000)
        assert seen(county, session).reason == "review_confirmed"
    else:
        assert Unhold() in session.staff("resume", "sgt-12", held_ms + 70_000)
        session.hang_up(ACCEPTED_MS + 300_000)
        record = seen(county, session)
        assert (record.reason, record.paused_ms) == ("completed_caller_hangup", 70_000)
        given = give_back_parted(
            record, ledger=county.ledger, tariff=county.tariff, at=ACCEPTED_MS + 301_000
        )
        assert given is not None
        assert given.refunded == Decimal("0.05")  # 300 s were charged, 230 s are four minutes
    county.close()
