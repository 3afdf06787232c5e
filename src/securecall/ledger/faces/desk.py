"""What every operation of the ledger goes through: one transaction, one answer a request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from securecall.errors import Unknown
from securecall.ledger.instant import instant
from securecall.ledger.operation import Move, Operation
from securecall.ledger.stores.door import Store
from securecall.ledger.values.answer import Done
from securecall.ledger.values.money import Movement

__all__ = ["Desk", "undone", "unmoved"]


Callback = Callable[[str, "datetime | None", "datetime | None"], None]


def undone(op: Operation, code: str) -> Done:
    """Refuse an operation that has nothing more to say."""
    return Done(code, op.at_ms)


def unmoved(op: Operation, code: str) -> Movement:
    """Refuse to move money of the account that the content begins with."""
    return Movement(code, op.content[0], op.at_ms, 0)


class Desk:
    """What every operation of the ledger goes through: one transaction, one answer a request."""

    def __init__(self, store: Store, *, keeps_curves: bool) -> None:
        self._store = store
        self._callbacks: list[Callback] = []
        self._keeps_curves = keeps_curves

    def _write(self, op: Operation) -> Any:
        answer = self._store.write(op.run, op.asked_id, op.content)
        if op.moves and self._callbacks:
            self._tell(op.moves)
        return answer

    def _tell(self, moves: Sequence[Move]) -> None:
        for call_id, old_ms, new_ms in moves:
            old = None if old_ms is None else instant(old_ms)
            new = None if new_ms is None else instant(new_ms)
            for callback in tuple(self._callbacks):
                callback(call_id, old, new)

    def subscribe(self, callback: Callback) -> Callable[[], None]:
        """Be told, after commit and in the calling thread, when a running call's cutoff moved.

        Parameters
        ----------
        callback : callable
            Takes (call_id, old, new); None is no end in sight. What it raises reaches the caller
            of the operation, which is kept all the same.

        Returns
        -------
        callable
            Ends the subscription.

        Source
        ------
        own; charging law, "Cutoff is solved, not polled".
        """
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def _started_ms(self, call_id: str) -> int:
        """Return when a call started."""
        call = self._store.read(lambda view: view.call(call_id))
        if call is None:
            raise Unknown("call", call_id)
        return call.start_ms
