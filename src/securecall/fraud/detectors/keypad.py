"""Keypad: digits after the answer, signals between exchanges, and keys held to cover something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from securecall.fraud.cues import Heard
from securecall.fraud.detectors.remembering import Remembering
from securecall.fraud.dsp import DTMF_KEYS, TONES_HZ
from securecall.fraud.event import Event
from securecall.fraud.finding import CallView, Finding

__all__ = ["Keypad"]

FOREVER: Final = 1e9
"""When a key ends that is still down: a number, because states are kept in JSON."""

RUN_MS: Final = 3000.0
"""A pause that parts two runs of digits. Source: own, as `securecall.fraud.listening.dialled`."""

HELD_MS: Final = 2000.0
"""A key that is held so long covers what is under it. Source: own; nobody dials at this pace."""

SNR_DB_LEAST: Final = 15.0
"""Of a digit that is told of by itself. Source: own, fraud.bench: what voices make at 13 dB, the
least that the ears take, is one digit; whoever presses keys behind noise presses several."""

SHIFT_PERCENT_MOST: Final = 0.6
TWIST_DB_MOST: Final = 4.5
"""Of a digit below `SNR_DB_LEAST` that is told of by itself nevertheless: keys keep their
frequencies, what sounds like one comes near them. Source: own: of 515 true ones of fraud.bench, in
both parts of it, 468 are so; of 23 that recordings made at seven speeds, in 338 h, one."""

ECHO_MS: Final = 100.0
"""A key on the other leg is the same one up to so much later. Source: own."""

RELAY_MS: Final = 500.0
"""So long before a key is down and after it is up may signalling tell it. Source: own; Asterisk
tells a digit when it is up, other networks some 200 ms later (docs/integrations.md)."""

RUN_DIGITS_MAX: Final = 64
"""So many digits of a run are kept; who presses more has been told of. Source: own."""

PULSES_LEAST: Final = 4.0
PULSES_PROBABILITY: Final = 0.8
"""Of a rotary telephone's digit: keyboards come near. Source: own, fraud.bench: none in 80 h."""

SUPERVISION: Final = "sf_2600"


@dataclass(slots=True)
class Keypad(Remembering):
    """Finds runs of digits: the first digit is told at once, all of them when the run is over.

    A digit that is little clearer than it must be waits for a second one, unless both its lines are
    just where a keypad has them.

    While the call is being set up, dialling is what it is for. Digits of both legs, and of the
    network beside the audio, are one run: a key that echoes is one, and one that is heard and
    signalled, too.

    Source
    ------
    own; docs/fraud.md.
    """

    kind: ClassVar[str] = "keypad"
    hears: ClassVar[tuple[str, ...]] = ("dtmf", "mf", "tone", "pulses", "wake", "end")

    digits: list[list[float | str]] = field(default_factory=list)
    held: list[list[float | str]] = field(default_factory=list)
    last_ms: float = 0.0
    end_ms: float = 0.0
    told: bool = False
    #: The digits by when they began: who presses many lets each one go, and is found at once.
    began: dict[float, list[list[float | str]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def load(self, saved: dict[str, Any]) -> None:
        """Set the fields.

        Parameters
        ----------
        saved : dict

        Source
        ------
        own.
        """
        super(Keypad, self).load(saved)
        self.began = {}
        for digit in self.digits:
            self.began.setdefault(float(digit[1]), []).append(digit)

    def hear(self, item: Heard, call: CallView) -> Sequence[Finding]:
        """Hear a digit, a tone, or that time has passed.

        Source
        ------
        own.
        """
        if item.kind in ("wake", "end"):
            return [*self._held(item), *self._over(item)]
        if item.kind == "pulses":
            return () if call.ringing_ms is not None else _pulsed(item)
        event = item.event
        if event is None or call.ringing_ms is not None:
            return ()
        digit = event.detail
        if item.kind == "tone":
            if digit not in (SUPERVISION, "flash"):
                return ()
            digit = "2600" if digit == SUPERVISION else digit
        if event.ended:
            self._release(item, event, call)
            return ()
        return self._pressed(item, event, digit, call)

    def _pressed(
        self, item: Heard, event: Event, digit: str, call: CallView
    ) -> Sequence[Finding]:  # fmt: skip
        signalled = "signalled" in event.cues
        if len(self.digits) < RUN_DIGITS_MAX:
            end_ms = FOREVER if event.end_ms is None else event.end_ms
            press: list[float | str] = [digit, event.start_ms, item.leg, end_ms, float(signalled)]
            self.digits.append(press)
            self.began.setdefault(event.start_ms, []).append(press)
        self.last_ms = max(self.last_ms, item.at_ms)
        self.end_ms = max(self.end_ms, item.at_ms if event.end_ms is None else event.end_ms)
        call.wake(item.at_ms + RUN_MS)
        if item.kind == "dtmf" and event.end_ms is None:
            self.held.append([digit, event.start_ms, item.leg])
            call.wake(event.start_ms + HELD_MS)
        weak = (
            item.kind != "tone"
            and event.cues.get("snr_db", SNR_DB_LEAST) < SNR_DB_LEAST
            and not _exact(digit, event.cues)
        )
        if self.told:
            return ()
        count = len(_different(self.digits))
        if weak and count == 1:
            return ()
        self.told = True
        cues = {
            name: value for name, value in event.cues.items()
            if name in ("snr_db", "twist_db", "low_dbm0", "high_dbm0", "signalled")
        }  # fmt: skip
        if item.kind != "tone" and "snr_db" in cues:
            cues |= {"snr_db_least": SNR_DB_LEAST}
        cues["digits"] = float(count)
        first, start_ms, leg = self.digits[0][:3]
        if call.answered_ms is not None:
            cues["since_answer_ms"] = float(start_ms) - call.answered_ms
        return [Finding(
            "keypad", "alert", float(start_ms), event.probability, str(first), str(leg), cues,
            ("signalling" if "signalled" in cues else "tones",), None, event.level_dbm0,
        )]  # fmt: skip

    def _release(self, item: Heard, event: Event, call: CallView) -> None:
        self.held = [each for each in self.held if each[1] != event.start_ms or each[2] != item.leg]
        for each in self.began.get(event.start_ms, ()):
            if each[2] == item.leg:
                each[3] = item.at_ms if event.end_ms is None else event.end_ms
        if self.digits:
            self.last_ms = max(self.last_ms, item.at_ms)
            self.end_ms = max(self.end_ms, event.end_ms or 0.0)
            call.wake(item.at_ms + RUN_MS)

    def _held(self, item: Heard) -> Sequence[Finding]:
        """Tell of keys that are still down after a while."""
        if not self.held:
            return ()
        found = [each for each in self.held if item.at_ms - float(each[1]) >= HELD_MS]
        self.held = [each for each in self.held if each not in found]
        return [
            Finding(
                "keypad", "alert", float(start_ms), 0.9, f"{digit} held", str(leg),
                {"held_ms": item.at_ms - float(start_ms), "held_ms_least": HELD_MS}, ("tones",),
                item.at_ms,
            )
            for digit, start_ms, leg in found
        ]  # fmt: skip

    def _over(self, item: Heard) -> Sequence[Finding]:
        """End the run if nothing has come for a while, or the call is over."""
        if not self.digits or (item.kind == "wake" and item.at_ms - self.last_ms < RUN_MS):
            return ()
        digits, end_ms, told = self.digits, self.end_ms, self.told
        self.digits, self.last_ms, self.end_ms, self.told = [], 0.0, 0.0, False
        self.began = {}
        if not told:
            return ()
        made = _different(digits)
        text = ("" if all(len(one) == 1 for one in made) else " ").join(made)
        return [Finding(
            "keypad", "alert", float(digits[0][1]), 1.0, text, str(digits[0][2]),
            end_ms=end_ms, ended=True,
        )]  # fmt: skip


def _pulsed(item: Heard) -> Sequence[Finding]:
    """Tell of a row of clicks: how many there were is known to one or so."""
    pulses = item.number("pulses")
    cues = {
        "pulses": pulses, "pulses_least": PULSES_LEAST, "per_second": item.number("per_second"),
    }  # fmt: skip
    return [Finding(
        "keypad", "note", item.start_ms, PULSES_PROBABILITY, f"{pulses:g} pulses", item.leg, cues,
        ("clicks",), item.start_ms + item.number("lasts_ms"),
    )]  # fmt: skip


def _exact(digit: str, cues: Mapping[str, float]) -> bool:
    """Return whether a digit's two frequencies are where a keypad has them, and alike in level."""
    place = DTMF_KEYS.find(digit)
    if place < 0 or not {"low_hz", "high_hz", "twist_db"} <= cues.keys():
        return False
    shift = max(
        abs(cues["low_hz"] / TONES_HZ[place // 4] - 1.0),
        abs(cues["high_hz"] / TONES_HZ[4 + place % 4] - 1.0),
    )
    return 100.0 * shift <= SHIFT_PERCENT_MOST and abs(cues["twist_db"]) <= TWIST_DB_MOST


def _different(digits: Sequence[Sequence[float | str]]) -> list[str]:
    """Return the keys of a run; what several heard of one, or were told of it, is one."""
    presses: list[list[Sequence[float | str]]] = []
    for digit in digits:
        for press in presses:
            if _same(press, digit):
                press.append(digit)
                break
        else:
            presses.append([digit])
    return [str(press[0][0]) for press in presses]


def _same(press: Sequence[Sequence[float | str]], digit: Sequence[float | str]) -> bool:
    """Return whether a digit is of a press: on another leg at its time, or told beside the audio.

    A press is on a leg once, and told once, so that two quick ones of one key stay two.
    """
    key, start_ms, leg, end_ms, signalled = digit
    if press[0][0] != key:
        return False
    heard = [each for each in press if not each[4]]
    told = [each for each in press if each[4]]
    if signalled:
        return not told and any(_told_of(each, float(start_ms)) for each in heard)
    if any(each[2] == leg for each in heard):
        return False
    if heard:
        return any(abs(float(start_ms) - float(each[1])) < ECHO_MS for each in heard)
    return any(_told_of((key, start_ms, leg, end_ms), float(each[1])) for each in told)


def _told_of(heard: Sequence[float | str], at_ms: float) -> bool:
    return float(heard[1]) - RELAY_MS <= at_ms <= float(heard[3]) + RELAY_MS
