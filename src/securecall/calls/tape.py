"""Tape: what a live call was told, so that it can be replayed; no audio and no PIN is on it.

A call is a function of what it is told: verbs with their instants, what its monitor found, and
what the ledger answered. Kept in this order, they make the same call again, without the audio,
the ledger and the clock; `securecall.calls.replay` does it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, TypeVar

from securecall.errors import InputError, RequestConflict, StoreError
from securecall.fraud.event import Event
from securecall.fraud.json_values import told_of
from securecall.ledger.instant import ms_of

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.decision import Decision
    from securecall.calls.terms import Terms
    from securecall.ledger.ledger import Ledger

__all__ = ["FORMAT", "Tape", "TapedLedger", "taped"]

FORMAT: Final = "securecall.tape/1"
#: A peer that signals without end fills no memory.
LINES_MAX: Final = 50_000

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")


class Tape:
    """What a live call was told, in order.

    Attributes
    ----------
    lines : list of list
        Each begins with what it is: a verb of the call, or ``ledger``, ``monitor``.
    busy : bool
        Whether a verb is running: what it calls itself is not told from outside.

    Source
    ------
    own; docs/calls.md.
    """

    __slots__ = ("busy", "head", "idle", "lines")

    def __init__(
        self, attempt: CallAttempt, decision: Decision, terms: Terms, facility: str, at_ms: int
    ) -> None:
        self.lines: list[list[Any]] = []
        self.busy = self.idle = False
        asked = {
            item.name: getattr(attempt, item.name)
            for item in fields(attempt) if item.name not in ("pin", "voice")
        }  # fmt: skip
        self.head: dict[str, Any] = {
            "format": FORMAT, "facility": facility, "at_ms": at_ms, "attempt": asked,
            "decision": decision.to_dict(),
            "prompts": {each.name: getattr(terms.prompts, each.name)
                        for each in fields(terms.prompts)},
            "host": terms.host, "split": terms.split, "hold": terms.hold,
            "own_monitor": terms.monitor is not None, "tariff": terms.tariff.digest,
            "policy": terms.judge.digest,
        }  # fmt: skip

    @property
    def full(self) -> bool:
        """Whether so much was told that the rest is not on it: it cannot be replayed."""
        return len(self.lines) > LINES_MAX

    def note(self, what: str, *values: Any) -> None:
        """Add a line.

        Parameters
        ----------
        what : str
        *values
            Whatever JSON takes, instants and events.

        Source
        ------
        own.
        """
        self.idle = False
        if self.full:
            return
        self.lines.append([what, *(_plain(each) for each in values)])

    def tick(self, at_ms: int) -> None:
        """Note a tick that did nothing: of those in a row only the last one counts.

        Parameters
        ----------
        at_ms : int
            Epoch milliseconds.

        Source
        ------
        own.
        """
        if self.idle:
            self.lines[-1] = ["tick", [at_ms], {}]
            return
        self.note("tick", [at_ms], {})
        self.idle = True

    def dumps(self) -> str:
        """Return it as JSON Lines: the head, then a line each.

        Raises
        ------
        InputError
            It is full.

        Source
        ------
        own; docs/calls.md.
        """
        if self.full:
            raise InputError(f"the tape is full: the call was told more than {LINES_MAX} things")
        rows = [self.head, *self.lines]
        return "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)


def _plain(value: Any) -> Any:
    """Return a value as JSON takes it; an instant as milliseconds, an event field by field."""
    if isinstance(value, datetime):
        return ms_of(value)
    if isinstance(value, Event):
        return told_of(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {
            "type": type(value).__name__,
            **{item.name: _plain(getattr(value, item.name)) for item in fields(value)},
        }
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def taped(method: Callable[Concatenate[S, P], R]) -> Callable[Concatenate[S, P], R]:
    """Have a method of a live call note what it is told, if the call has a tape.

    Source
    ------
    own.
    """
    name = method.__name__.lstrip("_")

    @wraps(method)
    def run(self: S, /, *args: P.args, **options: P.kwargs) -> R:
        tape: Tape | None = self._tape  # type: ignore[attr-defined]
        if tape is None or tape.busy:
            return method(self, *args, **options)
        tape.note(name, args, options)
        tape.busy = True
        try:
            return method(self, *args, **options)
        except StoreError:
            raise  # the ledger's answer was noted
        except Exception as error:
            # Staff who resume what is not paused, say: the call goes on, and so must its tape.
            tape.note("failed", type(error).__name__)
            raise
        finally:
            tape.busy = False

    return run


class TapedLedger:
    """A ledger whose answers to one call are noted.

    Source
    ------
    own.
    """

    __slots__ = ("_ledger", "_tape")

    def __init__(self, ledger: Ledger, tape: Tape) -> None:
        self._ledger = ledger
        self._tape = tape

    def start_call(self, *args: Any, **options: Any) -> Any:
        """Note what `Ledger.start_call` answers."""
        return self._noted(self._ledger.start_call, *args, **options)

    def end_call(self, *args: Any, **options: Any) -> Any:
        """Note what `Ledger.end_call` answers."""
        return self._noted(self._ledger.end_call, *args, **options)

    def call(self, call_id: str) -> Any:
        """Note how the call stands."""
        return self._noted(self._ledger.call, call_id)

    def settle_due(self, **options: Any) -> None:
        """Settle what is due; the call is asked for afterwards."""
        try:
            self._ledger.settle_due(**options)
        except (RequestConflict, StoreError) as error:
            self._tape.note("raised", type(error).__name__)
            raise

    def _noted(self, ask: Callable[..., Any], *args: Any, **options: Any) -> Any:
        try:
            answer = ask(*args, **options)
        except (RequestConflict, StoreError) as error:
            self._tape.note("raised", type(error).__name__)
            raise
        self._tape.note("ledger", answer)
        return answer
