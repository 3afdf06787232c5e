"""A county jail with everything at once: what its tests ask of it goes all the way.

Numbers have to be approved, the line called has to be billable, callers are enrolled and key a PIN,
the facility has hours, lines and telephones, the tariff is held to the law of its day, and whoever
is called accepts with a key. Only the clock is made up, because it is an argument.
"""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any, Final

from tests.harris import START_MS

from securecall.calls.attempt import CallAttempt
from securecall.calls.directory import Directory
from securecall.calls.facility import Facility
from securecall.calls.family import Families
from securecall.calls.gate import Gate
from securecall.calls.identity import Identity
from securecall.calls.lidb import SqliteLidb
from securecall.calls.lidb_cache import LidbCache
from securecall.calls.number_review import NumberReviews
from securecall.calls.privileged import PrivilegedSession
from securecall.calls.profile import Profiles
from securecall.calls.session import Session
from securecall.errors import CallRefused
from securecall.fraud.policy_files import parse_policy
from securecall.ledger.ledger import Ledger
from securecall.rating.tariff import Tariff

__all__ = ["ABROAD", "FAR", "LANDLINE", "MOBILE", "NOON_MS", "POLICY", "SOON_MS", "County"]

NOON_MS: Final = START_MS  # Friday 1 May 2026, 13:00 in Houston
LANDLINE, MOBILE = "+17135550123", "+18325550144"
FAR, ABROAD = "+12125550188", "+525512345678"  # New York, Mexico
SOON_MS: Final = 5_000
"""From dialling to acceptance."""

TARIFF: Final = """
[[facility]]
id = "tx-harris"
kind = "jail"
adp = 8932
state = "TX"
timezone = "America/Chicago"
contract = "harris"
local = ["+1713", "+1832"]
[[contract]]
id = "harris"
[[contract.rate]]
id = "near"
destinations = ["local"]
steps = [{ price = "0.05", per_ms = 60_000, increment_ms = 60_000 }]
[[contract.rate]]
id = "long"
destinations = ["intrastate", "interstate"]
connect_fee = "1.75"
steps = [{ price = "0.30", per_ms = 60_000, increment_ms = 60_000 }]
[[contract.rate]]
id = "abroad"
destinations = ["international"]
steps = [{ price = "0.95", per_ms = 60_000, increment_ms = 60_000 }]
[[termination]]
prefix = "+52"
per_minute = "0.02"
[[fee]]
id = "card"
kind = "automated_payment"
methods = ["card"]
channels = ["web", "reload"]
flat = "3.95"
[[fee]]
id = "agent"
kind = "live_agent"
channels = ["agent"]
flat = "7.95"
[[fee]]
id = "wire"
kind = "third_party_transfer"
methods = ["wire"]
channels = ["web"]
flat = "9.95"
[[fee]]
id = "activation"
kind = "other"
methods = ["first"]
flat = "2.50"
"""
FACILITY: Final = """
id = "tx-harris"
timezone = "America/Chicago"
numbers = "approved"
identity = "pin"
enrolled = true
calls_max = 2
lidb_bill_types = ["prepaid", "direct_bill"]
[[schedule]]
from = "07:00"
to = "21:00"
[[terminal]]
id = "A-01"
area = "block-a"
[[terminal]]
id = "B-01"
area = "block-b"
[[terminal]]
id = "B-02"
area = "block-b"
"""
POLICY: Final = """
name = "county"
title = "What leaves the call is cut where two sources agree; the rest is warned of and looked at"
[announcements]
rules = "rules.wav"
[three_way.disconnect]
actions = ["alert", "disconnect"]
[call_forwarding.disconnect]
actions = ["alert", "disconnect"]
[any.alert]
actions = ["alert", "warn", "review"]
announcement = "rules"
[any.note]
actions = ["note"]
"""


class County:
    """The jail, in a folder.

    Parameters
    ----------
    folder : Path
    at_ms : int
        When it is opened: its law is that of then.
    limit_ms : int
        The longest call.
    money : str
        What each of two families pays in.
    kept : bool
        Whether the books and lists are files, which takes its time, or only in memory.
    **options
        Of the gate.
    """

    def __init__(
        self, folder: Path, at_ms: int = NOON_MS, *, limit_ms: int = 900_000,
        money: str = "20.00", kept: bool = False, **options: Any,
    ) -> None:  # fmt: skip
        before = at_ms - 3_600_000
        self.at_ms = at_ms
        facility = f"max_call_ms = {limit_ms}\n{FACILITY}"
        (folder / "tariff.toml").write_text(TARIFF, encoding="utf-8")
        (folder / "facility.toml").write_text(facility, encoding="utf-8")
        self.tariff = Tariff.load(folder / "tariff.toml")
        self.ledger = Ledger.open(f"sqlite:///{folder / 'ledger.db'}" if kept else "memory:")
        lists, lines, pins_file, profiles = (
            folder / f"{name}.db" if kept else ":memory:"
            for name in ("lists", "lines", "pins", "profiles")
        )
        self.directory = Directory(lists)
        self.lines = SqliteLidb(lines)
        # The true cost of a hash is tested with the hash.
        pins = Identity(pins_file, pepper=b"k" * 32, passes=1, memory_kib=8, lanes=1)
        with self.directory.together():
            for person in ("p-77", "p-78"):
                self.directory.enrol(person, at=before, by="sgt-12")
                for number in (LANDLINE, MOBILE, FAR, ABROAD):
                    self.directory.approve(person, number, at=before, by="sgt-12")
        pins.set_pin("p-77", "4711", at=before, by="sgt-12")
        pins.set_pin("p-78", "2357", at=before, by="sgt-12")
        for number, kind in ((LANDLINE, "landline"), (MOBILE, "mobile"), (FAR, ""), (ABROAD, "")):
            self.lines.put(number, "billable", at=before, by="feed", line_type=kind)
        self.gate = Gate(
            Facility.load(folder / "facility.toml"), self.directory, self.ledger, self.tariff,
            identity=pins, lidb=LidbCache(self.lines),
            **{"policy": parse_policy(POLICY), **options},
        )  # fmt: skip
        tokens = count(10_000_000)
        self.reviews = NumberReviews(self.directory)
        known = Profiles(profiles, token=lambda: f"{next(tokens)}")
        self.families = Families(self.ledger, self.tariff, known, self.reviews)
        for number in (1, 2):
            self.ledger.open_account(f"fam-{number}", kind="prepaid", at=before)
            self.ledger.deposit(f"fam-{number}", money, at=before, request_id=f"payment-{number}")

    def attempt(self, call_id: str = "c-1", **changes: Any) -> CallAttempt:
        """Return what somebody at a telephone asks for."""
        told = {
            "person": "p-77", "number": LANDLINE, "terminal": "A-01", "accounts": ("fam-1",),
            "pin": "4711", **changes,
        }  # fmt: skip
        return CallAttempt(call_id, **told)

    def other(self, call_id: str = "c-2", **changes: Any) -> CallAttempt:
        """Return what somebody else asks for, elsewhere, whose family pays itself."""
        told = {
            "person": "p-78", "pin": "2357", "terminal": "B-01", "number": MOBILE,
            "accounts": ("fam-2",), **changes,
        }  # fmt: skip
        return self.attempt(call_id, **told)

    def codes(
        self, attempt: CallAttempt | None = None, at_ms: int | None = None
    ) -> tuple[str, ...]:
        """Return why a call is refused."""
        try:
            self.gate.connect(attempt or self.attempt(), at=self.at_ms if at_ms is None else at_ms)
        except CallRefused as refused:
            return refused.decision.codes
        return ()

    def talk(
        self, attempt: CallAttempt | None = None, at_ms: int | None = None
    ) -> Session | PrivilegedSession:  # fmt: skip
        """Place a call that is accepted by the key 1 after five seconds."""
        at_ms = self.at_ms if at_ms is None else at_ms
        session = self.gate.connect(attempt or self.attempt(), at=at_ms)
        session.ring(at_ms + 1_000)
        session.answer(at_ms + 4_000)
        session.signal("dtmf", "1")
        self.gate.sessions.tick(at_ms + SOON_MS)
        assert session.accepted_ms == at_ms + SOON_MS
        return session

    def held(self, ms: int, attempt: CallAttempt | None = None, at_ms: int | None = None) -> Any:
        """Hold a call for a time; return its record."""
        session = self.talk(attempt, at_ms)
        session.hang_up((session.accepted_ms or 0) + ms)
        return session.record

    def close(self) -> None:
        """See that the books are right, and close them."""
        assert self.ledger.verify().ok
        assert sum(self.ledger.totals().values()) == 0
        self.ledger.close()
