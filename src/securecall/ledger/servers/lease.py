"""What a server was promised, and what it is told."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Lease", "Word"]


class Lease(NamedTuple):
    """A promise: the call may run to ``until_ms`` without asking, and all of it is paid.

    Attributes
    ----------
    call_id, server : str
        Whose.
    epoch : int
        Goes up with each recall. What the holder says with an epoch, it says knowing it.
    until_ms : int
        An instant where an increment ends: those that begin before it were promised.
    recall_ms : int or None
        What the board asks the holder to make of it; until it acknowledges, the promise stands.
    told_ms : int or None
        The end that the holder was told last.
    accounts : tuple of str
        Who pays.
    """

    call_id: str
    server: str
    epoch: int
    until_ms: int
    recall_ms: int | None
    told_ms: int | None
    accounts: tuple[str, ...]


class Word(NamedTuple):
    """How a call stands, told to the server that has it.

    Attributes
    ----------
    end_ms : int or None
        Where it ends if nothing else happens; None: no end is in sight.
    until_ms : int
        As far as it may run without asking; on a recall, as far as it may run from now on, but for
        what it has begun.
    epoch : int
        To be sent back; 0: nothing was promised.
    final : bool
        Nothing can change the end any more.
    refused, waiting : bool
        It does not begin; whether it begins is not known yet.
    reason : str
        Of the end.
    turn : int
        Words of an earlier turn than one that was heard say nothing.
    """

    call_id: str
    end_ms: int | None
    until_ms: int
    epoch: int
    final: bool
    refused: bool
    waiting: bool
    reason: str
    turn: int
