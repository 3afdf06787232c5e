"""What every operation of the ledger goes through: one transaction, one answer a request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from securecall.errors import RequestConflict, Unknown
from securecall.ledger.identifier import digest_of, identifier
from securecall.ledger.instant import At, instant, ms_of
from securecall.ledger.operation import Move, Operation, Unfit
from securecall.ledger.stores.door import Store, Writing
from securecall.ledger.values.answer import Answer, Done
from securecall.ledger.values.money import Movement
from securecall.ledger.values.text import decode

__all__ = ["Desk"]


Callback = Callable[[str, "datetime | None", "datetime | None"], None]


class Desk:
    """What every operation of the ledger goes through: one transaction, one answer a request."""

    def __init__(self, store: Store, *, keeps_curves: bool) -> None:
        self._store = store
        self._callbacks: list[Callback] = []
        self._keeps_curves = keeps_curves

    def _write(
        self,
        method: str,
        request_id: str | None,
        at: At,
        content: tuple[Any, ...],
        body: Callable[[Operation], Answer | None],
        refusal: Callable[[str, int], Answer],
        *,
        implied: bool = False,
    ) -> Any:
        at_ms = ms_of(at)
        if request_id is not None:
            request_id = identifier(request_id, "request_id")
        digest = digest_of(method, content)

        def job(tx: Writing) -> tuple[Answer | None, list[Move]]:
            if request_id is not None:
                known = tx.op(request_id)
                if known is not None:
                    if known.digest != digest and not (implied and known.method == method):
                        raise RequestConflict(request_id, known.method, method)
                    return decode(known.answer), []
            op = Operation(tx, method, request_id, digest, at_ms)
            try:
                answer = body(op)
            except Unfit as unfit:
                answer = refusal(unfit.outcome.value, at_ms)
                tx.forget()
                Operation(tx, method, request_id, digest, at_ms).record(answer.code, answer)
                return answer, []
            op.close(answer)
            return answer, op.moves

        answer, moves = self._store.write(job, request_id)
        if moves and self._callbacks:
            self._tell(moves)
        return answer

    def _tell(self, moves: list[Move]) -> None:
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

    def _done(
        self,
        method: str,
        at: At,
        request_id: str | None,
        content: tuple[Any, ...],
        body: Callable[[Operation], Answer],
    ) -> Done:
        return cast(Done, self._write(method, request_id, at, content, body, Done))

    def _movement(
        self,
        method: str,
        account: str,
        amount: int,
        at: At,
        request_id: str | None,
        body: Callable[[Operation], Answer],
    ) -> Movement:
        return cast(
            Movement,
            self._write(
                method,
                request_id,
                at,
                (account, amount),
                body,
                lambda code, at_ms: Movement(code, account, at_ms, 0),
            ),
        )

    def _started_ms(self, call_id: str) -> int:
        """Return when a call started."""
        call = self._store.read(lambda view: view.call(call_id))
        if call is None:
            raise Unknown("call", call_id)
        return call.start_ms
