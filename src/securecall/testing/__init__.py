"""For tests of programs that embed this package: a clock, a tiny tariff, a simulated call.

Nothing of it reads a real clock or needs a switch. With pytest, `securecall.testing.plugin` makes
fixtures of it: ``pytest_plugins = ["securecall.testing.plugin"]`` in a ``conftest.py``.
"""

from __future__ import annotations

from securecall.testing.clock import FakeClock
from securecall.testing.house import SimulatedCall, SmallJail
from securecall.testing.tiny import (
    FACILITY,
    FACILITY_FILE,
    NOON,
    NUMBER,
    TARIFF_FILE,
    facility,
    records,
    tariff,
)

__all__ = [
    "FACILITY",
    "FACILITY_FILE",
    "NOON",
    "NUMBER",
    "TARIFF_FILE",
    "FakeClock",
    "SimulatedCall",
    "SmallJail",
    "facility",
    "records",
    "tariff",
]
