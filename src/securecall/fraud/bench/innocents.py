"""What must not be taken for fraud: happenings by class, each with its mark."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from securecall.fraud.bench import tones
from securecall.fraud.bench.corpora import UNNAMED, Corpora
from securecall.fraud.bench.draft import Draft, Party
from securecall.fraud.bench.draft import seconds as s
from securecall.fraud.bench.household import SOUNDS
from securecall.fraud.bench.label import LEGS
from securecall.fraud.bench.positives import Happening
from securecall.fraud.bench.sound import add, band, gain, noise

__all__ = ["INNOCENTS", "innocents", "rung_first"]

#: A sound in the room is so much softer or louder than speech there.
ROOM_DB: Final = (-14.0, 6.0)


def _sound(name: str, draft: Draft, at: int) -> int:
    """Let a sound of a class be heard in a room, while people talk on or are silent."""
    draw = draft.draw
    leg = draft.legs[draw.one_of((LEGS[1], LEGS[1], LEGS[0]))]
    made = draft.sound(name, draw.between(3, 12), at)
    end = add(leg.room, made * gain(draw.between(*ROOM_DB)), at)
    if draw.chance(0.3):  # somebody listens to it
        for other in draft.legs.values():
            for party in other.on(at):
                party.end = min(party.end, at)
                other.parties.append(Party(party.talker, end, draft.samples, party.line))
    draft.innocent(name, leg, at, end)
    return end + s(3)


def _speakerphone(draft: Draft, at: int) -> int:
    """Put the telephone on loudspeaker, and back: another level, tilt and room."""
    leg, draw = draft.called, draft.draw
    line, end = leg.line_at(at), at + s(draw.between(10, 30))
    add(leg.network, tones.click(draw) * np.float32(0.3), at)
    leg.change(at, replace(
        line, level_dbm0=max(-36.0, line.level_dbm0 - draw.between(3, 9)),
        tilt=line.tilt - draw.between(1, 3), low_hz=line.low_hz + 80,
    ))  # fmt: skip
    add(leg.room, noise(draw.random, end - at, draw.between(-45, -36), band(80, 2000, -4.0)), at)
    leg.change(end, line)
    draft.innocent("speakerphone", leg, at, end)
    return end + s(5)


def _handset(draft: Draft, at: int) -> int:
    """Another handset of the same line is picked up: rustling, another level."""
    leg, draw = draft.called, draft.draw
    end = at + s(draw.between(0.5, 2.0))
    rustle = noise(draw.random, end - at, -22.0, band(100, 3000, -3.0))
    rustle *= np.repeat(draw.random.random(len(rustle) // 400 + 1), 400)[: len(rustle)] ** 3
    add(leg.room, rustle.astype(np.float32), at)
    leg.quiet.append((at, at + s(0.1)))
    line = leg.line_at(at)
    leg.change(end, replace(line, level_dbm0=line.level_dbm0 + draw.between(-4, 4)))
    draft.innocent("handset_change", leg, at, end)
    return end + s(5)


def _passed_on(draft: Draft, at: int) -> int:
    """Hand the receiver to somebody in the same room."""
    leg, draw = draft.called, draft.draw
    end = at + s(draw.between(1, 4))
    rustle = noise(draw.random, end - at, -24.0, band(100, 2500, -3.0))
    rustle *= np.repeat(draw.random.random(len(rustle) // 800 + 1), 800)[: len(rustle)] ** 3
    add(leg.room, rustle.astype(np.float32), at)
    leg.leave(at)
    leg.parties.append(Party(draft.new_talker(), end, draft.samples))
    draft.innocent("receiver_passed_on", leg, at, end)
    return end + s(8)


def _gap(draft: Draft, at: int) -> int:
    """Change cells: the sound of a cellular telephone is away for a moment, once or more."""
    leg, draw = draft.called, draft.draw
    place = at
    for _ in range(draw.whole(1, 3)):
        end = place + s(draw.between(0.1, 1.2))
        leg.dead.append((place, end))
        place = end + s(draw.between(0.3, 2.0))
    draft.innocent("cellular_gap", leg, at, end)
    return end + s(5)


def _silence(draft: Draft, at: int) -> int:
    """Nobody says anything."""
    draw = draft.draw
    end = at + s(draw.between(6, 25))
    for leg in draft.legs.values():
        leg.hushed.append((at, end))
    draft.innocent("long_silence", draft.called, at, end)
    return end + s(5)


def _mute(draft: Draft, at: int) -> int:
    """Press the mute button: the microphone is off, the line goes on."""
    leg, draw = draft.called, draft.draw
    end = at + s(draw.between(3, 20))
    leg.quiet.append((at, end))
    if draw.chance(0.4):  # some telephones send nothing at all
        leg.dead.append((at, end))
    draft.innocent("mute", leg, at, end)
    return end + s(5)


def _static(draft: Draft, at: int) -> int:
    """Let a cordless telephone crackle at the end of its reach."""
    leg, draw = draft.called, draft.draw
    end = at + s(draw.between(3, 12))
    place = at
    while place < end:
        length = s(draw.exactly(0.005, 0.15))
        crackle = noise(draw.random, length, draw.between(-30, -14), band(200, 3800))
        add(leg.network, crackle, place)
        place += length + s(draw.exactly(0.03, 0.8))
    draft.innocent("cordless_static", leg, at, end)
    return end + s(5)


def _loss(draft: Draft, at: int) -> int:
    """Lose packets for a while."""
    leg, draw = draft.called, draft.draw
    end = at + s(draw.between(5, 20))
    leg.losses.append((at, end, draw.between(3, 10)))
    draft.innocent("packet_loss", leg, at, end)
    return end + s(3)


def _suppression(draft: Draft, at: int) -> int:
    """Silence suppression goes on, and off again."""
    leg, draw = draft.called, draft.draw
    line, end = leg.line_at(at), at + s(draw.between(10, 40))
    leg.change(at, replace(line, dtx=not line.dtx))
    leg.change(end, line)
    draft.innocent("silence_suppression", leg, at, end)
    return end + s(5)


def _bump(draft: Draft, at: int) -> int:
    """Knock the telephone, or touch its hook for too short a time: clicks and no hold."""
    leg, draw = draft.called, draft.draw
    add(leg.network, tones.click(draw), at)
    end = at + s(draw.between(0.05, 0.2))
    if draw.chance(0.5):
        leg.dead.append((at, end))
        add(leg.network, tones.click(draw), end)
    draft.innocent("bump", leg, at, end)
    return end + s(5)


def _prompt(draft: Draft, at: int) -> int:
    """Let the platform speak: that a minute is left, whom the call comes from.

    It is mixed in where the monitor is: another voice, without the line's noise and codecs.
    """
    draw = draft.draw
    voice = draft.new_talker().speech()
    length = s(draw.between(2, 6))
    first = draw.whole(0, max(0, len(voice) - length))
    said = voice[first : first + length] * gain(draw.between(-6, 3))
    if draw.chance(0.5):
        said = np.concatenate([tones.steady([draw.between(400, 1400)], 0.3, -16.0, draw), said])
    end = at
    for leg in draft.legs.values() if draw.chance(0.5) else (draft.called,):
        end = draft.mix(leg, said, at)
    if draw.chance(0.5):  # people fall silent and listen
        for leg in draft.legs.values():
            leg.quiet.append((at, end))
    draft.innocent("platform_prompt", draft.called, at, end)
    return end + s(4)


def rung_first(draft: Draft) -> int:
    """Let the called party's telephone ring before it is answered; return when it is.

    The monitor hears ringing and then an answer, in many calls: the first ringback is no second.
    """
    leg, draw = draft.called, draft.draw
    sound, at = tones.ringback(draw.whole(1, 3), draw), s(draw.between(0.2, 2.0))
    # The far exchange rings, or the switch at which the monitor is does so for it.
    end = draft.mix(leg, sound, at) if draw.chance(0.5) else draft.insert(leg, sound, at)
    end += s(draw.between(0.1, 1.0))
    add(leg.network, tones.click(draw) * np.float32(0.5), end)
    for each in draft.legs.values():
        each.quiet.append((0, end))
    draft.innocent("first_ringback", leg, 0, end)
    return end


INNOCENTS: Final[dict[str, Happening]] = {
    **{name: partial(_sound, name) for name in (*SOUNDS, UNNAMED)},
    "speakerphone": _speakerphone,
    "handset_change": _handset,
    "receiver_passed_on": _passed_on,
    "cellular_gap": _gap,
    "long_silence": _silence,
    "mute": _mute,
    "cordless_static": _static,
    "packet_loss": _loss,
    "silence_suppression": _suppression,
    "bump": _bump,
    "platform_prompt": _prompt,
}
"""Happenings by class."""


def innocents(corpora: Corpora) -> tuple[str, ...]:
    """Return the classes that can happen: nobody makes sounds without a name, they are recorded."""
    return tuple(name for name in sorted(INNOCENTS) if name != UNNAMED or UNNAMED in corpora.clips)
