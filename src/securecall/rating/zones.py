"""Time zones as the engine needs them: the instants at which a wall clock changes.

The tables come from the ``tzdata`` package, never from the host, so that every machine with the
same ``tzdata`` computes the same charge. Python's ``zoneinfo`` reads the same files; it does not
tell the instants, so they are read here (RFC 8536), and behind the last one that a file lists, the
file's rule is asked through ``zoneinfo``.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from securecall.errors import InputError, did_you_mean

__all__ = ["Zone", "epoch_ms", "load_zone", "tzdata_version", "zone_names"]

LAST_YEAR: Final = 2100  # calls that begin later are bad_time
BEFORE_ALL_MS: Final = -(1 << 60)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def epoch_ms(instant: datetime) -> int:
    """Return UTC epoch milliseconds of an aware instant, finer parts floored."""
    return (instant - _EPOCH) // _MILLISECOND


@dataclass(frozen=True, slots=True)
class Zone:
    """One IANA zone.

    Attributes
    ----------
    name : str
    begins_ms : tuple of int
        UTC; an offset holds from its instant to the next. The first lies before all time.
    offsets_ms : tuple of int
        What the wall clock is ahead of UTC.
    """

    name: str
    begins_ms: tuple[int, ...]
    offsets_ms: tuple[int, ...]

    def offset_ms(self, instant_ms: int) -> int:
        """Return what the wall clock is ahead of UTC at an instant."""
        return self.offsets_ms[bisect_right(self.begins_ms, instant_ms) - 1]

    def first_instant_ms(self, wall: datetime | date) -> int:
        """Return the first instant at which the wall clock shows a local time or later.

        A local time that is skipped gives the instant of the change; one that is read twice gives
        the first reading. An aware ``datetime`` is its own instant.
        """
        if isinstance(wall, datetime) and wall.tzinfo is not None:
            return epoch_ms(wall)
        if not isinstance(wall, datetime):
            wall = datetime(wall.year, wall.month, wall.day)
        wall_ms = epoch_ms(wall.replace(tzinfo=UTC))
        day_ms = 86_400_000
        index = max(bisect_right(self.begins_ms, wall_ms - 2 * day_ms) - 1, 0)
        for begins, offset, ends in zip(
            self.begins_ms[index:],
            self.offsets_ms[index:],
            (*self.begins_ms[index + 1 :], -BEFORE_ALL_MS),
            strict=True,
        ):
            if wall_ms <= begins + offset:
                return begins
            if wall_ms < ends + offset:
                return wall_ms - offset
        raise AssertionError("the last offset holds for ever")

    def readings(self, wall: datetime) -> int:
        """Return how often the wall clock shows a local time: 0, 1 or 2."""
        wall_ms = epoch_ms(wall.replace(tzinfo=UTC))
        ends = (*self.begins_ms[1:], -BEFORE_ALL_MS)
        return sum(
            begins <= wall_ms - offset < end
            for begins, offset, end in zip(self.begins_ms, self.offsets_ms, ends, strict=True)
        )


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return every zone that the tzdata package has."""
    text = files("tzdata").joinpath("zones").read_text(encoding="ascii")
    return tuple(text.split())


def tzdata_version() -> str:
    """Return the IANA version of the zones, such as ``2026b``."""
    import tzdata

    return str(tzdata.IANA_VERSION)


def _file(name: str) -> bytes:
    if name not in zone_names():
        raise InputError(
            f"timezone must be an IANA zone such as 'America/Chicago', not {name!r}"
            + did_you_mean(name, zone_names())
        )
    return files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


def _listed(content: bytes) -> list[tuple[int, int]]:
    """Return (UTC second, offset in seconds) of the changes that a TZif file lists, in order."""

    def header(at: int) -> tuple[int, ...]:
        return struct.unpack(">4sc15x6I", content[at : at + 44])[2:]

    utc, standard, leaps, times, types, characters = header(0)
    at = 44 + times * 5 + types * 6 + characters + leaps * 8 + standard + utc
    _, _, _, times, types, _ = header(at)
    at += 44
    instants = struct.unpack(f">{times}q", content[at : at + 8 * times])
    kinds = content[at + 8 * times : at + 9 * times]
    at += 9 * times
    offsets = [struct.unpack(">i", content[at + 6 * i : at + 6 * i + 4])[0] for i in range(types)]
    first = (BEFORE_ALL_MS // 1000, offsets[0])
    return [first, *((t, offsets[kind]) for t, kind in zip(instants, kinds, strict=True))]


@lru_cache(maxsize=64)
def load_zone(name: str) -> Zone:
    """Read a zone, with its changes up to the year 2100.

    Raises
    ------
    InputError
        The tzdata package has no such zone.

    Source
    ------
    RFC 8536; the tzdata package.
    """
    content = _file(name)
    changes = _listed(content)
    resource = files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with resource.open("rb") as file:
        zone = ZoneInfo.from_file(file, key=name)

    def offset(second: int) -> int:
        ahead = datetime.fromtimestamp(second, zone).utcoffset()
        assert ahead is not None
        return ahead // timedelta(seconds=1)

    # Rules change the clock at most a few times a year, never twice within five days.
    step = 5 * 86_400
    second = max(changes[-1][0], 0)
    end = int(datetime(LAST_YEAR, 1, 2, tzinfo=UTC).timestamp())
    last = changes[-1][1]
    while second < end:
        ahead = offset(second + step)
        if ahead != last:
            low, high = second, second + step
            while high - low > 1:
                middle = (low + high) // 2
                if offset(middle) == last:
                    low = middle
                else:
                    high = middle
            changes.append((high, ahead))
            last = ahead
        second += step
    return Zone(
        name,
        (BEFORE_ALL_MS, *(second * 1000 for second, _ in changes[1:])),
        tuple(ahead * 1000 for _, ahead in changes),
    )
