"""What a rule and a policy may say: their words, and everything that is wrong with one.

Both are asked before they are values (a file is told all its faults at once) and when they become
one, so what they are asked of is anything with the same attributes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from securecall.errors import nearest

__all__ = ["ACTIONS", "ANY", "GRADES", "KINDS", "PLAYED", "wrong_policy", "wrong_rule"]

#: In the order in which a host carries them out.
ACTIONS: Final = ("ignore", "note", "alert", "warn", "review", "disconnect")
GRADES: Final = ("note", "alert", "disconnect")
KINDS: Final = (
    "three_way", "call_forwarding", "keypad", "noise_anomaly", "line_switch", "call_waiting",
    "dtmf", "mf", "tone",
)  # fmt: skip
#: The kind of a rule for kinds that have none of their own.
ANY: Final = "any"
#: What a name to play stands for.
PLAYED: Final = ("tone", "announcement")
TIME_MS_MAX: Final = 86_400_000
COUNT_MAX: Final = 100
DISCONNECTS: Final = (
    'must not hold "disconnect": only an event of grade "disconnect", which rests on two '
    "independent cues, may end a call"
)

#: What is wrong: the field, what must hold, and the name that was probably meant.
Wrong = tuple[str, str, str | None]


def wrong_rule(rule: Any) -> Iterator[Wrong]:
    """Yield what is wrong with a rule: the field, what must hold, and the name that was meant.

    Source
    ------
    own.
    """
    yield from _wrong_actions(rule)
    yield from _wrong_numbers(rule)


def _wrong_actions(rule: Any) -> Iterator[Wrong]:
    actions = rule.actions
    if rule.grade not in GRADES:
        yield "grade", f"must be one of {', '.join(GRADES)}", nearest(rule.grade, GRADES)
    for each in actions:
        if each not in ACTIONS:
            text = f"must be of {', '.join(ACTIONS)}, and not {each!r}"
            yield "actions", text, nearest(each, ACTIONS)
    if not actions:
        yield "actions", "must name one at least; ignore, if nothing is to be done", None
    if "ignore" in actions and len(actions) > 1:
        yield "actions", 'must hold nothing beside "ignore"', None
    if len(set(actions)) != len(actions):
        yield "actions", "must not name one twice", None
    if "disconnect" in actions and rule.grade != "disconnect":
        yield "actions", DISCONNECTS, None
    if "warn" not in actions:
        for name in (*PLAYED, "pause_ms"):
            if getattr(rule, name):
                yield name, 'has no meaning without the action "warn"', None
    elif bool(rule.tone) == bool(rule.announcement):
        yield "tone", "or announcement must say what a warning plays, and not both", None


def _wrong_numbers(rule: Any) -> Iterator[Wrong]:
    for name in ("pause_ms", "quiet_ms", "review_within_ms"):
        if not _whole(getattr(rule, name), TIME_MS_MAX):
            yield name, f"must be whole milliseconds, 0 to {TIME_MS_MAX}", None
    for name in ("review_alerts", "warnings_before"):
        if not _whole(getattr(rule, name), COUNT_MAX):
            yield name, f"must be a whole number from 0 to {COUNT_MAX}", None
    sure = rule.min_probability
    if isinstance(sure, bool) or not isinstance(sure, int | float) or not 0 <= sure <= 1:
        yield "min_probability", "must be a number from 0 to 1", None
    if bool(rule.review_alerts) != bool(rule.review_within_ms):
        yield "review_alerts", "and review_within_ms must be told both or neither", None
    if rule.review_alerts and {"review", "disconnect", "ignore"} & {*rule.actions}:
        yield "review_alerts", "has no meaning where each event is reviewed or ignored", None
    if rule.warnings_before and "disconnect" not in rule.actions:
        yield "warnings_before", 'has no meaning without the action "disconnect"', None


def _whole(value: object, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


def wrong_policy(policy: Any) -> Iterator[tuple[str, str, str, str | None]]:
    """Yield what does not fit together: the rule, its field, what must hold, a name.

    Source
    ------
    own.
    """
    known = (ANY, *KINDS, *policy.kinds)
    warns = any("warn" in rule.actions for rule in policy.rules)
    seen: set[str] = set()
    for rule in policy.rules:
        if rule.kind not in known:
            text = f"must be one of {', '.join(known)}, or stand in kinds"
            yield rule.name, "kind", text, nearest(rule.kind, known)
        if rule.name in seen:
            yield rule.name, "actions", "are told twice", None
        seen.add(rule.name)
        for what in PLAYED:
            played, names = getattr(rule, what), getattr(policy, f"{what}s")
            if played and played not in names:
                there = f": {', '.join(names)}" if names else ", of which there is none"
                yield rule.name, what, f"must be a name in {what}s{there}", nearest(played, names)
        if rule.warnings_before and not warns:
            yield rule.name, "warnings_before", "waits for warnings that no rule gives", None
