"""Fixtures for pytest: ``pytest_plugins = ["securecall.testing.plugin"]`` in ``conftest.py``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from securecall.ledger.ledger import Ledger
from securecall.rating.tariff import Tariff
from securecall.testing.clock import FakeClock
from securecall.testing.house import SmallJail
from securecall.testing.tiny import tariff

__all__ = ["securecall_clock", "securecall_jail", "securecall_ledger", "securecall_tariff"]


@pytest.fixture
def securecall_clock() -> FakeClock:
    """Return a clock that stands at noon until it is told to go on."""
    return FakeClock()


@pytest.fixture(scope="session")
def securecall_tariff() -> Tariff:
    """Return the tiny tariff: six cents a minute, 5 % tax; see `securecall.testing.tariff`."""
    return tariff()


@pytest.fixture
def securecall_ledger() -> Iterator[Ledger]:
    """Return a ledger in memory; when the test is over, its books must be right."""
    with Ledger.open("memory:") as ledger:
        yield ledger
        found = ledger.verify()
        assert found.ok, "\n".join(found.faults)
        assert sum(ledger.totals().values()) == 0


@pytest.fixture
def securecall_jail(securecall_clock: FakeClock, securecall_ledger: Ledger) -> SmallJail:
    """Return a small jail on that clock and ledger, to place simulated calls in."""
    return SmallJail(clock=securecall_clock, ledger=securecall_ledger)
