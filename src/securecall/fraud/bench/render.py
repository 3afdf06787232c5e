"""From a plotted call to audio: turns of talk, telephones, lines, losses, slips."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from securecall.fraud.bench.call import Call
from securecall.fraud.bench.codec import coded
from securecall.fraud.bench.dice import Dice, dice
from securecall.fraud.bench.draft import Draft, LegDraft
from securecall.fraud.bench.label import INNOCENT, LEGS, UNHEARD, Label, Mark, Played
from securecall.fraud.bench.line import AROUND, Line, near_end, through
from securecall.fraud.bench.network import (
    Slips,
    concealed,
    drawn_losses,
    drawn_slips,
    silence_suppressed,
)
from securecall.fraud.bench.sound import (
    FRAME,
    SAMPLE_RATE_HZ,
    Audio,
    band,
    narrow,
    noise,
    samples_of,
)
from securecall.fraud.conform.concealment import Concealment
from securecall.fraud.conform.levels import Pcm

__all__ = ["Origin", "rendered"]

#: Seconds of turns: median, sigma of the logarithm, least, most; pauses likewise.
TURN_S: Final = (2.5, 0.7, 0.5, 12.0)
PAUSE_S: Final = (0.55, 0.7, 0.2, 3.0)
#: Share of turns that begin before the other's end.
OVERLAP: Final = (0.05, 0.10)
#: The other one speaks next, so often.
ALTERNATE: Final = 0.8
FADE: Final = 80
CONCEALMENTS: Final = ("pitch", "pitch", "repeat", "silence")


class Origin(NamedTuple):
    """What a call comes from; its dice are named by it."""

    seed: int
    split: str
    call: int


class Track(NamedTuple):
    """What a party of a leg says, over the whole call."""

    leg: str
    number: int
    samples: Audio


def rendered(draft: Draft, origin: Origin) -> Call:
    """Return the call that a draft describes.

    Source
    ------
    own; docs/bench.md.
    """
    tracks = _talked(draft, origin)
    for track in tracks:
        track.samples[_inside(draft.samples, draft.legs[track.leg].hushed)] = 0.0
    near = {name: _near(draft, leg, tracks) for name, leg in draft.legs.items()}
    legs: dict[str, Pcm] = {}
    lost: dict[str, NDArray[np.bool_]] = {}
    slips: dict[str, Slips] = {}
    about: dict[str, object] = {}
    for name, leg in draft.legs.items():
        other = near[LEGS[1 - LEGS.index(name)]]
        _guests(draft, leg, tracks, origin)
        arrived = _mixed(leg, _arrived(draft, leg, near[name], other, origin))
        draw = dice(*origin, name, "packets", wide=draft.draw.wide)
        access = leg.lines[0][1].access
        often = draw.between(0.5, 4.0) if access != "analogue" and draw.chance(0.3) else 0.0
        slips[name] = drawn_slips(draft.samples, often, draw)
        heard = slips[name].heard(arrived)
        holes = _holes(draft, leg, draw)
        way = cast(Concealment, draw.one_of(CONCEALMENTS))
        if holes.any():
            heard = narrow(concealed(heard.astype(np.float32) / np.float32(32768), holes, way))
        told = draw.chance(0.5)
        legs[name] = heard
        lost[name] = holes if told else np.zeros_like(holes)
        about[name] = {
            "lines": [[first / SAMPLE_RATE_HZ, asdict(line)] for first, line in leg.lines],
            "talkers": [party.talker.name for party in leg.parties],
            "lost_percent": round(100.0 * float(np.mean(holes)), 3),
            "lost_told": told,
            "concealment": way,
            "slips": len(slips[name].places),
        }
    played = tuple(
        Played(number, round(first / SAMPLE_RATE_HZ, 3), round(end / SAMPLE_RATE_HZ, 3))
        for number, first, end in sorted(draft.played, key=lambda each: each[1:])
        if first < end
    )
    return Call(
        origin.seed, origin.call, origin.split, legs, lost, _labels(draft, tracks, slips), about,
        played,
    )  # fmt: skip


def _labels(draft: Draft, tracks: list[Track], slips: dict[str, Slips]) -> tuple[Label, ...]:
    """Return the marks as labels: where slips moved them, in order of time.

    Of what talk alone can show and nobody has talked enough, nothing can be heard in this call: it
    is no label of its kind, and no report of it is false.
    """

    def at(leg: str, sample: int) -> float:
        return min(slips[leg].moved(sample), draft.samples) / SAMPLE_RATE_HZ

    made = []
    for mark in draft.marks:
        if mark.start >= draft.samples:
            continue
        evident = _evident(mark, draft, tracks)
        kind, stratum, tolerated = mark.kind, mark.stratum, mark.tolerated
        if evident is None:
            kind, stratum, evident = INNOCENT, UNHEARD, mark.evident
            tolerated = (mark.kind, *tolerated)
        made.append(Label(
            kind, stratum, mark.leg, at(mark.leg, mark.start), at(mark.leg, mark.end),
            at(mark.leg, evident), tolerated, mark.detail,
        ))  # fmt: skip
    return tuple(sorted(made, key=lambda label: (label.start_s, label.kind, label.stratum)))


def _evident(mark: Mark, draft: Draft, tracks: list[Track]) -> int | None:
    """Return from when on a mark can be heard; None if it cannot."""
    if not mark.talk:
        return mark.evident
    talk = np.zeros(max(0, draft.samples - mark.end), np.bool_)
    for track in tracks:
        if track.leg == mark.leg and mark.party in (None, track.number):
            talk |= track.samples[mark.end :] != 0.0
    leg = draft.legs[mark.leg]
    for first, end in (*leg.quiet, *leg.dead):
        talk[max(0, first - mark.end) : max(0, end - mark.end)] = False
    heard = np.cumsum(talk)
    place = int(np.searchsorted(heard, mark.talk))
    return mark.end + place if place < len(heard) else None


def _talked(draft: Draft, origin: Origin) -> list[Track]:
    """Let people talk, turn after turn, whoever is on the legs."""
    draw = dice(*origin, "turns", wide=draft.draw.wide)
    tracks = [
        Track(name, number, np.zeros(draft.samples, np.float32))
        for name, leg in draft.legs.items()
        for number in range(len(leg.parties))
    ]
    overlap = draw.between(*OVERLAP)
    at, turn = samples_of(draw.between(0.2, 1.5)), draw.whole(0, 1)
    while at < draft.samples:
        leg = draft.legs[LEGS[turn]]
        length = samples_of(draw.around(*TURN_S))
        pause = samples_of(draw.around(*PAUSE_S))
        there = leg.on(at)
        if there:
            party = draw.one_of(there)
            number = next(n for n, one in enumerate(leg.parties) if one is party)
            track = next(one for one in tracks if one[:2] == (leg.name, number))
            first, said = _turn(party.talker.speech(), min(length, party.end - at), draw)
            end = min(draft.samples, at + len(said))
            track.samples[at:end] += said[: end - at]
            for clip, begins, ends in party.talker.said(first, first + end - at):
                draft.note(clip, at + begins - first, at + ends - first)
        at += length
        if draw.chance(ALTERNATE):
            turn = 1 - turn
        at += -min(pause, length // 2) if draw.chance(overlap) else pause
    return tracks


def _turn(voice: Audio, length: int, draw: Dice) -> tuple[int, Audio]:
    """Return a piece of what somebody says, with soft ends, and where it begins."""
    first = draw.whole(0, max(0, len(voice) - length))
    said = voice[first : first + length].copy()
    edge = min(FADE, len(said) // 2)
    if edge:
        slope = (np.arange(edge, dtype=np.float32) + 1) / np.float32(edge + 1)
        said[:edge] *= slope
        said[-edge:] *= slope[::-1]
    return first, said


def _inside(samples: int, intervals: list[tuple[int, int]]) -> NDArray[np.bool_]:
    inside = np.zeros(samples, np.bool_)
    for first, end in intervals:
        inside[max(0, first) : max(0, end)] = True
    return inside


def _pieces(leg: LegDraft, samples: int) -> list[tuple[int, int, Line]]:
    """Return from where to where each line of a leg lasts."""
    ends = [first for first, _ in leg.lines[1:]] + [samples]
    return [
        (first, min(end, samples), line)
        for (first, line), end in zip(leg.lines, ends, strict=True)
        if min(end, samples) > first
    ]


def _near(draft: Draft, leg: LegDraft, tracks: list[Track]) -> Audio:
    """Return what the telephone of a leg sends, through the line of each moment."""
    sound = leg.room
    for track in tracks:
        if track.leg == leg.name and leg.parties[track.number].line is None:
            sound += track.samples
    sound[_inside(draft.samples, leg.quiet)] = 0.0
    made = np.empty(draft.samples, np.float32)
    for first, end, line in _pieces(leg, draft.samples):
        # With what stands around it, so that a filter leaves no dent where lines change.
        begin, until = max(0, first - AROUND), min(draft.samples, end + AROUND)
        made[first:end] = near_end(sound[begin:until], line)[first - begin :][: end - first]
    return made


def _guests(draft: Draft, leg: LegDraft, tracks: list[Track], origin: Origin) -> None:
    """Add parties on lines of their own to what switches add to a leg."""
    for track in tracks:
        party = leg.parties[track.number] if track.leg == leg.name else None
        if party is None or party.line is None:
            continue
        line, first, end = party.line, party.first, min(party.end, draft.samples)
        if end <= first:
            continue
        draw = dice(*origin, leg.name, "guest", track.number)
        made = near_end(track.samples[first:end], line)
        made += noise(draw.random, len(made), line.noise_dbm0, band(100, 3700, line.noise_tilt))
        if line.dtx:
            made = silence_suppressed(made, draw, error_db=-1.0)
        heard = narrow(made)
        for codec in line.codecs:
            heard = coded(heard, codec)
        guest = heard.astype(np.float32) / np.float32(32768)
        guest[_inside(draft.samples, leg.away)[first:end]] = 0.0
        leg.network[first:end] += guest


def _arrived(
    draft: Draft, leg: LegDraft, near: Audio, other: Audio, origin: Origin
) -> Pcm:  # fmt: skip
    """Return what arrives of a leg before packets are lost."""
    dead = _inside(draft.samples, leg.dead)
    arrived = np.empty(draft.samples, np.int16)
    for number, (first, end, line) in enumerate(_pieces(leg, draft.samples)):
        late = samples_of(line.echo_ms / 1000)
        echo = np.zeros(end - first, np.float32)
        there = max(first - late, 0)
        echo[there - (first - late) :] = other[there : end - late]
        arrived[first:end] = through(
            near[first:end], echo, leg.network[first:end], dead[first:end], line, first=first,
            draw=dice(*origin, leg.name, "noise", number),
        )  # fmt: skip
    return arrived


def _mixed(leg: LegDraft, arrived: Pcm) -> Pcm:
    """Add what the monitored switch itself adds."""
    for at, sound in leg.mixed:
        end = min(at + len(sound), len(arrived))
        if end > at:
            piece = arrived[at:end].astype(np.float32) / np.float32(32768)
            arrived[at:end] = narrow(piece + sound[: end - at])
    return arrived


def _holes(draft: Draft, leg: LegDraft, draw: Dice) -> NDArray[np.bool_]:
    """Draw which frames of a leg are lost."""
    frames = draft.samples // FRAME
    holes = np.zeros(frames, np.bool_)
    for first, end, percent in leg.losses:
        begin, until = first // FRAME, min(frames, end // FRAME)
        burst = draw.between(1.0, 3.0)
        holes[begin:until] |= drawn_losses(until - begin, percent, max(1.0, burst), draw)
    return holes
