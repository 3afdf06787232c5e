"""Has the host program place the calls of a plan, and reads what it kept of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.peers.programs import Program

__all__ = ["attempt", "micros", "placed", "start_host"]


def attempt(call: str, number: str, *, account: str, place: int = 0) -> dict[str, Any]:
    """Return what a person at a telephone asks for, as a plan has it."""
    return {
        "call_id": call, "person": f"p-{place}", "terminal": f"t-{place}", "number": number,
        "accounts": [account],
    }  # fmt: skip


def start_host(folder: Path, plan: dict[str, Any], name: str = "host") -> Program:
    """Start the host with a plan; what it keeps goes to the plan's ``out``."""
    told = folder / f"{name}.json"
    told.write_text(json.dumps(plan), encoding="utf-8")
    return Program([sys.executable, "-m", "tests.peers.host", str(told)], folder, name)


def placed(
    folder: Path, plan: dict[str, Any], *, limit_s: float,
    meanwhile: Callable[[], None] = lambda: None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Have a plan's calls placed; return what the host kept, in the order in which they ended."""
    host = start_host(folder, plan)
    try:
        meanwhile()
        code = host.process.wait(limit_s)
    finally:
        host.stop()
    assert code == 0, host.said()
    return [json.loads(line) for line in Path(plan["out"]).read_text().splitlines()]


def micros(dollars: str) -> int:
    """Return dollars as a record has them in micro-dollars."""
    return int(Decimal(dollars) * 1_000_000)
