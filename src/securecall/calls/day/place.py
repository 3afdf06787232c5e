"""The place of the day: a facility, its tariff, its policy, its billing directory."""

from __future__ import annotations

from typing import Final

from securecall.calls.day.dice import DayDice
from securecall.calls.day.setting import TIMEZONE, DaySetting
from securecall.calls.facility import Courtesy, Facility
from securecall.calls.lidb import BillingAnswer
from securecall.calls.schedule import Schedule
from securecall.calls.terminal import Terminal, Terminals
from securecall.fraud.policy import Policy
from securecall.fraud.policy_files import parse_policy
from securecall.rating.tariff import Tariff
from securecall.rating.windows import Window

__all__ = [
    "AREAS", "FACILITY", "MAX_CALL_MS", "RELAY_NUMBER", "DayLidb", "facility_of", "policy",
    "tariff", "terminals_of",
]  # fmt: skip

FACILITY: Final = "county"
AREAS: Final = ("a", "b", "c", "d")
MAX_CALL_MS: Final = 20 * 60_000
RELAY_NUMBER: Final = "+18005550711"
_HOURS: Final = (6 * 3_600_000, 22 * 3_600_000)
#: Terminals of an area that close early.
EARLY: Final = (6 * 3_600_000, 20 * 3_600_000)

_TARIFF: Final = """
[[facility]]
id = "county"
kind = "jail"
adp = 900
state = "TX"
timezone = "America/Chicago"
contract = "c"
local = ["+1713", "+1281"]
max_call_ms = 1_200_000

[[contract]]
id = "c"

[[contract.rate]]
id = "local-day"
destinations = ["local"]
steps = [{ price = "0.08", per_ms = 60_000, increment_ms = 60_000 }]

[[contract.rate]]
id = "local-evening"
destinations = ["local"]
when = { from = "18:00", to = "06:00" }
priority = 1
steps = [{ price = "0.06", per_ms = 60_000, increment_ms = 60_000 }]

[[contract.rate]]
id = "distant"
destinations = ["intrastate", "interstate"]
steps = [{ price = "0.09", per_ms = 60_000, increment_ms = 1_000 }]

[[contract.rate]]
id = "abroad"
destinations = ["international"]
steps = [
  { from_ms = 0, price = "0.21", per_ms = 60_000, increment_ms = 30_000 },
  { from_ms = 30_000, price = "0.21", per_ms = 60_000, increment_ms = 6_000 },
]

[[contract.rate]]
id = "video"
medium = "video"
destinations = ["local", "intrastate", "interstate", "international"]
steps = [{ price = "0.15", per_ms = 60_000, increment_ms = 60_000 }]
priority = 1

[[contract.rate]]
id = "collect"
bill_types = ["collect"]
medium = "audio"
destinations = ["local", "intrastate", "interstate", "international"]
connect_fee = "0.25"
steps = [{ price = "0.10", per_ms = 60_000, increment_ms = 60_000 }]
priority = 2

[[tax]]
id = "tx-state"
states = ["TX"]
percent = "6.25"
base = "net"

[[tax]]
id = "city"
states = ["TX"]
percent = "2"
base = "net"
rounding = { mode = "half_up", unit = "0.000001" }

[[fee]]
id = "card"
kind = "automated_payment"
methods = ["card"]
channels = ["web", "app", "auto_reload"]
flat = "3.00"

[[fee]]
id = "agent"
kind = "live_agent"
methods = ["card"]
channels = ["phone"]
flat = "5.95"
"""

_POLICY: Final = """
name = "county-day"
title = "Warn, cut for what rests on two cues, look at everything that was cut"
[announcements]
rules = "announcements/rules.wav"
[three_way.disconnect]
actions = ["alert", "warn", "disconnect"]
announcement = "rules"
[call_forwarding.disconnect]
actions = ["alert", "warn", "disconnect"]
announcement = "rules"
[line_switch.disconnect]
actions = ["alert", "review"]
[keypad.disconnect]
actions = ["alert", "warn", "disconnect"]
announcement = "rules"
[keypad.alert]
actions = ["note"]
review_alerts = 5
review_within_ms = 60_000
[three_way.alert]
actions = ["alert", "review"]
[call_forwarding.alert]
actions = ["alert", "review"]
[call_waiting.disconnect]
actions = ["note"]
[any.disconnect]
actions = ["alert", "review"]
[any.alert]
actions = ["alert"]
[any.note]
actions = ["note"]
"""


def tariff() -> Tariff:
    """Return the tariff of the day: local, distant, abroad, video and collect, two taxes, fees."""
    return Tariff.loads(_TARIFF)


def policy() -> Policy:
    """Return what the facility has done about what is heard."""
    return parse_policy(_POLICY, file="<day>")


def terminals_of(setting: DaySetting) -> dict[str, tuple[str, ...]]:
    """Return the ids of the terminals of each area."""
    each = max(3, setting.lines * 5 // 16)
    return {area: tuple(f"{area.upper()}-{n:04d}" for n in range(each)) for area in AREAS}


def facility_of(setting: DaySetting, *, identity: str) -> Facility:
    """Return the facility, sized for its callers."""
    open_ = Schedule(TIMEZONE, (Window(from_ms=_HOURS[0], to_ms=_HOURS[1]),))
    early = Schedule(TIMEZONE, (Window(from_ms=EARLY[0], to_ms=EARLY[1]),))
    terminals = [
        Terminal(name, area, early if area == "d" and n % 4 == 0 else None)
        for area, names in terminals_of(setting).items()
        for n, name in enumerate(names)
    ]
    return Facility(
        FACILITY, TIMEZONE, MAX_CALL_MS, relay_max_call_ms=30 * 60_000, calls_max=setting.lines,
        calls_per_account=2, identity=identity, numbers="approved", enrolled=True,
        lidb_bill_types=("collect",), relay_numbers=(RELAY_NUMBER,), courtesy=Courtesy(),
        schedule=open_, terminals=Terminals(terminals),
    )  # fmt: skip


class DayLidb:
    """A billing directory that says of each line what its dice say, and keeps nothing.

    Parameters
    ----------
    seed : int

    Source
    ------
    own.
    """

    __slots__ = ("_seed",)

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def ask(
        self, number: str, *, bill_type: str, at_ms: int, timeout_ms: int
    ) -> BillingAnswer | None:
        """Say whether a line may be billed; None: nothing was heard within the time."""
        del bill_type, timeout_ms
        if DayDice(self._seed, "lidb silent", number, at_ms).chance(0.01):
            return None
        said = (("billable", 90.0), ("denied", 6.0), ("unknown", 4.0))
        return BillingAnswer(DayDice(self._seed, "lidb", number).weighed(said))
