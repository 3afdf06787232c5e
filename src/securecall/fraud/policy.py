"""Policy: what a facility has done about what is heard.

A policy is a file (`securecall.fraud.policy_files`) or made from values. It has a rule for a kind
and grade of event; `CallPolicy` applies the rules to the events of one call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from securecall.errors import InputError, did_you_mean
from securecall.fraud.policy_checks import (
    ACTIONS,
    ANY,
    GRADES,
    KINDS,
    wrong_policy,
    wrong_rule,
)

if TYPE_CHECKING:
    from securecall.fraud.call_policy import CallPolicy

__all__ = ["ACTIONS", "ANY", "GRADES", "KINDS", "Policy", "Rule", "named_policy", "policy_names"]

_FOLDER: Final = "data/policies"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done about events of one kind and grade.

    Attributes
    ----------
    kind : str
        An event's, or ``any`` for all that have no rule of their own.
    grade : {"note", "alert", "disconnect"}
        An event's. Only a rule for ``disconnect`` may disconnect: such an event rests on two
        independent cues.
    actions : tuple of str
        ``ignore`` alone, or some of ``note``, ``alert``, ``warn``, ``review``, ``disconnect``.
        Who is disconnected is always reviewed, asked for or not.
    tone, announcement : str
        What a warning plays, by its name; one of the two.
    pause_ms : int
        Since the last warning of the call, whatever it was for.
    min_probability : float
        A less sure event is judged as one of the grade below; a note is ignored.
    quiet_ms : int
        After the answer: an event that begins sooner is only noted.
    review_alerts, review_within_ms : int
        So many events of this rule within such a time make a review.
    warnings_before : int
        So many warnings must have been given in the call before it is disconnected.

    Raises
    ------
    InputError
        It cannot be carried out, or disconnects on less than two independent cues.

    Source
    ------
    own; docs/fraud.md.

    Examples
    --------
    >>> from securecall.fraud.policy import Rule
    >>> Rule("three_way", "alert", ("disconnect",))
    Traceback (most recent call last):
    securecall.InputError: three_way.alert: actions must not hold "disconnect": only an event of \
grade "disconnect", which rests on two independent cues, may end a call
    """

    kind: str
    grade: str
    actions: tuple[str, ...]
    tone: str = ""
    announcement: str = ""
    pause_ms: int = 0
    min_probability: float = 0.0
    quiet_ms: int = 0
    review_alerts: int = 0
    review_within_ms: int = 0
    warnings_before: int = 0

    def __post_init__(self) -> None:
        for name, rule, near in wrong_rule(self):
            hint = f"; did you mean {near!r}?" if near else ""
            raise InputError(f"{self.name}: {name} {rule}{hint}")

    @property
    def name(self) -> str:
        """Kind and grade, as a file heads it."""
        return f"{self.kind}.{self.grade}"

    @property
    def play(self) -> str:
        """What a warning plays, ``tone:NAME`` or ``announcement:NAME``; empty if there is none."""
        return (self.tone and f"tone:{self.tone}") or (
            self.announcement and f"announcement:{self.announcement}"
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """What a facility has done about what is heard; never changed, so calls may share it.

    Attributes
    ----------
    name, title : str
    rules : tuple of Rule
        At most one for a kind and grade. Where there is none, the rule of kind ``any`` holds, and
        where that is missing the event is noted.
    kinds : tuple of str
        Kinds of events that detectors of one's own have.
    tones, announcements : mapping of str to str
        What warnings may play: a name, and what the host makes of it, such as a file.

    Raises
    ------
    InputError
        Two rules for the same, a name that nothing stands for, or a disconnect that waits for
        warnings that nobody gives.

    Source
    ------
    own; docs/fraud.md.

    Examples
    --------
    >>> from securecall.fraud.policy import named_policy
    >>> named_policy("default").rule("three_way", "alert").actions
    ('alert', 'review')
    """

    name: str
    title: str
    rules: tuple[Rule, ...]
    kinds: tuple[str, ...] = ()
    tones: Mapping[str, str] = field(default_factory=dict)
    announcements: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for place, name, rule, near in wrong_policy(self):
            hint = f"; did you mean {near!r}?" if near else ""
            raise InputError(f"policy {self.name!r}: {place}: {name} {rule}{hint}")
        for name in ("tones", "announcements"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it travel to another process: a view of a mapping cannot."""
        told = (self.name, self.title, self.rules, self.kinds)
        return Policy, (*told, dict(self.tones), dict(self.announcements))

    def rule(self, kind: str, grade: str) -> Rule:
        """Return the rule for events of a kind and grade.

        Parameters
        ----------
        kind, grade : str

        Raises
        ------
        InputError
            There is no such grade.

        Source
        ------
        own.
        """
        for wanted in (kind, ANY):
            for rule in self.rules:
                if rule.kind == wanted and rule.grade == grade:
                    return rule
        return Rule(ANY, grade, ("note",))

    def begin(self, answered_ms: float | None = 0.0) -> CallPolicy:
        """Return what applies this policy to one call.

        Parameters
        ----------
        answered_ms : float or None
            When the call was answered, in milliseconds of audio; None if it was not yet.

        Source
        ------
        own.
        """
        from securecall.fraud.call_policy import CallPolicy

        return CallPolicy(self, answered_ms)

    def restore(self, saved: bytes) -> CallPolicy:
        """Go on with a call where it was when it was saved.

        Parameters
        ----------
        saved : bytes
            What `CallPolicy.save` returned, under this very policy.

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
        from securecall.fraud.call_policy import CallPolicy

        return CallPolicy.restored(self, saved)

    @property
    def digest(self) -> str:
        """Sixteen digits that change with anything in it: which policy decided."""
        told: Any = (
            self.name, [str(rule) for rule in self.rules], self.kinds, sorted(self.tones.items()),
            sorted(self.announcements.items()),
        )  # fmt: skip
        return sha256(ascii(told).encode()).hexdigest()[:16]


def policy_names() -> tuple[str, ...]:
    """Return the names of the policies that come with the package.

    Source
    ------
    own.

    Examples
    --------
    >>> from securecall.fraud.policy import policy_names
    >>> policy_names()
    ('default',)
    """
    folder = files("securecall.fraud").joinpath(_FOLDER)
    return tuple(
        sorted(Path(item.name).stem for item in folder.iterdir() if item.name.endswith(".toml"))
    )


@cache
def named_policy(name: str) -> Policy:
    """Return a policy that comes with the package.

    Parameters
    ----------
    name : str
        One of `policy_names`.

    Raises
    ------
    InputError
        There is no policy of this name.

    Source
    ------
    ``data/policies/*.toml``, which say why.

    Examples
    --------
    >>> from securecall.fraud.policy import named_policy
    >>> named_policy("strict")
    Traceback (most recent call last):
    securecall.InputError: there is no policy 'strict' (there are default)
    """
    from securecall.fraud.policy_files import parse_policy

    if name not in policy_names():
        hint = did_you_mean(name, policy_names())
        raise InputError(
            f"there is no policy {name!r}{hint} (there are {', '.join(policy_names())})"
        )
    source = files("securecall.fraud").joinpath(_FOLDER, f"{name}.toml")
    return parse_policy(source.read_text(encoding="utf-8"), file=f"{name}.toml")
