"""Lines that the simulator does not draw: further ranges, other chains of coders, other noises.

Of noise that rises by 10 dB and more, the network that had learnt from lines as the simulator draws
them found on the sealed part 86 %, and 36 where that noise was one of low notes alone, a colour
that no line of the development part has; docs/decisions/0305-lines-further-out.md. What a network
is to take for the noise of a line it has to have heard in many colours.

Nothing of what only the sealed part has is drawn by name: no Opus, no G.723.1, no AMR at 4.75, none
of its chains. Ranges and colours go further than the sealed part's, for lines do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from benchmarks.evidence.otherwise.coders import CODERS
from securecall.fraud.bench import Simulator
from securecall.fraud.bench.codec import CODECS
from securecall.fraud.bench.dice import Dice, dice
from securecall.fraud.bench.draft import Draft
from securecall.fraud.bench.line import CHAINS_SEALED, COLOURS, Line
from securecall.fraud.bench.render import Origin

__all__ = ["FurtherOut"]

#: Of their width, ranges grow by so much at either end, at most; each call by a share of its own.
WIDEST: Final = 0.4
#: Decibels an octave of a line's noise.
NOISE_TILT: Final = (-12.0, 4.0)
#: So many calls have chains of their own.
OTHER_CHAINS: Final = 0.5
#: Behind the first coder of speech so often is a second one, and so often a law between.
SECOND, BETWEEN = 0.2, 0.3
LAWS: Final = ("mulaw", "alaw")
#: Coders of lines by family, each as often as another; coders of recordings are none of lines.
AMR: Final = tuple(name for name in CODERS if name in CODECS and name.startswith("amr"))
FAMILIES: Final = (AMR, ("gsm",), ("g726",), ("g722",))
ONLY_SEALED: Final = frozenset(chain for chains in CHAINS_SEALED.values() for chain in chains)

Chain = tuple[str, ...]


class FurtherOut(Simulator):
    """Makes the calls that a simulator would, on lines that it does not draw."""

    __slots__ = ()

    def _drafted(self, origin: Origin) -> Draft:
        other = dice(*origin, "further out")
        wider = other.exactly(0.0, WIDEST)
        draft = self._plotted(Dice(dice(*origin, "plot").random, wider=wider))
        relined(draft, other)
        return draft


def relined(draft: Draft, draw: Dice) -> None:
    """Exchange the colours of noise and, in some calls, the chains of coders of a whole call.

    What was alike stays alike and what was another is another, so that every mark stays true: a
    chain of laws alone becomes such a one, and one of coders of speech one of those.
    """
    tilts = {tilt: draw.exactly(*NOISE_TILT) for tilt in COLOURS}
    chains: dict[Chain, Chain] = {}
    exchanged = draw.chance(OTHER_CHAINS)

    def other(line: Line) -> Line:
        if exchanged and line.codecs not in chains:
            plain = set(line.codecs) <= set(LAWS)
            chains[line.codecs] = _unless_sealed(_laws if plain else _coders, draw)
        return replace(
            line, noise_tilt=tilts.get(line.noise_tilt, line.noise_tilt),
            codecs=chains.get(line.codecs, line.codecs),
        )  # fmt: skip

    for leg in draft.legs.values():
        leg.lines = [(first, other(line)) for first, line in leg.lines]
        for party in leg.parties:
            party.line = party.line and other(party.line)


def _unless_sealed(made: Callable[[Dice], Sequence[str]], draw: Dice) -> Chain:
    while True:
        chain = tuple(made(draw))
        if chain not in ONLY_SEALED:
            return chain


def _laws(draw: Dice) -> Sequence[str]:
    return [draw.one_of(LAWS) for _ in range(draw.whole(1, 2))]


def _coder(draw: Dice) -> str:
    return draw.one_of(draw.one_of(FAMILIES))


def _coders(draw: Dice) -> Sequence[str]:
    made = [_coder(draw)]
    if draw.chance(SECOND):
        if draw.chance(BETWEEN):
            made.append(draw.one_of(LAWS))
        made.append(_coder(draw))
    return [*made, draw.one_of(LAWS)]
