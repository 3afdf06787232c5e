"""What detectors are to find: happenings of the six kinds, each written into a draft with its mark.

A happening takes a draft and the sample at which it begins, and returns the sample at which the
call is as before, or has settled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from securecall.fraud.bench import tones
from securecall.fraud.bench.draft import Draft, LegDraft, Party
from securecall.fraud.bench.draft import seconds as s
from securecall.fraud.bench.household import sounding
from securecall.fraud.bench.label import LEGS
from securecall.fraud.bench.line import Line, drawn_line, other_line
from securecall.fraud.bench.sound import add, band, gain, noise

__all__ = ["POSITIVES", "Happening", "flashed", "held"]

Happening = Callable[[Draft, int], int]

#: What a merge may rightly be said to be, too.
PARTS: Final = ("keypad", "call_forwarding", "line_switch", "noise_anomaly")
#: What only talk can show is evident after so many seconds of it. Source: own.
TALK_S: Final = 2.0
#: Codecs that bend tones.
SPEECH_CODERS: Final = frozenset({"gsm", "amr", "amr122", "amr475", "g723", "opus"})


def flashed(draft: Draft, leg: LegDraft, at: int) -> int:
    """Break the loop and make it again; return when it is made.

    Source
    ------
    Breaks of 0.3 to 1.0 s: what exchanges take for a flash.
    """
    made = at + s(draft.draw.between(0.3, 1.0))
    add(leg.network, tones.click(draft.draw), at)
    leg.dead.append((at, made))
    add(leg.network, tones.click(draft.draw), made)
    return made


def held(draft: Draft, leg: LegDraft, first: int, end: int, *, sound: str = "") -> None:
    """Put a leg on hold: nobody is heard; an exchange's silence, comfort noise or music."""
    line = leg.line_at(first)
    leg.quiet.append((first, end))
    leg.away.append((first, end))
    if sound == "dead":
        leg.dead.append((first, end))
    if sound == "music":
        music = draft.sound("music", (end - first) / 8000, first)
        add(leg.network, music * gain(draft.draw.between(-6, 4)), first)
    quieter = line.noise_dbm0 - draft.draw.between(4, 14)
    leg.change(first, replace(line, noise_dbm0=quieter, hum_hz=0.0, erl_db=99.0, dtx=False))
    leg.change(end, line)


def _dialled(draft: Draft, leg: LegDraft, at: int, end: int) -> None:
    """Let the held party hear how the third one is dialled."""
    draw = draft.draw
    keys = "".join(draw.one_of("0123456789") for _ in range(draw.one_of((7, 10, 11))))
    level = draw.between(-30, -16)
    heard = np.concatenate([
        tones.stutter(draw.between(0.4, 1.2), draw),
        tones.digits(keys, level, draw.between(0.06, 0.12), draw.between(0.06, 0.15), draw),
        tones.silence(draw.between(0.5, 1.5)),
        tones.ringback(2, draw),
    ])  # fmt: skip
    add(leg.network, heard[: max(0, end - at)], at)


def _joined(draft: Draft, leg: LegDraft, at: int, line: Line | None, *, stays: bool) -> None:
    """Let a new talker onto a leg, beside those who are there or in their place."""
    if not stays:
        leg.leave(at)
    leg.parties.append(Party(draft.new_talker(), at, draft.samples, line))


def three_way_analogue(draft: Draft, at: int) -> int:
    """Flash, dial while the other is held, flash again: three people."""
    leg, draw = draft.called, draft.draw
    made = flashed(draft, leg, at)
    merge = made + s(draw.between(4, 15))
    held(draft, leg, made, merge)
    if draw.chance(0.3):
        _dialled(draft, leg, made + s(0.3), merge)
    end = flashed(draft, leg, merge)
    _joined(draft, leg, end, drawn_line(draw), stays=draw.chance(0.6))
    draft.mark("three_way", "analogue", leg, at, end, evident=made, tolerated=PARTS)
    return end + s(8)


def three_way_masked(draft: Draft, at: int) -> int:
    """Do the same under cover: somebody blows into the telephone or claps."""
    leg, draw = draft.called, draft.draw
    cover = draft.legs[draw.one_of(LEGS)]
    before, after = s(draw.between(0.5, 1.5)), s(draw.between(0.5, 2.0))
    end = three_way_analogue(draft, at)
    mark = draft.marks.pop()
    for first, last in ((at - before, mark.evident + after), (mark.end - s(1.2), mark.end + after)):
        count = last - first
        if draw.chance(0.6):
            cover_up = noise(draw.random, count, -8.0, band(60, 1500, -3.0))
        else:
            cover_up = sounding("clapping", draw, count / 8000)[:count] * gain(6.0)
        add(cover.room, cover_up, first)
    draft.mark("three_way", "masked", leg, at, mark.end, evident=mark.evident, tolerated=PARTS)
    return end


def _three_way_clickless(draft: Draft, at: int, stratum: str) -> int:
    leg, draw = draft.called, draft.draw
    before = leg.line_at(at)
    merge = at + s(draw.between(3, 15))
    held(draft, leg, at, merge, sound=draw.one_of(("dead", "comfort", "comfort", "music")))
    talk_s, party = 0.0, None
    if stratum == "same_codec":
        talk_s, party = TALK_S, len(leg.parties)
        third: Line | None = replace(before, level_dbm0=before.level_dbm0 + draw.between(-3, 3))
        _joined(draft, leg, merge, third, stays=True)
    else:
        odds = (("codec", 0.6), ("noise", 0.6), ("band", 0.4))
        what = [one for one, often in odds if draw.chance(often)]
        changed = other_line(draw, before, what)
        leg.change(merge, changed)
        _joined(draft, leg, merge, drawn_line(draw), stays=bool(what) and draw.chance(0.6))
        if "noise" not in what:
            talk_s = TALK_S
    draft.mark(
        "three_way", stratum, leg, at, merge, evident=merge, tolerated=PARTS, talk_s=talk_s,
        party=party,
    )  # fmt: skip
    return merge + s(8)


def three_way(draft: Draft, at: int) -> int:
    """Flash on an analogue line, in the open or under cover; hold and merge on others."""
    draw = draft.draw
    if draft.called.line_at(at).access == "analogue":
        return (three_way_masked if draw.chance(0.3) else three_way_analogue)(draft, at)
    return (three_way_same_codec if draw.chance(0.3) else three_way_clickless)(draft, at)


def three_way_clickless(draft: Draft, at: int) -> int:
    """Hold and merge without a click: codec, floor, band or talker are others afterwards."""
    return _three_way_clickless(draft, at, draft.called.line_at(at).access)


def three_way_same_codec(draft: Draft, at: int) -> int:
    """Merge in the network: only one more voice."""
    return _three_way_clickless(draft, at, "same_codec")


def _forwarded(draft: Draft, leg: LegDraft, at: int) -> None:
    """Let somebody else answer, elsewhere."""
    draw, line = draft.draw, leg.line_at(at)
    leg.change(at, other_line(draw, line, ["echo", "noise", *(["codec"] * draw.whole(0, 1))]))
    _joined(draft, leg, at, None, stays=False)


FORWARDED_PARTS: Final = ("line_switch", "noise_anomaly", "three_way")


def forwarding_ringback(draft: Draft, at: int) -> int:
    """Ring a second time, long after the answer, and let another answer."""
    leg, draw = draft.called, draft.draw
    kind = draw.one_of(("north_america", "north_america", "pbx"))
    end = draft.insert(leg, tones.ringback(draw.whole(2, 3), draw, kind=kind), at)
    end += s(draw.between(0.2, 1.5))
    _forwarded(draft, leg, end)
    draft.mark("call_forwarding", "ringback", leg, at, end, tolerated=FORWARDED_PARTS[:2])
    return end + s(8)


def forwarding_sit(draft: Draft, at: int) -> int:
    """Send special information tones and an announcement."""
    leg, draw = draft.called, draft.draw
    name = draw.one_of(("reorder", "vacant_code", "no_circuit", "intercept"))
    said = draft.insert(leg, tones.sit(name, draw), at) + s(0.5)
    voice = draft.new_talker().speech()
    first = draw.whole(0, max(0, len(voice) - s(6)))
    end = draft.insert(leg, voice[first : first + s(draw.between(3, 6))], said)
    _forwarded(draft, leg, end + s(0.5))
    draft.mark(
        "call_forwarding", "sit", leg, at, end, tolerated=FORWARDED_PARTS[:2], detail=name
    )  # fmt: skip
    return end + s(8)


def forwarding_announced(draft: Draft, at: int) -> int:
    """Announce it, ring, and let another answer."""
    leg, draw = draft.called, draft.draw
    voice = draft.new_talker().speech()
    first = draw.whole(0, max(0, len(voice) - s(5)))
    ring = draft.insert(leg, voice[first : first + s(draw.between(2, 5))], at) + s(0.5)
    end = draft.insert(leg, tones.ringback(2, draw), ring) + s(0.5)
    _forwarded(draft, leg, end)
    draft.mark(
        "call_forwarding", "announcement", leg, at, end, evident=ring,
        tolerated=FORWARDED_PARTS[:2],
    )  # fmt: skip
    return end + s(8)


def forwarding_silent(draft: Draft, at: int) -> int:
    """Transfer without a sound: a gap, then another echo, noise and voice."""
    leg, draw = draft.called, draft.draw
    end = at + s(draw.between(0.3, 2.5))
    leg.dead.append((at, end))
    _forwarded(draft, leg, end)
    draft.mark(
        "call_forwarding", "silent_transfer", leg, at, end, evident=end, tolerated=FORWARDED_PARTS
    )  # fmt: skip
    return end + s(10)


def _keyed(draft: Draft, at: int, stratum: str) -> int:
    draw = draft.draw
    leg = draft.legs[draw.one_of(LEGS)]
    keys = "".join(draw.one_of("0123456789*#") for _ in range(draw.whole(1, 10)))
    if stratum == "mf":
        keys = "".join(draw.one_of("0123456789") for _ in range(draw.whole(3, 7)))
        sound = tones.multi_frequency(keys, draw.exactly(-14, -6), draw)
    elif stratum == "2600":
        keys, sound = (
            "2600",
            tones.steady([2600], draw.exactly(0.4, 1.2), draw.exactly(-16, -8), draw),
        )
    else:
        faint = stratum == "dtmf_faint"
        level = draw.exactly(-34, -26) if faint else draw.exactly(-18, -7)
        on, off = draw.exactly(0.05, 0.15), draw.exactly(0.05, 0.25)
        sound = tones.digits(keys, level, on, off, draw)
        sound = sound[: len(sound) - s(off)]
        if not faint and SPEECH_CODERS & set(leg.line_at(at).codecs):
            stratum = "dtmf_coded"
    end = draft.insert(leg, sound, at)
    draft.mark("keypad", stratum, leg, at, end, detail=keys)
    return end + s(3)


def keypad_dtmf(draft: Draft, at: int) -> int:
    """Press keys in the middle of a call."""
    return _keyed(draft, at, "dtmf")


def keypad_faint(draft: Draft, at: int) -> int:
    """Press keys behind another line: faint."""
    return _keyed(draft, at, "dtmf_faint")


def keypad_mf(draft: Draft, at: int) -> int:
    """Send digits between exchanges, by a blue box."""
    return _keyed(draft, at, "mf")


def keypad_2600(draft: Draft, at: int) -> int:
    """Send single-frequency supervision."""
    return _keyed(draft, at, "2600")


def anomaly_floor(draft: Draft, at: int) -> int:
    """Let the noise floor rise by more than 6 dB, and fall again."""
    leg, draw = draft.called, draft.draw
    line, end = leg.line_at(at), at + s(draw.between(12, 30))
    louder = min(-32.0, line.noise_dbm0 + draw.between(9, 20))
    leg.change(at, replace(line, noise_dbm0=louder, dtx=False))
    leg.change(end, line)
    draft.mark("noise_anomaly", "floor", leg, at, end, tolerated=("line_switch",))
    return end + s(8)


def anomaly_hum(draft: Draft, at: int) -> int:
    """Let mains hum in."""
    leg, draw = draft.called, draft.draw
    line, end = leg.line_at(at), at + s(draw.between(12, 30))
    loud = draw.between(-42, -28)
    leg.change(at, replace(line, hum_hz=draw.one_of((50.0, 60.0)), hum_dbm0=loud, dtx=False))
    leg.change(end, line)
    draft.mark("noise_anomaly", "hum", leg, at, end, tolerated=("line_switch",))
    return end + s(8)


def anomaly_jamming(draft: Draft, at: int) -> int:
    """Lay a tone over the call."""
    leg, draw = draft.called, draft.draw
    hz = [draw.between(350, 3000) for _ in range(draw.whole(1, 2))]
    sound = tones.steady(hz, draw.between(3, 12), draw.between(-26, -12), draw)
    end = draft.insert(leg, sound, at, alone=False)
    draft.mark("noise_anomaly", "jamming", leg, at, end, tolerated=("keypad",))
    return end + s(8)


def _switched(draft: Draft, at: int, stratum: str, what: list[str]) -> int:
    leg, draw = draft.called, draft.draw
    line = leg.line_at(at)
    end = at + (s(draw.between(0.05, 0.6)) if draw.chance(0.6) else 0)
    if end > at:
        leg.dead.append((at, end))
    leg.change(end, other_line(draw, line, what))
    if draw.chance(0.4):
        _joined(draft, leg, end, None, stays=False)
    draft.mark(
        "line_switch", stratum, leg, at, end, evident=end,
        tolerated=("noise_anomaly", "call_forwarding"), talk_s=0.0 if "noise" in what else TALK_S,
    )  # fmt: skip
    return end + s(12)


def switch_codec(draft: Draft, at: int) -> int:
    """Go on through another codec."""
    return _switched(draft, at, "codec", ["codec", "noise"])


def switch_band(draft: Draft, at: int) -> int:
    """Go on in another bandwidth."""
    return _switched(draft, at, "bandwidth", ["band"])


def switch_floor(draft: Draft, at: int) -> int:
    """Go on with another floor, level and echo."""
    return _switched(draft, at, "floor", ["noise", "level", "echo"])


def _waiting(draft: Draft, at: int, stratum: str) -> int:
    leg, draw = draft.called, draft.draw
    kind = {"uk": "uk", "cellular": "cellular"}.get(stratum, "north_america")
    sound = tones.sas(draw, kind=kind)
    if stratum == "sas_cas":
        sound = np.concatenate([sound, tones.cas(draw)])
    end = draft.insert(leg, sound, at)
    if stratum == "sas_cas":  # the far end is muted while the caller's name is sent
        muted = end + s(draw.exactly(0.1, 0.6))
        leg.dead.append((end, muted))
        end = muted
    draft.mark("call_waiting", stratum, leg, at, end)
    if draw.chance(0.4):
        away = end + s(draw.between(1, 4))
        back = away + s(draw.between(4, 20))
        analogue = leg.line_at(at).access == "analogue"
        gone = flashed(draft, leg, away) if analogue else away
        held(draft, leg, gone, back)
        again = flashed(draft, leg, back) if analogue else back
        draft.innocent("call_waiting_answered", leg, away, again)
        return again + s(8)
    later = at + s(10)
    if draw.chance(0.7) and later < draft.samples - s(20):
        done = draft.insert(leg, tones.sas(draw, kind=kind), later)
        draft.mark("call_waiting", f"{stratum}_again", leg, later, done)
        end = done
    draft.innocent("call_waiting_ignored", leg, at, end, ("call_waiting",))
    return end + s(5)


def waiting_sas(draft: Draft, at: int) -> int:
    """Send call waiting: 440 Hz."""
    return _waiting(draft, at, "sas")


def waiting_sas_cas(draft: Draft, at: int) -> int:
    """Send call waiting with the alerting signal for the name, and mute the far end."""
    return _waiting(draft, at, "sas_cas")


def waiting_uk(draft: Draft, at: int) -> int:
    """Send call waiting: 400 Hz."""
    return _waiting(draft, at, "uk")


def waiting_cellular(draft: Draft, at: int) -> int:
    """Send call waiting of a cellular telephone: two beeps."""
    return _waiting(draft, at, "cellular")


POSITIVES: Final[dict[str, tuple[Happening, ...]]] = {
    "three_way": (three_way,),
    "call_forwarding": (forwarding_ringback, forwarding_sit, forwarding_announced,
                        forwarding_silent),
    "keypad": (keypad_dtmf, keypad_dtmf, keypad_faint, keypad_mf, keypad_2600),
    "noise_anomaly": (anomaly_floor, anomaly_hum, anomaly_jamming),
    "line_switch": (switch_codec, switch_band, switch_floor),
    "call_waiting": (waiting_sas, waiting_sas_cas, waiting_uk, waiting_cellular),
}  # fmt: skip
"""Happenings by kind; one of a kind is drawn."""
