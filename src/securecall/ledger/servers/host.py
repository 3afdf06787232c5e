"""What a media server knows of its own calls, and what it may do without asking.

It reads no clock: the server tells it what time it is, and asks it until when each call may run and
what it has to send. Whatever it does not know, it takes for the worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from securecall.ledger.curve import PriceCurve
from securecall.ledger.servers.lease import Word

__all__ = ["Held", "Host"]

# A promise is made longer while so many delays of it are left: two for the question, two for a
# question that is lost, four for a plan that is waiting.
MARGIN_DELAYS: Final = 8


@dataclass(slots=True)
class Held:
    """A call of this server's.

    Attributes
    ----------
    call_id, start_ms, curve
        What it is.
    end_ms : int or None
        Where it ends, as far as was heard.
    until_ms : int
        As far as it was promised; where it starts until something was heard.
    epoch : int
        Of the promise.
    known, waiting, refused, final : bool
        Whether anything was heard; and what.
    reason : str
        Of the end.
    turn : int
        Of the word that was heard last.
    """

    call_id: str
    start_ms: int
    curve: PriceCurve
    end_ms: int | None = None
    until_ms: int = 0
    epoch: int = 0
    known: bool = False
    waiting: bool = False
    refused: bool = False
    final: bool = False
    reason: str = ""
    turn: int = -1

    @property
    def stop_ms(self) -> int:
        """The instant at which the media stops unless more is heard."""
        if not self.known or self.refused or self.waiting:
            return self.start_ms
        if self.end_ms is None or (self.final is False and self.until_ms < self.end_ms):
            return self.until_ms
        return self.end_ms

    def begun_to_ms(self, now_ms: int) -> int:
        """Return where the last increment that the media has begun ends."""
        stop_ms = self.stop_ms
        if now_ms >= stop_ms:
            return stop_ms
        if now_ms <= self.start_ms:
            return self.start_ms
        return min(self.start_ms + self.curve.bought(now_ms - self.start_ms), stop_ms)


class Host:
    """Keeps a media server's calls.

    Parameters
    ----------
    name : str
        The server's; no other has it.
    delay_ms, span_ms : int
        The office's.

    Source
    ------
    own; docs/decisions/0120.
    """

    def __init__(self, name: str, *, delay_ms: int, span_ms: int) -> None:
        self.name = name
        self.delay_ms, self.span_ms = delay_ms, span_ms
        self.calls: dict[str, Held] = {}
        self._acks: dict[str, tuple[str, int, int]] = {}

    def begin(self, call_id: str, start_ms: int, curve: PriceCurve) -> Held:
        """Keep a call that is planned: nothing of it may run before something was heard."""
        held = Held(call_id, start_ms, curve, until_ms=start_ms)
        self.calls[call_id] = held
        return held

    def drop(self, call_id: str) -> None:
        """Forget a call that is over."""
        self.calls.pop(call_id, None)
        self._acks.pop(call_id, None)

    def hear(self, word: Word, now_ms: int) -> None:
        """Take in what was said of a call; what is older than what was heard says nothing."""
        held = self.calls.get(word.call_id)
        if held is None or held.final or word.turn < held.turn:
            return
        if 0 < word.epoch < held.epoch:
            return  # of the same turn, before a recall
        held.turn = word.turn
        if word.refused or word.waiting or word.final:
            held.known, held.waiting = True, word.waiting
            held.refused, held.final = word.refused, word.final
            held.end_ms, held.reason = word.end_ms, word.reason
            return
        until_ms = word.until_ms
        if word.epoch > max(held.epoch, 1):
            # A recall: what has begun stays, the rest is given back. Before the instant that it
            # names nothing has begun that goes beyond it: the books knew what had been bought.
            if now_ms > until_ms and held.known:
                until_ms = min(max(until_ms, held.begun_to_ms(now_ms)), held.until_ms)
            self._acks[held.call_id] = (held.call_id, word.epoch, until_ms)
        elif word.epoch == held.epoch and held.call_id in self._acks:
            until_ms = max(until_ms, self._acks[held.call_id][2])
        held.known, held.waiting, held.refused = True, False, False
        held.epoch, held.until_ms = word.epoch, until_ms
        if word.reason != "recall":
            held.end_ms, held.reason = word.end_ms, word.reason

    def acks(self) -> list[tuple[str, int, int]]:
        """Return what is given back, for the next message."""
        return list(self._acks.values())

    def sent(self, acks: Sequence[tuple[str, int, int]]) -> None:
        """Forget what was given back, once a message that said so was answered."""
        for ack in acks:
            if self._acks.get(ack[0]) == ack:
                del self._acks[ack[0]]

    def asks(self, now_ms: int) -> list[str]:
        """Return the calls to ask about in a message sent now."""
        due = [name for name, held in self.calls.items() if self._due_ms(held) <= now_ms]
        if not due:
            return due
        # Whoever is soon due comes along: a message costs more than a call in it.
        soon_ms = now_ms + self.span_ms // 4
        return [
            name
            for name, held in self.calls.items()
            if self._due_ms(held) <= (soon_ms if _lasts(held) else now_ms)
        ]

    def due_ms(self) -> int | None:
        """Return when to ask next; None: there is nothing to ask."""
        return min((self._due_ms(held) for held in self.calls.values()), default=None)

    def _due_ms(self, held: Held) -> int:
        if held.final:
            return 1 << 62
        if _lasts(held):
            return held.until_ms - MARGIN_DELAYS * self.delay_ms
        # Once more, when whatever counted before the end must have arrived.
        return held.stop_ms + self.delay_ms


def _lasts(held: Held) -> bool:
    """Say whether a call goes on where its promise ends."""
    if not held.known or held.refused or held.waiting:
        return False
    return held.end_ms is None or held.end_ms > held.until_ms
