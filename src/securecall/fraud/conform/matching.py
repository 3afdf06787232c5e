"""What was heard beside what was sent: what was found, what is too much, how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from securecall.fraud.conform.digits import Placed
from securecall.fraud.conform.receivers import Heard

__all__ = ["Match", "match_digits", "match_tone"]

# How long after its end a digit or tone may still be reported; multimon-ng cannot be asked.
LATE_MS: Final = 150.0
TONE_LATE_MS: Final = 1_000.0


@dataclass(frozen=True, slots=True)
class Match:
    """What became of a stream.

    Attributes
    ----------
    found : int
        Of what was sent.
    extra : tuple of str
        What was heard beyond that.
    missed : tuple of str
        What was sent and not heard.
    latencies_ms : tuple of float
        From onset to report, of those found, where the receiver can be asked.
    """

    found: int
    extra: tuple[str, ...]
    missed: tuple[str, ...]
    latencies_ms: tuple[float, ...]


def _fits(sent: Placed, heard: Heard) -> bool:
    if sent.name != heard.name:
        return False
    when = heard.detected_ms
    return when is None or sent.start_ms < when <= sent.end_ms + LATE_MS


def match_digits(sent: Sequence[Placed], heard: Sequence[Heard]) -> Match:
    """Pair digits in their order so that as many as possible are found.

    Source
    ------
    own: the longest common subsequence, where a pair must also agree in time.
    """
    rows, columns = len(sent), len(heard)
    fits = [[_fits(one, other) for other in heard] for one in sent]
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for row in reversed(range(rows)):
        for column in reversed(range(columns)):
            skip = max(best[row + 1][column], best[row][column + 1])
            take = 1 + best[row + 1][column + 1] if fits[row][column] else 0
            best[row][column] = max(skip, take)
    latencies, extra, missed = [], [], []
    found = row = column = 0
    while row < rows and column < columns:
        if fits[row][column] and best[row][column] == 1 + best[row + 1][column + 1]:
            found += 1
            when = heard[column].detected_ms
            if when is not None:
                latencies.append(when - sent[row].start_ms)
            row, column = row + 1, column + 1
        elif best[row + 1][column] >= best[row][column + 1]:
            missed.append(sent[row].name)
            row += 1
        else:
            extra.append(heard[column].name)
            column += 1
    missed += [one.name for one in sent[row:]]
    extra += [one.name for one in heard[column:]]
    return Match(found, tuple(extra), tuple(missed), tuple(latencies))


def match_tone(sent: Placed, heard: Sequence[Heard], also: Sequence[str] = ()) -> Match:
    """Say whether a tone was named while it lasted; other names are too much, repeats are not.

    Parameters
    ----------
    sent : Placed
    heard : sequence of Heard
    also : sequence of str
        Names that may be heard besides, such as the dial tone that a stutter ends in.

    Source
    ------
    own.
    """
    times = [one.detected_ms for one in heard if one.name == sent.name]
    last = sent.end_ms + TONE_LATE_MS
    good = [when for when in times if when is not None and sent.start_ms < when <= last]
    extra = tuple(one.name for one in heard if one.name not in (sent.name, *also))
    if not good:
        return Match(0, extra, (sent.name,), ())
    return Match(1, extra, (), (min(good) - sent.start_ms,))
