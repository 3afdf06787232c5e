"""Plays random cases on a ledger and before the judge; both must agree to the micro-dollar.

``python -m tests.ledger.against_judge 20000`` plays as many and prints its seeds; the test plays a
few hundred.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.ledger.scenario import _Player
from tests.oracles.ledger import HORIZON_MS, draw, simulate

from securecall.ledger.ledger import Ledger

__all__ = ["differences"]


class _RandomPlayer(_Player):
    """As the scenario's, with the events that only random cases have."""

    def __init__(self, ledger: Ledger, case: Mapping[str, Any], t0: int, polls: bool) -> None:
        super().__init__(ledger, case, polls)
        self.t0 = t0
        self.foreseen: dict[str, int | None] = {}

    def _settle(self, event: Mapping[str, Any], at: int) -> None:
        self.ledger.settle_due(at=at)

    def run(self) -> dict[str, Any]:
        for name, account in self.case["accounts"].items():
            self._open(name, account)
        for event in self.case["events"]:
            if self.polls:
                self.ledger.settle_due(at=self.t0 + event["at"] - 1)
            self._do(event, self.t0 + event["at"])
        last_ms = self.t0 + self.case["events"][-1]["at"]
        for name in self.case["accounts"]:
            for call, end in self.ledger.cutoffs(name, at=last_ms).items():
                self.foreseen[call] = None if end is None else round(end.timestamp() * 1000)
        self.ledger.settle_due(at=self.t0 + HORIZON_MS)
        told = {"calls": {}, "available": {}, "posted": {}}
        for event in self.case["events"]:
            if event["type"] == "call_start":
                told["calls"][event["call"]] = self._call(event)
        for name in self.case["accounts"]:
            balance = self.ledger.balance(name)
            told["available"][name] = balance.available_micros
            told["posted"][name] = balance.posted_micros
        told["refusals"] = {
            name: answer
            for name, answer in self.results.items()
            if isinstance(answer, str) and answer not in ("ok", "conflict")
        }
        return told


def differences(seed: int, open_ledger: Callable[[], Ledger], *, polls: bool) -> list[str]:
    """Return where a ledger and the judge disagree about the case of a seed."""
    case, t0 = draw(seed)
    expected = simulate(case, t0)
    ledger = open_ledger()
    player = _RandomPlayer(ledger, case, t0, polls)
    found = player.run()
    out = []
    for name, call in expected["calls"].items():
        ours = found["calls"][name]
        for field, value in call.items():
            if call["end_ms"] is None and field not in ("connected", "refunded", "billed_ms"):
                continue
            if ours[field] != value:
                out.append(f"{name}.{field}: judge {value}, ledger {ours[field]}")
        if name in player.foreseen:
            end = player.foreseen[name]
            judged = call["end_ms"]
            if judged is not None and end is not None:
                start = t0 + next(e["at"] for e in case["events"] if e.get("call") == name)
                if end != start + judged:
                    out.append(f"{name}: foreseen {end - start}, judge {judged}")
            elif judged is not None:
                out.append(f"{name}: foreseen never, judge {judged}")
    for field in ("available", "posted", "refusals"):
        if found[field] != expected[field]:
            out.append(f"{field}: judge {expected[field]}, ledger {found[field]}")
    checked = ledger.verify()
    out.extend(checked.faults)
    return out


def main(count: int, first: int) -> int:
    """Play so many cases; return how many differed."""
    began, bad = time.monotonic(), 0
    for seed in range(first, first + count):
        found = differences(seed, lambda: Ledger.open("memory:"), polls=seed % 2 == 1)
        if found:
            bad += 1
            print(f"seed {seed}: {found[:4]}", flush=True)
    took = time.monotonic() - began
    print(f"seeds {first} to {first + count - 1}: {count} cases, {bad} differ, {took:.0f} s")
    return bad


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0) else 0)
