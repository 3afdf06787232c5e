"""The clock of a leg: where on it a piece of audio belongs, by when it came and by its stamp.

How many samples came is no time. Asterisk brings none while it relays a digit; FreeSWITCH brings
some that nobody said; networks bring nothing for a while and then all at once. So each piece has a
lateness, when it came less where the leg's audio ends; on an even stream it is always the same.

- *Later than usual* by more than a tolerance: the piece waits. If what was missing comes at once
  behind it, nothing was lost. Else there was a hole, of the least lateness since, and a gap fills
  it.
- *Earlier than usual* by as much: there is more audio than time. Pieces are left out until it fits,
  and the next is told as a gap, because a splice is not to be heard as a click.
- *Slowly later or earlier* is the other side's crystal, and is followed.

Stamps say where a piece belongs; between them and what was heard lies a gap. A stamp that jumps
beyond the clock on the wall, or far back, says nothing; then the pieces follow each other, and the
above holds.
"""

from __future__ import annotations

from typing import Final

from securecall.errors import WireError
from securecall.integrations.limits import AHEAD_MS_MAX, HELD_MS_MAX, QUIET_MS_MAX
from securecall.integrations.media import UNITS_PER_MS

__all__ = ["TOLERANCE", "MediaClock", "Piece"]

Piece = bytes | int
"""Audio, or how many milliseconds of it were lost."""

TOLERANCE: Final = 100 * UNITS_PER_MS
"""Of streams without stamps. Source: measured gaps of FreeSWITCH go to 41 ms, of Asterisk to 87 ms
between digits and from 180 ms on at them (tests/data/wires/README.md)."""

STAMPED_TOLERANCE: Final = 500 * UNITS_PER_MS
"""Of streams with stamps, which are wrong only where the sender's clock stood still. Own."""

WAIT: Final = 100 * UNITS_PER_MS
"""How long is waited whether what was missing comes yet. Own: what a network held back comes in
one read, five frames of a hole do not."""

SETTLING: Final = 2_000 * UNITS_PER_MS
"""While a leg is so young its usual lateness is the least of all. Own: first frames come late."""

SECOND: Final = 1_000 * UNITS_PER_MS
DRIFT: Final = 4
"""How far the usual lateness follows in a second: 250 millionths, more than crystals differ."""

STALLED: Final = 1_000 * UNITS_PER_MS
"""A leg that brings nothing for so long has its time pass all the same. Own."""


class MediaClock:
    """Places the audio of one leg in time.

    Every leg begins where the call's audio does; its first audio lies where it came.

    Attributes
    ----------
    end : int
        Up to where the leg's audio is known, what waits included, in `UNITS_PER_MS`.
    lost_ms, surplus_ms : float
        How much was filled with gaps, and how much was left out.

    Source
    ------
    own; docs/integrations.md.
    """

    __slots__ = (
        "_began", "_held", "_held_units", "_least", "_offset", "_rest", "_second",
        "_second_least", "_since", "_soonest", "_splice", "_usual", "end", "lost_ms", "surplus_ms",
    )  # fmt: skip

    def __init__(self) -> None:
        self.end = self._rest = self._began = 0
        self.lost_ms = self.surplus_ms = 0.0
        self._usual: int | None = None
        self._offset: int | None = None
        self._held: list[tuple[int, bytes]] = []
        self._held_units = 0
        self._since: int | None = None
        self._least = 0
        self._splice = False
        self._soonest = 0
        self._second, self._second_least = 0, 0

    def take(self, samples: bytes, units: int, now: int, stamp: int | None) -> list[Piece]:
        """Take in audio; return what can be told, gaps where they belong.

        Parameters
        ----------
        samples : bytes
            Any encoding, so long as its length is in proportion to its time.
        units : int
            How long it is.
        now : int
            When it came, since the call's audio began.
        stamp : int, optional
            When it begins by the sender's clock, which may begin anywhere.

        Raises
        ------
        WireError
            Nothing came for longer than one call can be silent.

        Source
        ------
        own.
        """
        if now - self.end > QUIET_MS_MAX * UNITS_PER_MS:
            raise WireError(
                "audio", f"nothing came for {(now - self.end) // UNITS_PER_MS} ms, and then more"
            )
        before = max(now - self.end, 0) if self._usual is None else 0
        after = None if stamp is None else stamp + units
        if stamp is not None:
            at = self._place(stamp, now)
            if at is None or self._usual is None:  # it says nothing: the piece follows what was
                at = self.end + before
                self._offset = stamp - at
            before = max(at - self.end, 0)
            passed = min(max(self.end - at, 0), units)
            if passed:
                samples = samples[len(samples) * passed // units // 2 * 2 :]
                units -= passed
        if not units:
            return []
        tolerance = TOLERANCE if stamp is None else STAMPED_TOLERANCE
        lateness = now - (self.end + before + units)
        usual = self._follow(lateness, now)
        if lateness < usual - (units if self._splice else tolerance):
            self._splice = True
            self.surplus_ms += units / UNITS_PER_MS
            if after is not None:  # what is left out has no place: the next piece takes it
                self._offset = after - self.end
            return []
        if self._splice:
            self._splice = False
            before, samples = before + units, b""
        self.end += before + (units if samples else 0)
        self._held.append((before, samples))
        self._held_units += before + units
        return self._settle(lateness, usual + tolerance, now)

    def where(self, stamp: int, now: int) -> int:
        """Return where a stamp lies on the leg, or now if it says nothing.

        Parameters
        ----------
        stamp, now : int
            As for `take`.

        Source
        ------
        own.
        """
        at = self._place(stamp, now)
        return now if at is None else max(at, 0)

    def idle(self, now: int, stalled: int = STALLED) -> list[Piece]:
        """Let time pass on a leg that brings nothing; return what can be told.

        Parameters
        ----------
        now : int
            As for `take`.
        stalled : int
            A leg that brings nothing for so long has its time pass, but for half of it.

        Source
        ------
        own.
        """
        if now - self.end < stalled or self._since is not None:
            return self.flush() if self._since is not None and now - self._since >= WAIT else []
        lost = min(now - stalled // 2, self.end + QUIET_MS_MAX * UNITS_PER_MS) - self.end
        self._held.append((lost, b""))
        self.end += lost
        return self._release()

    def flush(self) -> list[Piece]:
        """Return what waits, because nothing more comes that could tell.

        Source
        ------
        own.
        """
        if self._since is not None:
            self._hole()
        return self._release()

    def _place(self, stamp: int, now: int) -> int | None:
        if self._offset is None:
            return None
        at, far = stamp - self._offset, AHEAD_MS_MAX * UNITS_PER_MS
        return None if at > max(now, self.end) + far or at < self.end - far else at

    def _follow(self, lateness: int, now: int) -> int:
        """Return the usual lateness, which a young leg and a crystal change."""
        if self._usual is None:
            self._usual, self._began, self._second, self._second_least = (
                lateness,
                now,
                now,
                lateness,
            )
            self._soonest = lateness - AHEAD_MS_MAX * UNITS_PER_MS
        if now - self._began < SETTLING:
            self._usual = max(min(self._usual, lateness), self._soonest)
        self._second_least = min(self._second_least, lateness)
        if now - self._second >= SECOND:
            away = self._second_least - self._usual
            if abs(away) < TOLERANCE:
                self._usual += max(-DRIFT, min(DRIFT, away))
            self._second, self._second_least = now, lateness
        return self._usual

    def _settle(self, lateness: int, most: int, now: int) -> list[Piece]:
        """Tell, or wait until it is known whether there was a hole."""
        if lateness <= most:
            self._since = None
            return self._release()
        if self._since is None:
            self._since, self._least = now, lateness
        self._least = min(self._least, lateness)
        if now - self._since < WAIT and self._held_units < HELD_MS_MAX * UNITS_PER_MS:
            return []
        self._hole()
        return self._release()

    def _hole(self) -> None:
        """Put a gap before what waits, of the least lateness since."""
        lost = self._least - (self._usual or 0)
        before, samples = self._held[0]
        self._held[0] = (before + lost, samples)
        self.end += lost
        if self._offset is not None:
            self._offset -= lost
        self._since = None

    def _release(self) -> list[Piece]:
        """Return what waits, gaps in whole milliseconds: what is less is kept for the next."""
        made: list[Piece] = []
        for before, samples in self._held:
            self.lost_ms += before / UNITS_PER_MS
            self._rest += before
            if self._rest >= UNITS_PER_MS:
                made.append(self._rest // UNITS_PER_MS)
                self._rest %= UNITS_PER_MS
            if samples:
                made.append(samples)
        self._held, self._held_units = [], 0
        return made
