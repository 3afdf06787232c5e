"""The same calls as other lines and rooms would bring them, to learn from beside the calls as made.

The simulator ends every line of the development part in G.711, has ten chains of coders and homes
that stand still. `python -m benchmarks.elsewhere` showed what a network that learnt from those
alone takes for fraud. What is made here shares no line with that recipe, by which it is judged.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from benchmarks.evidence.otherwise.coders import CODERS, through
from benchmarks.evidence.otherwise.endings import ended
from benchmarks.evidence.otherwise.rooms import lived_in
from benchmarks.evidence.otherwise.switches import switched
from securecall.fraud.bench import Call
from securecall.fraud.bench.codec import coded
from securecall.fraud.bench.corpora import Corpora
from securecall.fraud.bench.dice import Dice, dice
from securecall.fraud.conform.levels import Pcm

__all__ = ["otherwise"]

#: What the room, a line that falls away, or another floor would contradict.
ELSEWHERE: Final = frozenset({"three_way", "call_forwarding", "line_switch", "noise_anomaly"})
INSIDE, OUTSIDE = "calling", "called"
#: Of innocent calls so many get a room, and of the rest so many another line in mid-call.
ROOM, SWITCH, SWITCH_BESIDE = 0.7, 0.8, 0.25
#: So many calls go through one coder more, and of those so many through mu-law again.
CODED, LAW_AGAIN = 0.3, 0.7


def _coded_once_more(samples: Pcm, draw: Dice) -> Pcm:
    made = through(samples, draw.one_of(CODERS))
    return coded(made, "mulaw") if draw.chance(LAW_AGAIN) else made


def _as_long(samples: Pcm, count: int) -> Pcm:
    return np.pad(samples[:count], (0, max(0, count - len(samples))))


def otherwise(call: Call, corpora: Corpora) -> Call:
    """Return a call as another line and another room would bring it; the same for the same call.

    Raises
    ------
    BuildError
        A coder is not on this machine.
    """
    draw = dice(call.seed, call.split, call.index, "otherwise")
    heard, labels = call.legs[OUTSIDE], list(call.labels)
    mine = [label for label in labels if label.leg == OUTSIDE]
    if any(label.kind in ELSEWHERE for label in mine):
        goes_on = draw.chance(SWITCH_BESIDE)
    else:
        in_a_room = draw.chance(ROOM)
        if in_a_room:
            heard = lived_in(heard, mine, corpora, draw)
        goes_on = not in_a_room and draw.chance(SWITCH)
    if goes_on:
        heard, other = switched(heard, mine, draw)
        labels += [other] if other else []
    if draw.chance(CODED):
        heard = _coded_once_more(heard, draw)
    legs = {
        INSIDE: ended(call.legs[INSIDE], draw),
        OUTSIDE: ended(_as_long(heard, len(call.legs[OUTSIDE])), draw),
    }
    in_order = sorted(labels, key=lambda label: (label.start_s, label.kind, label.stratum))
    return replace(call, legs=legs, labels=tuple(in_order))
