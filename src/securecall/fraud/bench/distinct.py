"""Alarms by distinct recording: hours of calls grow for ever, recordings do not.

A clip that is heard a thousand times is one clip. So beside alarms per hour stands in how many of
the distinct recordings, and of their makers' packs, an alarm was raised while they were heard, and
what share that leaves possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from securecall.fraud.bench.corpora import Clip
from securecall.fraud.bench.label import AFTER_INNOCENT_S, Played
from securecall.fraud.bench.poisson import share_interval

__all__ = ["ALL", "ClipAlarms", "DistinctClips"]

#: The class that has every clip.
ALL: Final = "all"


@dataclass(slots=True)
class ClipAlarms:
    """Which recordings of a class were heard, and during which there were false alarms.

    Attributes
    ----------
    heard, alarmed, disconnected : set of int
        Numbers of clips.
    packs, packs_disconnected : set of str
    """

    heard: set[int] = field(default_factory=set)
    alarmed: set[int] = field(default_factory=set)
    disconnected: set[int] = field(default_factory=set)
    packs: set[str] = field(default_factory=set)
    packs_disconnected: set[str] = field(default_factory=set)

    def as_dict(self) -> dict[str, Any]:
        """Return counts, and the greatest share with a false disconnect that they leave possible.

        Where there was none, one tail has all of what is left of 95 %: 3 in so many clips.
        """
        return {
            "clips": len(self.heard),
            "clips_with_alarms": len(self.alarmed),
            "clips_with_disconnects": len(self.disconnected),
            "clips_with_disconnects_share_high_95": _most(len(self.disconnected), len(self.heard)),
            "packs": len(self.packs),
            "packs_with_disconnects": len(self.packs_disconnected),
            "packs_with_disconnects_share_high_95": _most(
                len(self.packs_disconnected), len(self.packs)
            ),
        }


def _most(count: int, of: int) -> float:
    return share_interval(count, of, 0.95 if count else 0.90)[1]


class DistinctClips:
    """Counts alarms by distinct recording, call by call.

    Parameters
    ----------
    clips : sequence of Clip
        By their numbers; see `securecall.fraud.bench.corpora.Corpora.recordings`.

    Attributes
    ----------
    classes : dict of str to ClipAlarms
        By class, ``speech`` among them, and ``all``.

    Source
    ------
    own; docs/bench.md.
    """

    __slots__ = ("_clips", "classes")

    def __init__(self, clips: Sequence[Clip] = ()) -> None:
        self._clips = clips
        self.classes: dict[str, ClipAlarms] = {}

    def count(self, played: Iterable[Played], false: Sequence[tuple[float, bool]]) -> None:
        """Count a call: what was played, and when there were false alarms, of which grade.

        Parameters
        ----------
        played : iterable of Played
        false : sequence of (float, bool)
            Seconds, and whether it would disconnect.
        """
        for number, start_s, end_s in played:
            while_it = [cut for at, cut in false if start_s <= at <= end_s + AFTER_INNOCENT_S]
            clip = self._clips[number]
            for name in (clip.kind, ALL):
                found = self.classes.setdefault(name, ClipAlarms())
                found.heard.add(number)
                found.packs.add(clip.pack)
                if while_it:
                    found.alarmed.add(number)
                if any(while_it):
                    found.disconnected.add(number)
                    found.packs_disconnected.add(clip.pack)

    def as_dict(self) -> dict[str, Any]:
        """Return each class as JSON takes it, ``all`` last."""
        names = sorted(self.classes, key=lambda name: (name == ALL, name))
        return {name: self.classes[name].as_dict() for name in names}

    def worst(self, most: int = 20) -> list[str]:
        """Return names of clips during which there were false disconnects, in order."""
        numbers = sorted(self.classes.get(ALL, ClipAlarms()).disconnected)
        return [self._clips[number].name for number in numbers[:most]]
