"""Files of the package that were learnt from calls, line by line; the limits of a kind in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from math import exp, log

from securecall.errors import BuildError

__all__ = ["Kind", "packaged", "read_lines"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What the log odds of a kind mean, of whatever gave them.

    From ``told`` on the engine wakes Python; ``alert`` and ``disconnect`` are limits of the grades;
    ``slope`` and ``shift`` make a probability.
    """

    name: str
    told: float
    alert: float
    disconnect: float
    slope: float
    shift: float

    def probability(self, log_odds: float) -> float:
        """Return how often a report with such log odds was right, on simulated calls."""
        return 1.0 / (1.0 + exp(-(self.slope * log_odds + self.shift)))

    def log_odds(self, probability: float) -> float:
        """Return the log odds of a probability; what is as good as 0 or 1 is cut off."""
        sure = min(max(probability, 1e-9), 1.0 - 1e-9)
        return (log(sure / (1.0 - sure)) - self.shift) / self.slope


def packaged(file: str) -> str:
    """Return the text of a file of the package, as ``data/...csv`` names it.

    Source
    ------
    own.
    """
    return files("securecall.fraud").joinpath(file).read_text(encoding="utf-8")


def read_lines(text: str, file: str, take: Callable[[list[str]], None]) -> None:
    """Hand over the words of each line that is no comment.

    Parameters
    ----------
    text : str
    file : str
        What an error names.
    take : callable
        Gets the words between the commas of a line, and raises what comes of wrong ones.

    Raises
    ------
    BuildError
        Words of a line are none that ``take`` can do with.

    Source
    ------
    own.
    """
    for line, words in enumerate(text.splitlines(), 1):
        if not words or words.startswith("#"):
            continue
        try:
            take(words.split(","))
        except (KeyError, ValueError, IndexError, TypeError) as error:
            raise BuildError(f"{file}, line {line}: {error!r}") from None
