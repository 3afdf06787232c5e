"""DayResult: what came of a day, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from securecall.calls.day.books import FLOWS
from securecall.calls.day.checks import INVARIANTS, Checks
from securecall.calls.day.setting import DaySetting
from securecall.calls.day.tally import Burn, Tally
from securecall.money import dollars

__all__ = ["DayResult"]


@dataclass(frozen=True, slots=True)
class DayResult:
    """What came of a day.

    Attributes
    ----------
    setting : DaySetting
    tally : Tally
    checks : Checks
    flows : mapping of str to int
        Micro-dollars by `securecall.calls.day.books.FLOWS`.
    left_micros, owed_micros : int
        What is in all accounts together, and what those that are below zero owe.
    digest : str
        Of the ledger's last operation: the same day has the same.
    arrivals : int
        How many attempts were planned; who tries again makes more.
    burns : mapping of str to Burn
    pins : bool
        Whether callers were asked for PINs: argon2-cffi is installed.

    Source
    ------
    own; docs/simulate.md.
    """

    setting: DaySetting
    tally: Tally
    checks: Checks
    flows: Mapping[str, int]
    left_micros: int
    owed_micros: int
    digest: str
    arrivals: int
    burns: Mapping[str, Burn]
    pins: bool

    @property
    def ok(self) -> bool:
        """Whether no invariant was broken."""
        return self.checks.ok

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON takes it; money is text, in dollars.

        Source
        ------
        own.
        """
        setting = self.setting
        return {
            "ok": self.ok,
            "setting": {
                "seed": setting.seed, "callers": setting.callers, "hours": setting.hours,
                "date": setting.day.isoformat(), "audio_per_mille": setting.audio_per_mille,
                "audio_kinds": setting.audio_kinds, "audio_s": setting.audio_s,
                "pins": self.pins,
            },
            "ledger_digest": self.digest,
            **self.tally.as_dict(),
            "money": {
                **{flow: f"{dollars(self.flows.get(flow, 0)):f}" for flow in FLOWS},
                "balances": f"{dollars(self.left_micros):f}",
                "owed": f"{dollars(self.owed_micros):f}",
            },
            "invariants": {
                name: {
                    "what": INVARIANTS[name], "looked": each.looked, "broken": each.broken,
                    "faults": each.faults,
                }
                for name, each in self.checks.found.items()
            },
        }  # fmt: skip
