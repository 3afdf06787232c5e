"""Which store an address means."""

from __future__ import annotations

from pathlib import Path

import pytest

from securecall.errors import InputError
from securecall.ledger.stores.memory import MemoryStore
from securecall.ledger.stores.open import open_store
from securecall.ledger.stores.sqlite import SqliteStore


def test_addresses_and_whether_curves_stay_objects(tmp_path: Path) -> None:
    store, keeps = open_store("memory:", {}, b"", {})
    assert (type(store), keeps) == (MemoryStore, True)
    store, keeps = open_store(f"sqlite:///{tmp_path}/a.db", {}, b"", {"synchronous": "extra"})
    assert (type(store), keeps) == (SqliteStore, False)
    store.close()


@pytest.mark.parametrize(
    "url", ["", "sqlite", "sqlite:///", "sqlite://a.db", "file:///a", "Memory:"]
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(InputError, match="sqlite:///path"):
        open_store(url, {}, b"", {})
