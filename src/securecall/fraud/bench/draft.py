"""A call in the making: who is on which leg when, through what line, and what is marked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from securecall.fraud.bench.corpora import Clip, Corpora, Talker
from securecall.fraud.bench.dice import Dice
from securecall.fraud.bench.label import INNOCENT, LEGS, Mark
from securecall.fraud.bench.line import Line, drawn_line
from securecall.fraud.bench.sound import Audio, add, samples_of

__all__ = ["Draft", "LegDraft", "Party", "begun"]


@dataclass(slots=True)
class Party:
    """Somebody on a leg for a while; ``line`` is None on the leg's own telephone."""

    talker: Talker
    first: int
    end: int
    line: Line | None = None


@dataclass(slots=True)
class LegDraft:
    """A leg in the making.

    Attributes
    ----------
    lines : list of (sample, Line)
        From when on which line, in order.
    parties : list of Party
    room, network : float32
        Sounds at the telephone (in step with speech, -20 dBm0), and sounds that switches add.
    quiet, dead, away : list of (sample, sample)
        Where the microphone is off; where the line is cut, noise and all; where nobody at all is
        heard on the leg, guests on lines of their own included.
    hushed : list of (sample, sample)
        Where nobody says anything, guests neither; rooms and lines are heard on.
    losses : list of (sample, sample, percent)
    mixed : list of (sample, float32)
        What the monitored switch itself adds, behind all codecs.
    """

    name: str
    lines: list[tuple[int, Line]]
    parties: list[Party]
    room: Audio
    network: Audio
    quiet: list[tuple[int, int]] = field(default_factory=list)
    dead: list[tuple[int, int]] = field(default_factory=list)
    away: list[tuple[int, int]] = field(default_factory=list)
    hushed: list[tuple[int, int]] = field(default_factory=list)
    losses: list[tuple[int, int, float]] = field(default_factory=list)
    mixed: list[tuple[int, Audio]] = field(default_factory=list)

    def line_at(self, sample: int) -> Line:
        """Return the line of that moment."""
        return [line for first, line in self.lines if first <= sample][-1]

    def change(self, sample: int, line: Line) -> None:
        """Go on through another line from a sample on; later ones are forgotten."""
        self.lines = [(first, old) for first, old in self.lines if first < sample]
        self.lines.append((sample, line))

    def leave(self, sample: int) -> None:
        """End everybody's part who is on the leg."""
        for party in self.parties:
            party.end = min(party.end, sample)

    def on(self, sample: int) -> list[Party]:
        """Return who is on the leg then."""
        return [party for party in self.parties if party.first <= sample < party.end]


@dataclass(slots=True)
class Draft:
    """A call in the making; happenings write into it.

    ``played`` has recordings by their number, and from which sample to which each is heard.
    """

    samples: int
    draw: Dice
    corpora: Corpora
    legs: dict[str, LegDraft]
    marks: list[Mark] = field(default_factory=list)
    played: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def called(self) -> LegDraft:
        """The leg outside the facility."""
        return self.legs[LEGS[1]]

    def mark(
        self, kind: str, stratum: str, leg: LegDraft, start: int, end: int, *,
        evident: int | None = None, tolerated: tuple[str, ...] = (), detail: str = "",
        talk_s: float = 0.0, party: int | None = None,
    ) -> None:  # fmt: skip
        """Write down what happens."""
        now = start if evident is None else evident
        self.marks.append(Mark(
            kind, stratum, leg.name, start, end, now, tolerated, detail, samples_of(talk_s), party,
        ))  # fmt: skip

    def innocent(
        self, stratum: str, leg: LegDraft, start: int, end: int, tolerated: tuple[str, ...] = ()
    ) -> None:
        """Write down what looks like fraud and is none."""
        self.mark(INNOCENT, stratum, leg, start, end, tolerated=tolerated)

    def new_talker(self) -> Talker:
        """Draw somebody who is not on the call yet."""
        there = {party.talker.name for leg in self.legs.values() for party in leg.parties}
        others = [one for one in self.corpora.talkers if one.name not in there]
        return self.draw.one_of(others or list(self.corpora.talkers))

    def note(self, clip: Clip, first: int, end: int) -> None:
        """Write down that a recording is heard."""
        self.played.append((self.corpora.number(clip), first, min(end, self.samples)))

    def sound(self, name: str, seconds: float, at: int) -> Audio:
        """Return a sound of a class that is to be heard from a sample on."""
        return self.corpora.sound(
            name, self.draw, seconds, lambda clip, first, end: self.note(clip, at + first, at + end)
        )

    def insert(self, leg: LegDraft, sound: Audio, at: int, *, alone: bool = True) -> int:
        """Let a switch add a sound; the microphone is off meanwhile if it is alone."""
        end = add(leg.network, sound, at)
        if alone:
            leg.quiet.append((at, end))
            leg.away.append((at, end))
        return end

    def mix(self, leg: LegDraft, sound: Audio, at: int) -> int:
        """Let the monitored switch itself add a sound, which no codec has been through."""
        leg.mixed.append((at, sound))
        return at + len(sound)


#: The facility's telephones hang on its own switch: never cellular.
FACILITY: Final = ("analogue", "voip")


def begun(samples: int, draw: Dice, corpora: Corpora) -> Draft:
    """Return a call of two people with nothing happening yet."""
    legs: dict[str, LegDraft] = {}
    draft = Draft(samples, draw, corpora, legs)
    for name in LEGS:
        line = drawn_line(draw, draw.one_of(FACILITY) if name == LEGS[0] else None)
        if name == LEGS[0]:
            line = replace(line, dtx=False)
        track = np.zeros(samples, np.float32)
        leg = LegDraft(name, [(0, line)], [], track, track.copy())
        legs[name] = leg
        leg.parties.append(Party(draft.new_talker(), 0, samples))
        if draw.chance(0.3):
            count = draw.between(0.5, 3.0)
            percent = count if line.access != "analogue" else 0.3 * count
            leg.losses.append((0, samples, percent))
    return draft


def seconds(value: float) -> int:
    """Return the samples of some seconds; short, for happenings are full of them."""
    return samples_of(value)
