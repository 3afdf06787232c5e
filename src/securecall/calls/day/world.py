"""World: what everything in the day shares: the library's objects, the books, what was counted."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from securecall.calls.day.agenda import Agenda
from securecall.calls.day.books import Books
from securecall.calls.day.caller import attorney, attorney_count, family_count
from securecall.calls.day.checks import Checks
from securecall.calls.day.dice import DayDice
from securecall.calls.day.inspector import Inspector
from securecall.calls.day.place import DayLidb, facility_of, policy, tariff
from securecall.calls.day.plan import BLOCKED_PREFIX, CUSTOMER_BLOCKED, FACILITY_BLOCKED, WATCHED
from securecall.calls.day.setting import DaySetting
from securecall.calls.day.tally import Burn, Tally
from securecall.calls.directory import Directory
from securecall.calls.gate import Gate
from securecall.calls.identity import Identity
from securecall.calls.lidb_cache import LidbCache
from securecall.ledger.ledger import Ledger

__all__ = ["World"]

#: So many accounts are followed, of which the page shows the most eventful.
BURNS_MAX: Final = 150
BEFORE_MS: Final = 3_600_000


class World:
    """What everything in the day shares.

    Parameters
    ----------
    setting : DaySetting
    ledger : Ledger
        An empty one.
    folder : Path, optional
        Where the lists of numbers and the PINs are; without one they are in memory, about one and
        a half kilobytes a caller.

    Source
    ------
    own.
    """

    def __init__(
        self, setting: DaySetting, ledger: Ledger, folder: Path | None = None
    ) -> None:  # fmt: skip
        self.setting, self.ledger = setting, ledger
        self.agenda = Agenda()
        self.tariff = tariff()
        # Without argon2-cffi nobody is asked for a PIN, and the result says so.
        pins = ":memory:" if folder is None else folder / "pins.db"
        self.identity = (
            Identity(pins, memory_kib=8, passes=1, lanes=1)
            if find_spec("argon2") is not None else None
        )  # fmt: skip
        asked = "none" if self.identity is None else "pin"
        self.facility = facility_of(setting, identity=asked)
        self.directory = Directory(":memory:" if folder is None else folder / "directory.db")
        self.gate = Gate(
            self.facility, self.directory, ledger, self.tariff, identity=self.identity,
            lidb=LidbCache(DayLidb(setting.seed)), policy=policy(), monitor={"report_ends": False},
        )  # fmt: skip
        self.books = Books(family_count(setting.callers), setting.callers)
        self.tally = Tally(setting.opens_ms)
        self.checks = Checks()
        self.inspector = Inspector(self.checks, self.books, self.facility, self.tariff)
        self.burns: dict[str, Burn] = {}
        self._list_numbers()

    def dice(self, *purpose: object) -> DayDice:
        """Return the dice of a purpose."""
        return DayDice(self.setting.seed, *purpose)

    def close(self) -> None:
        """Let go of the files."""
        self.directory.close()
        if self.identity is not None:
            self.identity.close()

    def follow(self, account: str, opening_micros: int) -> None:
        """Follow what happens to an account, if not many are followed yet."""
        if len(self.burns) < BURNS_MAX:
            self.burns[account] = Burn(account, opening_micros)

    def moved(self, account: str, at_ms: int, amount_micros: int, what: str) -> None:
        """Note a change of an account that is followed."""
        burn = self.burns.get(account)
        if burn is not None and amount_micros:
            burn.moves.append((at_ms, amount_micros, what))

    def _list_numbers(self) -> None:
        """Write down which numbers are privileged, blocked and watched."""
        at_ms, by = self.setting.opens_ms - BEFORE_MS, "lt-1"
        directory = self.directory
        with directory.together():
            for n in range(attorney_count(self.setting)):
                number, kind = attorney(n)
                directory.privilege(number, kind=kind, at=at_ms, by=by)
            for number in FACILITY_BLOCKED:
                directory.block(number, kind="facility", at=at_ms, by=by, why="a court's order")
            for number in CUSTOMER_BLOCKED:
                directory.block(number, kind="customer", at=at_ms, by=by, why="asked by mail")
            for number in WATCHED:
                directory.watch(number, at=at_ms, by=by, why="an open case")
            directory.block(BLOCKED_PREFIX, kind="prefix", at=at_ms, by=by, why="costs abroad")
