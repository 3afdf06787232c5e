"""One PIN at several facilities: it was lent, sold or spied out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from securecall.fraud.patterns.block import Block
from securecall.fraud.patterns.episode import Episode
from securecall.fraud.patterns.hits import Hits
from securecall.fraud.patterns.pattern import Pattern, at_least, span
from securecall.fraud.patterns.shared_number import walk_shared
from securecall.fraud.patterns.slots import Subjects

__all__ = ["SharedPin", "SharedPinPattern"]


@dataclass(frozen=True, slots=True)
class SharedPin:
    """When a PIN is at too many places.

    Attributes
    ----------
    window_ms : int
        Two hours: a person who is moved is booked out, driven and booked in, which takes longer.
    facilities : int
        Two.

    Source
    ------
    own.
    """

    window_ms: int = 7_200_000
    facilities: int = 2

    def __post_init__(self) -> None:
        """Check."""
        at_least(self, window_ms=1, facilities=2)


class SharedPinPattern(Pattern):
    """Finds them."""

    name: ClassVar[str] = "shared_pin"
    subject: ClassVar[tuple[str, ...]] = ("person",)
    key: ClassVar[str] = "person"
    parameters: SharedPin

    def __init__(self, parameters: SharedPin) -> None:
        super().__init__(parameters)
        self.subjects = Subjects(4 * parameters.facilities)
        self._ones = Subjects(2)

    @property
    def quiet_ms(self) -> int:
        """A window."""
        return self.parameters.window_ms

    def feed(self, block: Block) -> Hits:
        """Return the hits among rows in order of time."""
        given = self.parameters
        return self.subjects.walk(
            walk_shared, block.start_ms, block.person, block.facility, given.window_ms,
            given.facilities, other=self._ones,
        )  # fmt: skip

    @property
    def bytes_held(self) -> int:
        """What both tables take."""
        return self.subjects.bytes_held + self._ones.bytes_held

    def reason(self, episode: Episode) -> str:
        """Return it in words."""
        given = self.parameters
        more = " or more" if episode.measure == 2 * given.facilities else ""
        return (
            f"used at {episode.measure}{more} facilities within {span(given.window_ms)} "
            f"(limit: {given.facilities}); {episode.calls} calls in all"
        )
