"""Labels: what happens in a call, and where, as the simulator did it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Any, Final, NamedTuple

__all__ = [
    "INNOCENT", "KINDS", "LEGS", "UNHEARD", "WITHIN_S", "Label", "Mark", "Played", "packed",
    "unpacked",
]  # fmt: skip

#: The facility's leg and the other one.
LEGS: Final = ("calling", "called")

#: What a detector is to find.
KINDS: Final = (
    "three_way", "call_forwarding", "keypad", "noise_anomaly", "line_switch", "call_waiting",
)  # fmt: skip

#: The kind of a label of something that looks like fraud and is none.
INNOCENT: Final = "innocent"
#: A class of it: something that nobody could hear in this call.
UNHEARD: Final = "unheard"

#: A report counts up to so long after all of it was heard. Source: own, docs/bench.md.
WITHIN_S: Final = {
    "three_way": 10.0, "call_forwarding": 10.0, "keypad": 0.5, "noise_anomaly": 10.0,
    "line_switch": 10.0, "call_waiting": 2.0,
}  # fmt: skip
#: A report is late, and neither found nor false, for so long more: what it says is so still.
LATE_S: Final = {
    "three_way": 20.0,
    "call_forwarding": 20.0,
    "line_switch": 20.0,
    "noise_anomaly": 10.0,
}
#: All of them say that from here on the call goes elsewhere: one may be taken for another.
ELSEWHERE: Final = frozenset({"three_way", "call_forwarding", "line_switch"})
#: Digits end before anyone need know more. Source: ITU-T Q.24: 40 ms are enough.
WITHIN_DIGIT_S: Final = 0.1
#: A report may be so much earlier than the label: both are judged from the same audio.
EARLY_S: Final = 0.1
#: What is reported so soon after something innocent is put down to it.
AFTER_INNOCENT_S: Final = 2.0


class Played(NamedTuple):
    """A recording that is heard in a call: its number in the corpora, and seconds of audio."""

    number: int
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Label:
    """Something that happens in a call.

    Attributes
    ----------
    kind : str
        One of `KINDS`, or ``innocent``.
    stratum : str
        Which sort of it: ``analogue``, ``masked``, ... or the class of something innocent.
    leg : {"calling", "called"}
    start_s, end_s : float
        Seconds of audio of that leg, to the sample.
    evident_s : float
        From when on it can be heard: that is where latency begins.
    tolerated : tuple of str
        Kinds that a detector may rightly report of its parts, such as the digits of a three-way
        call: neither found nor false.
    detail : str
        The digits, the codec that comes, ...
    """

    kind: str
    stratum: str
    leg: str
    start_s: float
    end_s: float
    evident_s: float
    tolerated: tuple[str, ...] = ()
    detail: str = ""

    @property
    def first_s(self) -> float:
        """From when on a report counts."""
        return self.start_s - EARLY_S

    def allowed_s(self, kind: str) -> float:
        """Until when a report of another kind may be of a part of it, or of its end.

        What could not be heard in a call is there until the call ends.
        """
        if self.stratum == UNHEARD and kind == self.tolerated[0]:
            return inf
        return max(self.last_s, self.end_s + WITHIN_S[kind])

    def confused_with(self, kind: str) -> bool:
        """Return whether a report of another kind here is right in that the call goes elsewhere."""
        return self.kind != kind and {self.kind, kind} <= ELSEWHERE

    @property
    def late_s(self) -> float:
        """Until when a report is right, and too late to count as found.

        Noise lasts until its label ends; who has come into a call, or through what line it goes on,
        is still so a while later.
        """
        return max(self.last_s, self.end_s) + LATE_S.get(self.kind, 0.0)

    @property
    def last_s(self) -> float:
        """Until when a report counts."""
        if self.kind == INNOCENT:
            return self.end_s + AFTER_INNOCENT_S
        if self.kind == "keypad" and self.stratum.startswith("dtmf"):
            return self.end_s + WITHIN_DIGIT_S
        # Noise is to be found while it is new; all else until it is done.
        known_s = (
            self.evident_s if self.kind == "noise_anomaly" else max(self.evident_s, self.end_s)
        )
        return known_s + WITHIN_S[self.kind]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Label:
        """Read what `as_dict` made."""
        return cls(**{**told, "tolerated": tuple(told["tolerated"])})


def packed(played: Iterable[Played]) -> array[int]:
    """Return what was played in a twentieth of its room: there are hundreds of pieces in a call.

    Source
    ------
    own: number, first and last millisecond of each, one behind the other.
    """
    told = array("i")
    for number, start_s, end_s in played:
        told.extend((number, round(1000 * start_s), round(1000 * end_s)))
    return told


def unpacked(told: array[int]) -> Iterator[Played]:
    """Yield what `packed` put away."""
    for number, start_ms, end_ms in zip(told[::3], told[1::3], told[2::3], strict=True):
        yield Played(number, start_ms / 1000, end_ms / 1000)


@dataclass(frozen=True, slots=True)
class Mark:
    """A label whose times are still samples of the undisturbed leg.

    Where ``talk`` is not 0, nothing can be heard of it before so many samples of talk behind its
    end: of anybody on the leg, or of the party that has the number ``party`` there.
    """

    kind: str
    stratum: str
    leg: str
    start: int
    end: int
    evident: int
    tolerated: tuple[str, ...] = ()
    detail: str = ""
    talk: int = 0
    party: int | None = None
