"""What people do with one attempt: whom they call, who answers, who hangs up when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from securecall.calls.attempt import CallAttempt
from securecall.calls.day.caller import Caller
from securecall.calls.day.dice import DayDice
from securecall.calls.day.place import RELAY_NUMBER

__all__ = ["CallPlan", "attempt_of", "plan_of"]

#: Numbers that the facility blocked, that called parties blocked, that are watched, and a prefix.
FACILITY_BLOCKED: Final = tuple(f"+1713801{n:04d}" for n in range(12))
CUSTOMER_BLOCKED: Final = tuple(f"+1281802{n:04d}" for n in range(12))
WATCHED: Final = tuple(f"+1713803{n:04d}" for n in range(6))
BLOCKED_PREFIX: Final = "+1876"
ODD_NUMBERS: Final = (
    "411", "911", "*72", "+19005550123", "+18005550199", "12", "+18765550123", "+88216000123",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallPlan:
    """What people do in one call, each time from what came before it, milliseconds.

    Attributes
    ----------
    answers : {"answers", "busy", "invalid", "abandoned", "silence", "fails"}
        What happens when it rings.
    prompt : {"1", "9", "7", "", "caller", "gone"}
        The digit that is pressed, none, one by the caller, or somebody hangs up.
    ends : {"caller", "called", "dropped", "media", "staff"}
    """

    ring_ms: int
    pick_up_ms: int
    answers: str
    prompt: str
    prompt_ms: int
    talk_ms: int
    ends: str
    pause_at_ms: int | None
    pause_ms: int
    digits_at_ms: int | None
    generous: bool


def attempt_of(
    seed: int, caller: Caller, index: int, *, terminal: str, again: int
) -> tuple[CallAttempt, bool]:
    """Return what a caller asks for, and whether the day knows the number as privileged."""
    draw = DayDice(seed, "attempt", caller.number, index)
    kind = draw.weighed(
        (("family", 80.0), ("attorney", 8.0), ("stranger", 2.5), ("blocked", 2.0), ("odd", 2.0),
         ("relay", 1.5), ("watched", 1.5), ("courtesy", 1.5), ("nobody", 1.0))
    )  # fmt: skip
    family, relay = caller.family, None
    bill_type, accounts = caller.bill_type, caller.accounts
    number = draw.one_of(family.numbers)
    if kind == "attorney":
        number = caller.attorney
    elif kind == "stranger":
        number = f"+1713804{draw.whole(0, 9999):04d}"
    elif kind == "blocked":
        number = draw.one_of(FACILITY_BLOCKED + CUSTOMER_BLOCKED)
    elif kind == "odd":
        number = draw.one_of(ODD_NUMBERS)
    elif kind == "relay":
        number, relay = RELAY_NUMBER, "trs"
    elif kind == "watched":
        number = WATCHED[caller.number % len(WATCHED)]
    elif kind == "courtesy":  # nobody pays for this number yet
        accounts = ()
    medium = "video" if kind == "family" and draw.chance(0.03) else "audio"
    pin: str | None = caller.pin
    if not again and draw.chance(0.04):
        pin = None if draw.chance(0.1) else f"{(int(caller.pin) + 1) % 10_000:04d}"
    person = "p-unknown" if kind == "nobody" else caller.person
    made = CallAttempt(
        f"c-{caller.number}-{index}-{again}", person, number, terminal, bill_type, accounts, pin,
        medium, relay, facility="county",
    )  # fmt: skip
    return made, kind == "attorney"


def plan_of(seed: int, call_id: str) -> CallPlan:
    """Return what people do in a call."""
    draw = DayDice(seed, "plan", call_id)
    answers = draw.weighed(
        (("answers", 80.0), ("silence", 8.0), ("busy", 5.0), ("abandoned", 4.0), ("invalid", 1.5),
         ("fails", 1.5))
    )  # fmt: skip
    prompt = draw.weighed(
        (("1", 90.0), ("9", 3.0), ("7", 1.0), ("", 2.5), ("caller", 1.5), ("gone", 2.0))
    )
    ends = draw.weighed(
        (("caller", 48.0), ("called", 48.0), ("dropped", 1.6), ("media", 1.2), ("staff", 1.2))
    )
    talk_ms = round(1_000 * draw.around(330, 0.9, 1, 3_600))
    pause = draw.chance(0.02)
    return CallPlan(
        draw.whole(800, 4_000), draw.whole(2_000, 25_000), answers, prompt,
        draw.whole(1_500, 9_000), talk_ms, ends,
        draw.whole(5_000, 200_000) if pause else None, draw.whole(5_000, 150_000),
        draw.whole(3_000, 60_000) if draw.chance(0.02) else None, draw.chance(0.3),
    )  # fmt: skip
