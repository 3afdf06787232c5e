"""Schedule violations: conversations that begin when the facility's telephones are off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from securecall.errors import InputError
from securecall.fraud.patterns.block import Block
from securecall.fraud.patterns.episode import Episode
from securecall.fraud.patterns.hashing import key_of
from securecall.fraud.patterns.hits import Hits
from securecall.fraud.patterns.hours import Hours
from securecall.fraud.patterns.pattern import Pattern, at_least, many

__all__ = ["Schedule", "SchedulePattern"]


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the facilities' telephones are on.

    Attributes
    ----------
    hours : mapping of str to Hours
        By facility; one that is not named is not judged.
    grace_ms : int
        A minute on both sides: clocks of switches differ.
    quiet_ms : int
        Eight hours: one night is one finding.

    Source
    ------
    own.
    """

    hours: Mapping[str, Hours] = field(default_factory=dict)
    grace_ms: int = 60_000
    quiet_ms: int = 28_800_000

    def __post_init__(self) -> None:
        """Check.

        Raises
        ------
        InputError
            Hours are of another type.
        """
        at_least(self, grace_ms=0, quiet_ms=0)
        for facility, hours in self.hours.items():
            if not isinstance(hours, Hours):
                raise InputError(f"Schedule: hours[{facility!r}] must be Hours, not {hours!r}")


class SchedulePattern(Pattern):
    """Finds them."""

    name: ClassVar[str] = "schedule"
    subject: ClassVar[tuple[str, ...]] = ("facility",)
    key: ClassVar[str] = "facility"
    parameters: Schedule

    def __init__(self, parameters: Schedule) -> None:
        super().__init__(parameters)
        self._hours = [(key_of(name), hours) for name, hours in parameters.hours.items()]

    @property
    def quiet_ms(self) -> int:
        """As given."""
        return self.parameters.quiet_ms

    def feed(self, block: Block) -> Hits:
        """Return the hits among rows in order of time."""
        talked = block.talked()
        found = [np.empty(0, np.int64)]
        for facility, hours in self._hours:
            rows = np.flatnonzero(talked & (block.facility == facility))
            found.append(rows[hours.outside(block.start_ms[rows], self.parameters.grace_ms)])
        return Hits.each(np.sort(np.concatenate(found)), block.start_ms)

    def reason(self, episode: Episode) -> str:
        """Return it in words."""
        hours = self.parameters.hours[episode.subject]
        return (
            f"{many(episode.calls, 'conversation')} outside of {hours.opens} to {hours.closes} "
            f"({hours.timezone}; {', '.join(hours.days)})"
        )

    def idle(self) -> str | None:
        """Return why it cannot find anything, if so."""
        return None if self.parameters.hours else "no facility's hours are given"
