"""Short-call bursts: one conversation of seconds after the other, as signals are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from securecall.errors import InputError
from securecall.fraud.patterns.block import Block
from securecall.fraud.patterns.episode import Episode
from securecall.fraud.patterns.hits import Hits
from securecall.fraud.patterns.pattern import Pattern, at_least, span
from securecall.fraud.patterns.slots import Subjects
from securecall.fraud.patterns.velocity import walk_bursts

__all__ = ["ShortBurst", "ShortBurstPattern"]


@dataclass(frozen=True, slots=True)
class ShortBurst:
    """When short calls are too many.

    Attributes
    ----------
    duration_ms_min : int
        1: a call that nobody took is no signal of somebody who speaks; redialling is innocent.
    duration_ms_max : int
        Eight seconds: a word or two behind the announcement.
    calls : int
        Six: a bad line is hung up and dialled again twice or three times.
    window_ms : int
        Half an hour.

    Source
    ------
    own.
    """

    duration_ms_min: int = 1
    duration_ms_max: int = 8_000
    calls: int = 6
    window_ms: int = 1_800_000

    def __post_init__(self) -> None:
        """Check.

        Raises
        ------
        InputError
            The longest is shorter than the shortest.
        """
        at_least(self, duration_ms_min=0, duration_ms_max=0, calls=2, window_ms=1)
        if self.duration_ms_max < self.duration_ms_min:
            raise InputError("ShortBurst: duration_ms_max must not be below duration_ms_min")


class ShortBurstPattern(Pattern):
    """Finds them."""

    name: ClassVar[str] = "short_burst"
    subject: ClassVar[tuple[str, ...]] = ("person", "account")
    parameters: ShortBurst

    def __init__(self, parameters: ShortBurst) -> None:
        super().__init__(parameters)
        self.subjects = Subjects(1 + parameters.calls)

    @property
    def quiet_ms(self) -> int:
        """A window."""
        return self.parameters.window_ms

    def feed(self, block: Block) -> Hits:
        """Return the hits among rows in order of time."""
        given = self.parameters
        lasted = block.duration_ms
        short = (lasted >= given.duration_ms_min) & (lasted <= given.duration_ms_max)
        return self.subjects.walk(
            walk_bursts, block.start_ms, block.who, short, given.window_ms, given.calls
        )

    def reason(self, episode: Episode) -> str:
        """Return it in words."""
        given = self.parameters
        return (
            f"{given.calls} calls of at most {span(given.duration_ms_max)} within "
            f"{span(episode.measure)} (limit: {given.calls} in {span(given.window_ms)}); "
            f"{episode.calls} in all"
        )
