"""The simulator: from a seed and a call's number to two legs of audio with labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from securecall.errors import InputError
from securecall.fraud.bench.call import Call
from securecall.fraud.bench.corpora import Corpora, open_corpora
from securecall.fraud.bench.dice import Dice, dice
from securecall.fraud.bench.draft import Draft, begun
from securecall.fraud.bench.innocents import INNOCENTS, innocents, rung_first
from securecall.fraud.bench.label import KINDS
from securecall.fraud.bench.positives import POSITIVES
from securecall.fraud.bench.render import Origin, rendered
from securecall.fraud.bench.sound import FRAME, samples_of

__all__ = ["CALL_S", "Simulator"]

CALL_S: Final = 300.0
CALL_S_LEAST: Final = 30.0
#: Nothing happens sooner, so that a detector has heard the line as it is; nor in the end.
LEAD_S: Final = (14.0, 25.0)
TAIL_S: Final = 22.0
APART_S: Final = (8.0, 30.0)
#: Which share of calls has fraud in it at all, and of their happenings are fraud.
FRAUD_CALLS: Final = 0.5
FRAUD_SHARE: Final = 0.5


class Simulator:
    """Makes calls, each from the seed and its number alone.

    Parameters
    ----------
    seed : int
    corpora : Corpora, optional
        Voices and sounds; made ones of the development part if not given.
    call_s : float
        Length of a call, 30 s or more.
    kinds : sequence of str
        Kinds of fraud that may happen; none for calls that are all innocent.

    Raises
    ------
    InputError
        Too short a call, or a kind that is not known.

    Source
    ------
    own; docs/bench.md.

    Examples
    --------
    >>> call = Simulator(1, call_s=30).call(0)
    >>> call.seconds, sorted(call.legs), call.legs["called"].dtype.name
    (30.0, ['called', 'calling'], 'int16')
    """

    __slots__ = ("call_s", "corpora", "kinds", "seed")

    def __init__(
        self, seed: int = 1, corpora: Corpora | None = None, *, call_s: float = CALL_S,
        kinds: tuple[str, ...] = KINDS,
    ) -> None:  # fmt: skip
        if not CALL_S_LEAST <= call_s <= 7200:
            raise InputError(f"call_s must be {CALL_S_LEAST:g} to 7200, not {call_s!r}")
        unknown = sorted(set(kinds) - set(KINDS))
        if unknown:
            raise InputError(f"no kind {unknown[0]!r}; known: {', '.join(KINDS)}")
        self.seed = seed
        self.corpora = open_corpora() if corpora is None else corpora
        self.call_s = call_s
        self.kinds = kinds

    def calls(self, first: int = 0, count: int | None = None) -> Iterator[Call]:
        """Yield calls, one after the other, from a number on; without a count for ever."""
        index = first
        while count is None or index < first + count:
            yield self.call(index)
            index += 1

    def call(self, index: int) -> Call:
        """Return the call of a number."""
        origin = Origin(self.seed, self.corpora.split, index)
        return rendered(self._drafted(origin), origin)

    def _drafted(self, origin: Origin) -> Draft:
        return self._plotted(dice(*origin, "plot", wide=self.corpora.split == "sealed"))

    def _plotted(self, draw: Dice) -> Draft:
        draft = begun(samples_of(self.call_s) // FRAME * FRAME, draw, self.corpora)
        self._plot(draft)
        return draft

    def _plot(self, draft: Draft) -> None:
        """Let things happen, one after the other, with talk between them."""
        draw = draft.draw
        fraud = bool(self.kinds) and draw.chance(FRAUD_CALLS)
        at = rung_first(draft) if draw.chance(0.5) else 0
        at += samples_of(draw.between(*LEAD_S))
        while at < draft.samples - samples_of(TAIL_S):
            if fraud and draw.chance(FRAUD_SHARE):
                happening = draw.one_of(POSITIVES[draw.one_of(self.kinds)])
            else:
                happening = INNOCENTS[draw.one_of(innocents(self.corpora))]
            at = happening(draft, at) + samples_of(draw.between(*APART_S))
