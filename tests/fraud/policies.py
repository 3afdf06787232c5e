"""Events and policies that tests of the policy draw."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from securecall.errors import InputError
from securecall.fraud import Event
from securecall.fraud.policy import Policy, Rule
from securecall.fraud.policy_checks import ACTIONS, ANY, GRADES, KINDS

__all__ = ["event", "events", "policies", "policy_of", "rules"]

CUES = {"floor_step_db": 9.5, "click_db": 31.0}


def event(number: int = 1, at_ms: float = 60_000.0, **told: Any) -> Event:
    """Return an event of a three-way call of grade alert, or what is told."""
    usual: dict[str, Any] = {
        "id": number, "kind": "three_way", "grade": "alert", "start_ms": at_ms - 2_000.0,
        "end_ms": None, "detected_ms": at_ms, "probability": 0.97, "detail": "",
        "level_dbm0": -30.0, "cues": CUES,
    }  # fmt: skip
    return Event(**(usual | told))


def policy_of(*rules: Rule, **told: Any) -> Policy:
    """Return a policy of some rules, with a beep and an announcement to play."""
    usual: dict[str, Any] = {
        "name": "ours", "title": "ours", "tones": {"beep": "1400 Hz"},
        "announcements": {"third_party": "third_party.wav"},
    }  # fmt: skip
    return Policy(rules=rules, **(usual | told))


numbers = st.floats(allow_nan=True, allow_infinity=True, width=64)
probabilities = st.floats(0, 1)


@st.composite
def events(draw: st.DrawFn) -> list[Event]:
    """Draw the events of a call, in the order of their detection."""
    times = sorted(draw(st.lists(st.floats(0, 1e6), max_size=12)))
    return [
        Event(
            number,
            draw(st.sampled_from((*KINDS, "humming"))),
            draw(st.sampled_from(GRADES)),
            max(0.0, at - draw(st.floats(0, 10_000))),
            None,
            at,
            draw(probabilities),
            draw(st.text(max_size=5)),
            -30.0,
            draw(st.dictionaries(st.text(max_size=5), numbers, max_size=3)),
            draw(st.sampled_from((False, False, False, True))),
        )
        for number, at in enumerate(times, 1)
    ]


@st.composite
def rules(draw: st.DrawFn, kind: str, grade: str) -> Rule:
    """Draw a rule that can be carried out."""
    able = ACTIONS[1:] if grade == "disconnect" else ACTIONS[1:-1]
    actions = draw(
        st.one_of(st.just(("ignore",)), st.sets(st.sampled_from(able), min_size=1).map(tuple))
    )
    told: dict[str, Any] = {
        "min_probability": draw(st.sampled_from((0.0, 0.5, 0.9))),
        "quiet_ms": draw(st.sampled_from((0, 5_000))),
    }
    if "warn" in actions:
        told |= {"tone": "beep", "pause_ms": draw(st.sampled_from((0, 30_000)))}
    if "disconnect" in actions and "warn" in actions:
        told["warnings_before"] = draw(st.integers(0, 2))
    if not {"review", "disconnect", "ignore"} & set(actions):
        told |= draw(st.sampled_from(({}, {"review_alerts": 2, "review_within_ms": 200_000})))
    return Rule(kind, grade, actions, **told)


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Draw a policy with rules for some kinds and grades."""
    places = draw(
        st.sets(st.tuples(st.sampled_from((ANY, *KINDS)), st.sampled_from(GRADES)), max_size=12)
    )
    return policy_of(*(draw(rules(kind, grade)) for kind, grade in sorted(places)))


def refusal(**told: Any) -> str:
    """Return what a rule of these parts is refused with."""
    try:
        Rule(**({"kind": "three_way", "grade": "alert", "actions": ("note",)} | told))
    except InputError as error:
        return str(error)
    raise AssertionError("it was not refused")
