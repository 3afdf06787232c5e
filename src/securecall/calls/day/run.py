"""Day: lets a day go by, and says what came of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from securecall.calls.day.caller import arrivals, unpacked
from securecall.calls.day.place import MAX_CALL_MS
from securecall.calls.day.result import DayResult
from securecall.calls.day.setting import HOUR_MS, DaySetting
from securecall.calls.day.switch import Switch
from securecall.calls.day.tally import BIN_MS
from securecall.calls.day.world import World
from securecall.ledger.instant import ms_of
from securecall.ledger.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Day", "run_day"]

#: A host's loop turns so often; what falls due is done by the next turn.
TURN_MS: Final = 250
#: Calls that still live so long after the last attempt are never going to end.
PATIENCE_MS: Final = 4 * HOUR_MS
#: What more callers than this leave behind is kept in files.
MEMORY_CALLERS: Final = 5_000
TELL_EVERY: Final = 500


class Day:
    """A day of a facility.

    Parameters
    ----------
    setting : DaySetting
    ledger : Ledger
        An empty one.
    tell : callable, optional
        Is given how many of the attempts have been made, and how many there will be.
    folder : Path, optional
        Where lists of numbers and PINs are; without one in memory.

    Source
    ------
    own; docs/simulate.md.
    """

    def __init__(
        self, setting: DaySetting, ledger: Ledger, *, folder: Path | None = None,
        tell: Callable[[int, int | None], object] = lambda done, total: None,
    ) -> None:  # fmt: skip
        self.world = World(setting, ledger, folder)
        self.switch = Switch(self.world)
        self._tell = tell

    def run(self) -> DayResult:
        """Let the day go by, and look at every invariant at its end.

        Source
        ------
        own.
        """
        world, switch, setting = self.world, self.switch, self.world.setting
        switch.desk.plan()
        world.agenda.put(setting.opens_ms, self._count_live)
        coming = arrivals(setting)
        for made, packed in enumerate(coming):
            offset_ms, caller = unpacked(packed)
            at_ms = setting.opens_ms + offset_ms
            self._go_on(at_ms)
            switch.arrive(at_ms, caller)
            if made % TELL_EVERY == 0:
                self._tell(made, len(coming))
        self._go_on(max(setting.ends_ms, setting.opens_ms + 16 * HOUR_MS) + PATIENCE_MS)
        self._tell(len(coming), len(coming))
        for call_id in switch.placed:
            world.checks.that("reason", False, f"call {call_id} never ended")
        digest = world.inspector.close(world.ledger)
        return DayResult(
            setting, world.tally, world.checks, dict(world.books.flows), world.books.left,
            world.books.owed, digest, len(coming), world.burns, pins=world.identity is not None,
        )  # fmt: skip

    def _count_live(self, at_ms: int) -> None:
        """Note how many calls are live, every five minutes until nobody calls any more."""
        self.world.tally.alive(at_ms, len(self.switch.placed))
        if at_ms < self.world.setting.ends_ms + MAX_CALL_MS:
            self.world.agenda.put(at_ms + BIN_MS, self._count_live)

    def _go_on(self, until_ms: int) -> None:
        """Let everything happen that comes before an instant, and turn the host's loop."""
        world, switch = self.world, self.switch
        sessions, agenda = world.gate.sessions, world.agenda
        turned_ms = 0
        while True:
            due = sessions.due_at
            turn_ms = None
            if due is not None:
                turn_ms = max(-(-ms_of(due) // TURN_MS) * TURN_MS, turned_ms + TURN_MS)
            next_ms = agenda.next_ms
            if turn_ms is not None and (next_ms is None or turn_ms <= next_ms):
                if turn_ms >= until_ms:
                    return
                turned_ms = turn_ms
                switch.tick(turn_ms)
            elif next_ms is not None and next_ms < until_ms:
                agenda.run_next()
            else:
                return


@contextmanager
def _files_for(setting: DaySetting, folder: Path | None) -> Iterator[Path | None]:
    """Return a folder that goes with the day, for many callers; None: memory does for few."""
    if setting.callers <= MEMORY_CALLERS and folder is None:
        yield None
        return
    with TemporaryDirectory(prefix="securecall-day-", dir=folder) as place:
        yield Path(place)


def run_day(
    setting: DaySetting, *, folder: Path | None = None,
    tell: Callable[[int, int | None], object] = lambda done, total: None,
) -> DayResult:  # fmt: skip
    """Let a day of a facility go by, and say what came of it.

    Parameters
    ----------
    setting : DaySetting
    folder : Path, optional
        Where the files of ledger, lists and PINs are for as long as the day takes; without one
        those of a few callers are in memory, and of many in the system's folder for such files.
    tell : callable, optional
        Is given how many of the attempts have been made, and how many there will be.

    Source
    ------
    own; docs/simulate.md.
    """
    with _files_for(setting, folder) as place:
        url = "memory:" if place is None else f"sqlite:///{place / 'ledger.db'}"
        with Ledger.open(url) as ledger:
            made = Day(setting, ledger, folder=place, tell=tell)
            try:
                return made.run()
            finally:
                made.world.close()
