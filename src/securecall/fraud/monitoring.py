"""What monitors share: their parameters, checked, and their states, sealed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

from securecall.errors import BuildError, InputError, InputTypeError, did_you_mean
from securecall.fraud.course import Course
from securecall.fraud.cues import LEGS
from securecall.fraud.detectors import makers
from securecall.fraud.detectors.evidence import at_operating_point
from securecall.fraud.finding import Detector
from securecall.fraud.forest import evidence
from securecall.fraud.hearing import hearing
from securecall.fraud.innocent import explain
from securecall.fraud.operating import least_probabilities
from securecall.fraud.plan_values import plan_told, told_plan
from securecall.fraud.recurrent import network
from securecall.fraud.signalled import signalled
from securecall.fraud.speech import packed_network
from securecall.fraud.tones import TonePlan
from securecall.fraud.tones import plan as plan_of

try:
    from securecall import _cues
except ImportError as error:
    raise BuildError(f"the compiled module securecall._cues is missing: {error}") from None

__all__ = ["SIGNALS", "Parameters", "checked_signal", "instant", "leg_numbers", "unsealed"]

SIGNALS: Final = (
    "answer", "codec", "diversion", "dtmf", "flash", "hold", "reinvite", "resume", "transfer",
)  # fmt: skip
"""What signalling may know."""

USUAL: Final = "north_america"
WIDE: Final = "monitor"
ADDED: Final = ("call_waiting", "cas", "dt_as", "sit", "sf_2600")
"""Beginnings of names of tones that are heard whatever the network is."""

MAGIC: Final = b"scm1"
SUM: Final = 8
HEAD: Final = len(MAGIC) + SUM
VALUE_CHARACTERS_MAX: Final = 200


def leg_numbers(legs: Iterable[str] | None) -> dict[str, int]:
    """Return the engine's numbers of some legs, in its order.

    Raises
    ------
    InputError
        There is no such leg, one is named twice, or there is none.
    InputTypeError
        Not several names.
    """
    if isinstance(legs, str) or not isinstance(legs, Iterable):
        raise InputTypeError(f"legs must be several names ({', '.join(LEGS)}), not {legs!r}")
    wanted = list(legs)
    for leg in wanted:
        if leg not in LEGS:
            raise no_leg(leg)
    if not wanted or len(set(wanted)) != len(wanted):
        raise InputError(f"legs must be one or both of {', '.join(LEGS)}, not {wanted!r}")
    return {leg: number for number, leg in enumerate(LEGS) if leg in wanted}


def no_leg(leg: object) -> InputError:
    """Return the error of a leg that there is not."""
    hint = did_you_mean(leg, LEGS)
    return InputError(f"a leg is {' or '.join(LEGS)}, not {leg!r}{hint}")


def heard_plan(plan: Any) -> Any:
    """Return what a monitor listens for, of which a plan is the local network.

    For North America it is the plan for monitors, by its name. Others have its alerts of call
    waiting, its special information tones and supervision beside their own tones. Whatever is no
    plan, None among it, is returned as it is.

    Raises
    ------
    InputError
        There is no plan of this name.
    """
    if isinstance(plan, str):
        plan = plan_of(plan)
    if not isinstance(plan, TonePlan):
        return plan
    if plan == plan_of(USUAL):
        return WIDE
    whole = plan_of(WIDE)
    there = {tone.name for tone in plan}
    more = (each for each in whole if each.name.startswith(ADDED) and each.name not in there)
    return TonePlan(plan.name, plan.title, (*plan.tones, *more))


class Parameters:
    """What a monitor was asked for, and what it needs for it.

    Its arguments are those of `CallMonitor`.

    Raises
    ------
    InputError
        A value that is not known or out of range.
    InputTypeError
        A value of another type.
    """

    __slots__ = ("_told", "hearing", "least", "legs", "makers", "numbers")

    def __init__(
        self, sample_rate_hz: int, encoding: str, *, plan: TonePlan | str | None,
        max_false_alarms_per_hour: float | None, report_ends: bool, legs: Iterable[str] | None,
        detectors: Iterable[Any] | None,
    ) -> None:  # fmt: skip
        self.hearing = hearing(
            sample_rate_hz, encoding, dtmf="bellcore", mf="r1", plan=heard_plan(plan),
            dial_tone_filter=True, report_ends=bool(report_ends), speech=packed_network(),
            forest=evidence().packed, recurrent=network().packed,
        )  # fmt: skip
        self.numbers = None if legs is None else leg_numbers(legs)
        self.least = least_probabilities(max_false_alarms_per_hour)
        self.makers: dict[str, Callable[[], Detector]] = {
            kind: at_operating_point(maker, self.least.get(kind))
            for kind, maker in makers(detectors).items()
        }
        self._told = {
            "sample_rate_hz": sample_rate_hz, "encoding": encoding, "plan": told_plan(plan),
            "max_false_alarms_per_hour": max_false_alarms_per_hour,
            "report_ends": bool(report_ends),
            "legs": None if self.numbers is None else list(self.numbers),
            "detectors": list(self.makers),
        }  # fmt: skip

    def course(self) -> Course:
        """Return the beginning of a call."""
        course = Course(self.hearing, self.makers, explain, self.least)
        if self.numbers is not None:
            course.legs = tuple(self.numbers)
        return course

    def course_of(self, told: Mapping[str, Any]) -> Course:
        """Return the course of a state.

        Raises
        ------
        InputError
            A detector remembers other things than the one that saved it.
        """
        course = self.course()
        try:
            course.load(told["course"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"saved: by another version of a detector: {error!r}") from None
        return course

    def sealed(self, course: Course, engine: bytes, more: Mapping[str, Any]) -> bytes:
        """Return the state of a call: parameters, course and engine, with a sum of its bytes."""
        told = {"parameters": self._told, "course": course.plain(), **more}
        try:
            plain = json.dumps(told, separators=(",", ":")).encode()
        except (TypeError, ValueError) as error:
            raise InputTypeError(f"a detector's state is not what JSON takes: {error}") from None
        state = len(plain).to_bytes(4, "little") + plain + engine
        return MAGIC + _sum(state) + state

    def same(self, told: Mapping[str, Any]) -> bool:
        """Return whether a state was saved with these parameters."""
        return bool(told == self._told)


def _sum(state: bytes) -> bytes:
    return sha256(MAGIC + state).digest()[:SUM]


def unsealed(saved: bytes) -> tuple[dict[str, Any], bytes]:
    """Return what `Parameters.sealed` was given: plain values, and the engine's state.

    Raises
    ------
    InputTypeError
        Not bytes.
    InputError
        Saved by another version, or damaged since.
    """
    if type(saved) is not bytes:
        raise InputTypeError(f"a saved state is bytes, not {type(saved).__name__}")
    if not saved.startswith(MAGIC):
        raise InputError("saved: this is no state of a monitor of this version")
    # The engine trusts the counts in it: a damaged one would have it write out of bounds.
    if saved[len(MAGIC) : HEAD] != _sum(saved[HEAD:]):
        raise InputError("saved: this state was damaged after it was saved")
    length = int.from_bytes(saved[HEAD : HEAD + 4], "little")
    told: dict[str, Any] = json.loads(saved[HEAD + 4 : HEAD + 4 + length])
    return told, saved[HEAD + 4 + length :]


def parameters_of(told: Mapping[str, Any], detectors: Iterable[Any] | None) -> Parameters:
    """Return the parameters with which a state was saved.

    Raises
    ------
    InputError
        It was saved with detectors of one's own, and these are none of the kind.
    """
    wanted = told["detectors"] if detectors is None else list(detectors)
    try:
        made = Parameters(
            told["sample_rate_hz"], told["encoding"], plan=plan_told(told["plan"]),
            max_false_alarms_per_hour=told["max_false_alarms_per_hour"],
            report_ends=told["report_ends"], legs=told["legs"], detectors=wanted,
        )  # fmt: skip
    except InputError as error:
        raise InputError(f"saved: {error}; give the same detectors to restore") from None
    if list(made.makers) != told["detectors"]:
        raise InputError(
            f"saved: this monitor had detectors of {', '.join(told['detectors'])}, not of "
            f"{', '.join(made.makers)}"
        )
    return made


def checked_signal(name: Any, value: Any, leg: Any = LEGS[0]) -> int:
    """Refuse what signalling cannot know; return the engine's number of the leg.

    Raises
    ------
    InputError
        Another name, a value that does not fit it, or no such leg.
    """
    if leg not in LEGS:
        raise no_leg(leg)
    if name not in SIGNALS:
        hint = did_you_mean(name, SIGNALS)
        raise InputError(f"a signal is {', '.join(SIGNALS)}, not {name!r}{hint}")
    if name in ("dtmf", "flash"):
        signalled(0, name, value, 0.0)
    elif value is not None and (
        not isinstance(value, (str, int, float)) or len(str(value)) > VALUE_CHARACTERS_MAX
    ):
        raise InputError(f"the value of {name} must be a short text or a number, not {value!r}")
    return LEGS.index(leg)


def instant(at_ms: Any) -> float:
    """Return an instant of a signal.

    Raises
    ------
    InputError
        It is none.
    """
    if isinstance(at_ms, bool) or not isinstance(at_ms, (int, float)) or not 0 <= at_ms < 1e13:
        raise InputError(f"at_ms must be milliseconds, 0 or more, not {at_ms!r}")
    return float(at_ms)


def watch_of(parameters: Parameters) -> _cues.Watch:
    """Return the engine of a call."""
    numbers = parameters.numbers
    return _cues.Watch(
        parameters.hearing.setup, () if numbers is None else tuple(numbers.values()),
        numbers is None,
    )  # fmt: skip
