"""When a facility lets people call: local time, a day of the week at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from securecall.errors import InputError, did_you_mean

__all__ = ["DAYS", "Hours"]

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MS: Final = 86_400_000
# Every clock change since 1972 lies at a whole quarter of an hour of UTC.
QUARTER_MS: Final = 900_000
_CLOCK: Final = re.compile(r"(\d\d):(\d\d)\Z", re.ASCII)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    """Return a zone of the tzdata package, never of the host."""
    names = files("tzdata").joinpath("zones").read_text(encoding="ascii").split()
    if name not in names:
        raise InputError(
            f"timezone must be an IANA zone such as 'America/Chicago', not {name!r}"
            + did_you_mean(name, names)
        )
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


@lru_cache(maxsize=200_000)
def _offset_ms(name: str, quarter: int) -> int:
    instant = datetime.fromtimestamp(quarter * (QUARTER_MS // 1000), UTC)
    ahead = instant.astimezone(_zone(name)).utcoffset()
    assert ahead is not None
    return ahead // timedelta(milliseconds=1)


def _clock_ms(text: str) -> int:
    match = _CLOCK.match(text)
    if match and int(match[1]) * 60 + int(match[2]) <= 1440 and int(match[2]) < 60:
        return (int(match[1]) * 60 + int(match[2])) * 60_000
    raise InputError(f"a time of day must be written like 07:00 or 24:00, not {text!r}")


@dataclass(frozen=True, slots=True)
class Hours:
    """One facility's hours.

    Attributes
    ----------
    timezone : str
        IANA zone.
    opens, closes : str
        Local time, half open; ``closes`` before ``opens`` lies on the next day.
    days : tuple of str
        On which it opens: ``mon`` to ``sun``; all if not said.

    Source
    ------
    own.
    """

    timezone: str
    opens: str = "07:00"
    closes: str = "22:00"
    days: Sequence[str] = field(default=DAYS)

    def __post_init__(self) -> None:
        """Check.

        Raises
        ------
        InputError
            No such zone, time of day or day.
        """
        _zone(self.timezone)
        if _clock_ms(self.opens) == _clock_ms(self.closes):
            raise InputError(f"opens and closes must differ, and both are {self.opens}")
        for day in self.days:
            if day not in DAYS:
                raise InputError(f"a day must be one of {', '.join(DAYS)}, not {day!r}")
        object.__setattr__(self, "days", tuple(self.days))

    def local_ms(self, instants_ms: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what the clock on the wall shows, as if it were UTC.

        Parameters
        ----------
        instants_ms : numpy.ndarray
            UTC epoch ms.

        Source
        ------
        own, over ``zoneinfo`` and the tzdata package.
        """
        quarters, which = np.unique(instants_ms // QUARTER_MS, return_inverse=True)
        ahead = np.array([_offset_ms(self.timezone, int(one)) for one in quarters], np.int64)
        return instants_ms + ahead[which]

    def outside(self, instants_ms: NDArray[np.int64], grace_ms: int) -> NDArray[np.bool_]:
        """Return which instants lie outside of the hours by more than a grace on either side.

        Parameters
        ----------
        instants_ms : numpy.ndarray
            UTC epoch ms.
        grace_ms : int

        Source
        ------
        own.
        """
        if not len(instants_ms):
            return np.zeros(0, np.bool_)
        local = self.local_ms(instants_ms)
        opens, closes = _clock_ms(self.opens), _clock_ms(self.closes)
        if closes < opens:
            closes += DAY_MS
        open_days = np.array([day in self.days for day in DAYS])
        inside: NDArray[Any] = np.zeros(len(local), np.bool_)
        for back in (-1, 0, 1):  # yesterday's night shift, today, and what opens after midnight
            day = local // DAY_MS - back
            since = local - day * DAY_MS
            # 1 January 1970 was a Thursday.
            inside |= (
                open_days[(day + 3) % 7] & (since >= opens - grace_ms) & (since < closes + grace_ms)
            )
        return ~inside
