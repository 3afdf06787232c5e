"""DaySetting: what a simulated day is made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from securecall.errors import InputError, InputTypeError
from securecall.rating.zones import load_zone

__all__ = ["DaySetting"]

TIMEZONE: Final = "America/Chicago"
OPENS_MS: Final = 6 * 3_600_000
HOUR_MS: Final = 3_600_000
CALLERS_MAX: Final = 1_000_000
HOURS_MAX: Final = 16.0
AUDIO_S_LEAST: Final = 60
FIRST_DAY: Final = date(2015, 1, 1)
LAST_DAY: Final = date(2035, 12, 31)


@dataclass(frozen=True, slots=True)
class DaySetting:
    """What a simulated day is made from.

    Parameters
    ----------
    seed : int
    callers : int
        People of the facility; they make about one and a half attempts in a whole day.
    hours : float
        How long after 06:00 attempts are made; at 22:00, after 16 hours, the facility closes.
    day : date
        Its local date: rules, ceilings and fees are those of the date.
    audio_per_mille : float
        Of a thousand calls that are talked in and may be heard, so many have sound.
    audio_kinds : bool
        Whether one call of each kind of fraud has sound besides.
    audio_s : int
        How long a call with sound is, seconds.

    Raises
    ------
    InputError, InputTypeError
        A value out of its bounds.

    Source
    ------
    own; docs/simulate.md.
    """

    seed: int = 1
    callers: int = 1_000
    hours: float = 16.0
    day: date = date(2026, 5, 1)
    audio_per_mille: float = 2.0
    audio_kinds: bool = True
    audio_s: int = 75

    def __post_init__(self) -> None:
        for name in ("seed", "callers", "audio_s"):
            if type(getattr(self, name)) is not int:
                raise InputTypeError(f"{name} must be a whole number, not {getattr(self, name)!r}")
        for name, low, high in (
            ("callers", 1, CALLERS_MAX), ("hours", 0.25, HOURS_MAX),
            ("audio_per_mille", 0, 1_000), ("audio_s", AUDIO_S_LEAST, 600),
        ):  # fmt: skip
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(f"{name} must be from {low} to {high}, not {value!r}")
        if not FIRST_DAY <= self.day <= LAST_DAY:
            raise InputError(f"day must be from {FIRST_DAY} to {LAST_DAY}, not {self.day}")

    @property
    def opens_ms(self) -> int:
        """When the facility opens: 06:00 by its wall clock, UTC epoch milliseconds."""
        wall_ms = (self.day.toordinal() - date(1970, 1, 1).toordinal()) * 86_400_000 + OPENS_MS
        zone = load_zone(TIMEZONE)
        return wall_ms - zone.offset_ms(wall_ms - zone.offset_ms(wall_ms))

    @property
    def ends_ms(self) -> int:
        """When the last attempts are made."""
        return self.opens_ms + round(self.hours * HOUR_MS)

    @property
    def lines(self) -> int:
        """How many lines the facility has; the busiest hour needs a few more."""
        return max(8, self.callers // 58)
