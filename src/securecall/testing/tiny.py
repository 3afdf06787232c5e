"""A tiny tariff, its facility, and a month of call records under it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from securecall.calls.facility import Facility
from securecall.errors import InputError
from securecall.rating.tariff import Tariff

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "FACILITY", "FACILITY_FILE", "NOON", "NUMBER", "TARIFF_FILE", "facility", "records", "tariff",
]  # fmt: skip

FACILITY: Final = "tx-test"
NUMBER: Final = "+17135550123"
NOON: Final = 1_777_658_400_000
"""Friday 1 May 2026, 18:00 UTC: 13:00 in Texas."""

TARIFF_FILE: Final = f"""\
[[facility]]
id = "{FACILITY}"
kind = "jail"
adp = 400
state = "TX"
timezone = "America/Chicago"
contract = "test"
regulation = "none"

[[contract]]
id = "test"

[[contract.rate]]
id = "minute"
steps = [{{ from_ms = 0, price = "0.06", per_ms = 60_000, increment_ms = 60_000 }}]

[[tax]]
id = "city"
percent = "5"
base = "net"
rounding = {{ mode = "half_up", unit = "0.01" }}
"""

FACILITY_FILE: Final = f"""\
id = "{FACILITY}"
timezone = "America/Chicago"
max_call_ms = 900_000
numbers = "open"
identity = "none"

[[schedule]]
from = "06:00"
to = "22:00"

[[terminal]]
id = "T-1"

[[terminal]]
id = "T-2"
"""


@cache
def tariff() -> Tariff:
    """Return a tariff of one jail: six cents a minute, sold by the minute, and a tax of 5 %.

    No ceilings hold in it, so that its sums stay what they are when rules change.

    Source
    ------
    own; docs/testing.md.
    """
    return Tariff.loads(TARIFF_FILE, file="securecall.testing")


@cache
def facility() -> Facility:
    """Return that jail as calls see it: open from six to ten, every number allowed, no PINs."""
    return Facility.loads(FACILITY_FILE, file="securecall.testing")


def records(count: int, *, accounts: int = 10, seed: int = 1) -> pa.Table:
    """Return call records of the jail over a month; the same arguments give the same records.

    Parameters
    ----------
    count : int
    accounts : int
        They are called ``fam-0``, ``fam-1``, ...
    seed : int

    Returns
    -------
    pyarrow.Table
        ``call_id``, ``facility``, ``number``, ``start``, ``duration_ms``, ``account``; one call in
        twenty was not answered.

    Raises
    ------
    InputError
        A count is below 0, or there is no account.

    Source
    ------
    own; docs/testing.md.
    """
    import random

    import pyarrow as pa

    if count < 0 or accounts < 1:
        raise InputError(f"count must be 0 or more and accounts 1 or more: {count}, {accounts}")
    dice = random.Random(seed)
    start = [NOON + int(dice.random() * 30 * 86_400_000) for _ in range(count)]
    return pa.table(
        {
            "call_id": pa.array([f"c-{number:07d}" for number in range(count)], pa.string()),
            "facility": pa.array([FACILITY] * count, pa.string()),
            "number": pa.array(
                [f"+1713555{dice.randrange(10_000):04d}" for _ in range(count)], pa.string()
            ),
            "start": pa.array(sorted(start), pa.timestamp("ms", "UTC")),
            "duration_ms": pa.array(
                [
                    0 if number % 20 == 19 else 1 + int(dice.expovariate(1 / 300_000))
                    for number in range(count)
                ],
                pa.int64(),
            ),
            "account": pa.array(
                [f"fam-{dice.randrange(accounts)}" for _ in range(count)], pa.string()
            ),
        }
    )
