"""A gate for tests: a jail in Houston, a tariff for every way to pay, a family with money."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from tests.harris import NUMBER, START_MS, by_minute, tariff

from securecall.calls.attempt import CallAttempt
from securecall.calls.directory import Directory
from securecall.calls.facility import Facility
from securecall.calls.gate import Gate
from securecall.calls.identity import Identity
from securecall.calls.lidb import SqliteLidb
from securecall.errors import StoreError
from securecall.ledger.ledger import Ledger

__all__ = ["FEW", "NOON_MS", "NUMBER", "Broken", "asked", "fast_identity", "gate"]

NOON_MS: Final = START_MS  # a Friday, 13:00 in Houston
FEW: Final = 60
"""So many examples, where one opens a ledger."""


def gate(
    *rates: str, balance: str = "10.00", pins: Any = None, lidb: Any = None,
    directory: Any = None, options: dict[str, Any] | None = None, **rules: Any,
) -> Gate:  # fmt: skip
    """Make a gate; the rest are rules of its facility."""
    ledger = Ledger.open("memory:")
    ledger.open_account("fam-1", kind="prepaid", at=NOON_MS - 60_000)
    if balance != "0":
        ledger.deposit("fam-1", balance, at=NOON_MS - 30_000, request_id="d-0")
    return Gate(
        Facility("f", "America/Chicago", **rules),
        Directory() if directory is None else directory,
        ledger,
        tariff(*rates or (by_minute("0.12"),)),
        identity=pins,
        lidb=SqliteLidb() if lidb is None else lidb,
        **(options or {}),
    )


def asked(call_id: str = "c-1", **changes: Any) -> CallAttempt:
    """Make an attempt that ``fam-1`` pays."""
    made = CallAttempt(call_id, "p-1", NUMBER, "A-01", accounts=("fam-1",), pin="4711")
    return replace(made, **changes)


def fast_identity(**changes: Any) -> Identity:
    """Make PINs that are hashed with next to no work: ``p-1`` has 4711."""
    identity = Identity(passes=1, memory_kib=8, lanes=1, **changes)
    identity.set_pin("p-1", "4711", at=NOON_MS - 60_000, by="sgt-12")
    return identity


class Broken:
    """A file that cannot be read, in place of any of them."""

    def __getattr__(self, name: str) -> Any:
        def fail(*_: Any, **__: Any) -> Any:
            raise StoreError("the disk is gone")

        return fail
