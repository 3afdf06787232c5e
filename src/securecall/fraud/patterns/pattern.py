"""What every pattern is: parameters with reasons, a walk over rows, and words for what it found."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar, Final

from securecall.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from securecall.fraud.patterns.block import Block
    from securecall.fraud.patterns.episode import Episode
    from securecall.fraud.patterns.hits import Hits

__all__ = ["Pattern", "at_least", "many", "span"]

MOST: Final = 1 << 50  # milliseconds: beyond every window, and sums of two stay within 64 bits


def at_least(parameters: Any, **least: int) -> None:
    """Check parameters that are whole numbers.

    Raises
    ------
    InputError
        One of them is none, or too small or too large.

    Source
    ------
    own.
    """
    for name, lowest in least.items():
        value = getattr(parameters, name)
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= MOST:
            raise InputError(
                f"{type(parameters).__name__}: {name} must be a whole number of {lowest} or more, "
                f"not {value!r}"
            )


def span(duration_ms: int) -> str:
    """Return a stretch of time for people.

    Source
    ------
    own.

    Examples
    --------
    >>> span(4_500), span(90_000), span(7_200_000), span(3 * 86_400_000)
    ('4.5 s', '1.5 min', '2 h', '3 days')
    """
    for unit, size_ms, least_ms in (
        ("days", 86_400_000, 172_800_000),
        ("h", 3_600_000, 7_200_000),
        ("min", 60_000, 60_000),
    ):
        if duration_ms >= least_ms:
            return f"{duration_ms / size_ms:.3g} {unit}"
    return f"{duration_ms / 1000:g} s"


def many(count: int, word: str) -> str:
    """Return a count with its word.

    Source
    ------
    own.

    Examples
    --------
    >>> many(1, "call"), many(1200, "call")
    ('1 call', '1,200 calls')
    """
    return f"{count:,} {word}{'' if count == 1 else 's'}"


class Pattern(ABC):
    """One pattern on its way through a stream.

    Attributes
    ----------
    name : str
    subject : tuple of str
        Columns that name whom it is about: the first one that a row has.
    key : str
        Attribute of the block that holds the subject's key.
    parameters : dataclass
    """

    name: ClassVar[str]
    subject: ClassVar[tuple[str, ...]]
    key: ClassVar[str] = "who"

    def __init__(self, parameters: Any) -> None:
        self.parameters = parameters

    @property
    @abstractmethod
    def quiet_ms(self) -> int:
        """Hits of one subject that are no further apart are one finding."""

    @abstractmethod
    def feed(self, block: Block) -> Hits:
        """Return the hits among rows in order of time."""

    def finish(self) -> Hits:
        """Return the hits that only the end of the stream shows."""
        from securecall.fraud.patterns.hits import Hits

        return Hits.none()

    def keys(self, block: Block) -> NDArray[Any]:
        """Return the key of each row's subject."""
        keys: NDArray[Any] = getattr(block, self.key)
        return keys

    @abstractmethod
    def reason(self, episode: Episode) -> str:
        """Return in words why an episode is a finding."""

    def evidence(self, episode: Episode) -> dict[str, int | float | str | None]:
        """Return the numbers: what was measured, and every parameter that is one."""
        told: dict[str, int | float | str | None] = {
            "call_id": episode.call_id,
            "measure": episode.measure,
        }
        for item in fields(self.parameters):
            value = getattr(self.parameters, item.name)
            if isinstance(value, int | float | str):
                told[item.name] = value
        return told

    def idle(self) -> str | None:
        """Return why it cannot find anything, if so."""
        return None

    @property
    def bytes_held(self) -> int:
        """What it remembers subjects in."""
        held = getattr(self, "subjects", None)
        return 0 if held is None else int(held.bytes_held)
