"""Every ledger that a test opens adds up to zero when the test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.postgres_server import server, stop_all
from tests.ledger.pricing import Flat
from tests.ledger.small_book import fill

from securecall.ledger.ledger import Ledger

STORES = ("memory", "sqlite", "postgres")


def pytest_sessionfinish() -> None:
    """Stop the server that the tests of this process have started."""
    stop_all()


@pytest.fixture(autouse=True)
def _sums_are_zero(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    opened: list[Ledger] = []
    real = Ledger.open.__func__  # type: ignore[attr-defined]

    def remembered(cls: type[Ledger], *args: Any, **options: Any) -> Ledger:
        ledger: Ledger = real(cls, *args, **options)
        opened.append(ledger)
        return ledger

    monkeypatch.setattr(Ledger, "open", classmethod(remembered))
    yield
    for ledger in opened:
        if getattr(ledger._store, "closed", False):
            continue
        assert sum(ledger.totals().values()) == 0
        found = ledger.verify()
        assert found.ok, found.faults
        ledger.close()


@pytest.fixture(params=STORES)
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Ledger]:
    """Return what opens a new ledger, in each kind of store."""
    count = 0

    def open_one() -> Ledger:
        nonlocal count
        count += 1
        loaders = {"flat/1": Flat.loads}
        if request.param == "memory":
            return Ledger.open("memory:", curves=loaders)
        if request.param == "postgres":
            return Ledger.open(server().new_url(), curves=loaders)
        return Ledger.open(f"sqlite:///{tmp_path}/ledger{count}.db", curves=loaders)

    return open_one


@pytest.fixture
def ledger(make: Callable[[], Ledger]) -> Ledger:
    """Return a new ledger."""
    return make()


@pytest.fixture
def busy(ledger: Ledger) -> Ledger:
    """Return a ledger in which most things have happened."""
    fill(ledger)
    return ledger
