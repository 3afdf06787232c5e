"""CallPolicy: what a policy does about the events of one call, and why."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from securecall.errors import InputError, InputTypeError
from securecall.fraud.policy import ACTIONS, GRADES, Policy, Rule

if TYPE_CHECKING:
    from securecall.fraud.event import Event

__all__ = ["THRESHOLD_ENDS", "CallPolicy", "Decision", "evidence_in"]

#: An event that rests on two independent cues has at least so many numbers beside thresholds.
CUES_TO_DISCONNECT: Final = 2
#: How the name of a cue ends that is the threshold of another.
THRESHOLD_ENDS: Final = ("least", "most")


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done about an event, and why.

    Attributes
    ----------
    event_id : int
    at_ms : float
        Of audio: when the event was detected.
    actions : tuple of str
        In the order in which to carry them out. Empty for the end of an event.
    play : str
        For a warning ``tone:NAME`` or ``announcement:NAME``, else empty.
    rule : str
        Kind and grade of the rule that decided.
    because : tuple of str
        What changed what the rule asks for, a sentence each.
    policy : str
        The policy's name, and its digest after an ``@``.

    Source
    ------
    own; docs/fraud.md.
    """

    event_id: int
    at_ms: float
    actions: tuple[str, ...]
    play: str
    rule: str
    because: tuple[str, ...]
    policy: str

    @property
    def disconnects(self) -> bool:
        """Whether the call is to end."""
        return "disconnect" in self.actions

    @property
    def reason(self) -> str:
        """Say in one line what decided."""
        return "; ".join([f"rule {self.rule}" if self.rule else "no rule", *self.because])


class CallPolicy:
    """Applies a policy to one call; `Policy.begin` makes it. It reads no clock: events bring one.

    Not for two threads at once.

    Parameters
    ----------
    policy : Policy
    answered_ms : float or None
        When the call was answered, in milliseconds of audio; None if it was not yet.

    Raises
    ------
    InputError
        ``answered_ms`` is no instant.

    Source
    ------
    own; docs/fraud.md.

    Examples
    --------
    >>> from securecall.fraud import Event
    >>> from securecall.fraud.policy import named_policy
    >>> call = named_policy("default").begin()
    >>> event = Event(1, "three_way", "alert", 6_000.0, None, 8_000.0, 0.97, "", -30.0)
    >>> decision = call.decide(event)
    >>> decision.actions, decision.reason
    (('alert', 'review'), 'rule three_way.alert')
    """

    __slots__ = ("_alerts", "_answered_ms", "_cut", "_warned_ms", "_warnings", "policy")

    def __init__(self, policy: Policy, answered_ms: float | None = 0.0) -> None:
        self.policy = policy
        self._answered_ms = None if answered_ms is None else _instant(answered_ms)
        self._warned_ms: float | None = None
        self._warnings = 0
        self._alerts: dict[str, list[float]] = {}
        self._cut = False

    def answered(self, at_ms: float) -> None:
        """Say when the call was answered: quiet periods begin there.

        Parameters
        ----------
        at_ms : float
            Milliseconds of audio.

        Raises
        ------
        InputError
            It is no instant.

        Source
        ------
        own.
        """
        self._answered_ms = _instant(at_ms)

    def decide(self, event: Event) -> Decision:
        """Decide what is done about an event; what is decided counts as done.

        Parameters
        ----------
        event : Event
            In the order in which the monitor delivers them.

        Raises
        ------
        InputError
            The event is of a grade that there is not.

        Source
        ------
        own; docs/fraud.md.
        """
        if event.ended:
            return self._said(event, (), None, ["the event is over; it was decided when it began"])
        because: list[str] = []
        rule = self._rule(event, because)
        if rule is None:
            return self._said(event, ("ignore",), None, because)
        wanted = {*rule.actions}
        if "disconnect" in wanted:
            wanted.add("review")
        if wanted != {"ignore"}:
            self._hold_back(event, rule, wanted, because)
        actions = tuple(each for each in ACTIONS if each in wanted) or ("note",)
        if "warn" in actions:
            self._warned_ms = event.detected_ms
            self._warnings += 1
        self._cut = self._cut or "disconnect" in actions
        return self._said(event, actions, rule, because)

    def _rule(self, event: Event, because: list[str]) -> Rule | None:
        """Return the rule for an event: less sure ones are judged as of a grade below."""
        grade = event.grade
        if grade == "disconnect" and len(evidence_in(event.cues)) < CUES_TO_DISCONNECT:
            grade = "alert"
            because.append("judged as an alert: it does not show two independent cues")
        rule = self.policy.rule(event.kind, grade)
        # Whatever is no number at all is not sure of anything.
        while not event.probability >= rule.min_probability:
            below = GRADES.index(grade) - 1
            because.append(
                f"judged as of a grade below {grade}: a probability of {event.probability:.3f} is "
                f"less than {rule.min_probability:g}"
            )
            if below < 0:
                return None
            grade = GRADES[below]
            rule = self.policy.rule(event.kind, grade)
        return rule

    def _hold_back(self, event: Event, rule: Rule, wanted: set[str], because: list[str]) -> None:
        """Take away what may not be done now, and add a review if there were many alerts."""
        if self._cut:
            wanted &= {"note"}
            because.append("only noted: the call was disconnected")
            return
        quiet = rule.quiet_ms > 0 and (
            self._answered_ms is None or event.start_ms < self._answered_ms + rule.quiet_ms
        )
        if quiet:
            wanted &= {"note"}
            because.append(f"only noted: it began less than {_seconds(rule.quiet_ms)} after the "
                            "answer")  # fmt: skip
            return
        if rule.review_alerts and self._many(event, rule):
            wanted.add("review")
            because.append(
                f"reviewed: number {rule.review_alerts} within {_seconds(rule.review_within_ms)}"
            )
        since = None if self._warned_ms is None else event.detected_ms - self._warned_ms
        if "disconnect" in wanted and self._warnings < rule.warnings_before:
            wanted.discard("disconnect")
            because.append(
                f"no disconnect: {self._warnings} of {rule.warnings_before} warnings were given"
            )
        if "warn" in wanted and since is not None and since < rule.pause_ms:
            wanted.discard("warn")
            because.append(f"no warning: the last one was {_seconds(since)} ago")

    def _many(self, event: Event, rule: Rule) -> bool:
        """Count an event; return whether it fills up a review, after which counting begins anew."""
        name = f"{event.kind}.{rule.grade}"
        first = event.detected_ms - rule.review_within_ms
        seen = [each for each in self._alerts.get(name, ()) if each > first]
        seen.append(event.detected_ms)
        full = len(seen) >= rule.review_alerts
        self._alerts[name] = [] if full else seen
        return full

    def _said(
        self, event: Event, actions: tuple[str, ...], rule: Rule | None, because: list[str]
    ) -> Decision:
        return Decision(
            event.id, event.detected_ms, actions,
            rule.play if rule is not None and "warn" in actions else "",
            "" if rule is None else rule.name, tuple(because), _mark(self.policy),
        )  # fmt: skip

    def save(self) -> bytes:
        """Return what is remembered of the call, as JSON; `Policy.restore` goes on from there.

        Source
        ------
        own.
        """
        told = {
            "policy": _mark(self.policy), "answered_ms": self._answered_ms,
            "warned_ms": self._warned_ms, "warnings": self._warnings, "cut": self._cut,
            "alerts": {name: seen for name, seen in sorted(self._alerts.items()) if seen},
        }  # fmt: skip
        return json.dumps(told, separators=(",", ":")).encode()

    @classmethod
    def restored(cls, policy: Policy, saved: bytes) -> CallPolicy:
        """Go on where another was when it was saved; `Policy.restore` is the same.

        Parameters
        ----------
        policy : Policy
        saved : bytes

        Raises
        ------
        InputTypeError
            Not bytes.
        InputError
            Saved under another policy, or not by us.

        Source
        ------
        own.
        """
        if type(saved) is not bytes:
            raise InputTypeError(f"a saved state is bytes, not {type(saved).__name__}")
        try:
            told: dict[str, Any] = json.loads(saved)
            mark = str(told["policy"])
            made = cls(policy, told["answered_ms"])
            if told["warned_ms"] is not None:
                made._warned_ms = _instant(told["warned_ms"])
            made._warnings = _count(told["warnings"])
            made._cut = told["cut"] is True
            made._alerts = {
                str(name): [_instant(each) for each in seen]
                for name, seen in dict(told["alerts"]).items()
            }
        except (ValueError, KeyError, TypeError, RecursionError):
            raise InputError("saved: this is no state of a call's policy") from None
        if mark != _mark(policy):
            raise InputError(f"saved: it was decided under {mark}, not under {_mark(policy)}")
        return made


def evidence_in(cues: Mapping[str, float]) -> tuple[str, ...]:
    """Return the names of cues that are evidence, and no thresholds of others.

    Source
    ------
    own.
    """
    return tuple(
        name
        for name in cues
        if not any(
            name.endswith(f"_{end}") and name[: -len(end) - 1] in cues for end in THRESHOLD_ENDS
        )
    )


def _mark(policy: Policy) -> str:
    return f"{policy.name}@{policy.digest}"


def _seconds(ms: float) -> str:
    return f"{ms / 1000:.1f} s"


def _instant(value: object) -> float:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not (fits and isfinite(value) and 0 <= value < 1e13):  # type: ignore[operator,arg-type]
        raise InputError(f"an instant must be milliseconds of audio, 0 or more, not {value!r}")
    return float(value)  # type: ignore[arg-type]


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(value)
    return value
