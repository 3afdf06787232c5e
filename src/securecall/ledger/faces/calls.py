"""Calls: their admission, their end, and what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from securecall.errors import InputError, InputTypeError
from securecall.ledger import metering, reading
from securecall.ledger.curve import PriceCurve, checked
from securecall.ledger.curve import dumped as dumped_curve
from securecall.ledger.faces.arguments import about_of, flag_of, whole_of
from securecall.ledger.faces.desk import Desk
from securecall.ledger.identifier import identifier, word
from securecall.ledger.instant import At, elapsed_of, instant, ms_of
from securecall.ledger.operation import operation
from securecall.ledger.values.answer import Answer
from securecall.ledger.values.calls import Admission, Settled, Settlement

__all__ = ["Calls"]

DURATION_MS_MAX: Final = 366 * 86_400_000


class Calls(Desk):
    """Calls: their admission, their end, and what is due."""

    def start_call(
        self,
        call_id: str,
        accounts: Iterable[str],
        curve: PriceCurve,
        *,
        at: At,
        request_id: str | None = None,
        split: bool = False,
        max_ms: int | None = None,
        about: Mapping[str, str] | None = None,
    ) -> Admission:
        """Admit a call and buy its first increment, or refuse it.

        Parameters
        ----------
        call_id : str
        accounts : iterable of str
            Who pays, in order.
        curve : PriceCurve
            What it costs; see `securecall.ledger.curve.PriceCurve`.
        split : bool
            Whether an increment may be paid by several accounts.
        max_ms : int, optional
            The maximum duration.
        about : mapping of str to str, optional
            What else the host wants to know of the call after a crash; see `about_call`.

        Returns
        -------
        Admission
            With the instant at which the call must end. ``refused`` with ``insufficient_funds`` or
            ``spending_limit``, ``late``, ``call_exists``, ``account_closed``.

        Raises
        ------
        InputError
            ``at`` is not the curve's start, an account comes twice, there is none; ``about`` has
            more than 40 items, or one that cannot stand in a book.
        InputTypeError, Unknown, RequestConflict
            Nothing moved.

        Source
        ------
        own; charging law, rules 5 to 8.
        """
        call_id = identifier(call_id, "call_id")
        told = about_of(about)
        payers, limit = self._asked(accounts, curve, ms_of(at), split, max_ms)
        if not self._keeps_curves:
            dumped_curve(curve)
        answer: Admission = self._write(
            operation(
                "start_call",
                (call_id, payers, split, limit, *([sorted(told.items())] if told else ())),
                lambda op, *_: metering.start_call(
                    op, call_id, payers, curve, split=split, limit_ms=limit, about=told
                ),
                lambda op, code: Admission(code, call_id, op.at_ms, None, "refused"),
                at=at,
                request_id=request_id,
            )
        )
        return answer

    def admits(
        self,
        accounts: Iterable[str],
        curve: PriceCurve,
        *,
        at: At,
        split: bool = False,
        max_ms: int | None = None,
    ) -> Admission:
        """Say what `start_call` would answer at an instant; nothing moves and nothing is kept.

        Parameters
        ----------
        accounts, curve, split, max_ms
            As for `start_call`.

        Returns
        -------
        Admission
            Of a call without an id. ``cutoff_at`` is what the money and ``max_ms`` would allow.

        Raises
        ------
        InputError, InputTypeError, Unknown
            As `start_call`.

        Source
        ------
        own; charging law, rules 5 to 8.
        """
        at_ms = ms_of(at)
        payers, limit = self._asked(accounts, curve, at_ms, split, max_ms)
        return self._store.read(
            lambda view: reading.admission(view, payers, curve, at_ms, split=split, limit_ms=limit)
        )

    @staticmethod
    def _asked(
        accounts: Iterable[str], curve: PriceCurve, at_ms: int, split: bool, max_ms: int | None
    ) -> tuple[list[str], int | None]:
        """Return who is to pay, each once, and the maximum duration, all checked."""
        if isinstance(accounts, str):
            raise InputTypeError(f"accounts must be a list of ids, such as [{accounts!r}]")
        if not isinstance(accounts, Iterable):
            raise InputTypeError(f"accounts must be a list of ids, not {accounts!r}")
        payers = [identifier(account, "an account of accounts") for account in accounts]
        if not payers or len(set(payers)) != len(payers):
            raise InputError(f"accounts must name at least one account, each once, not {payers}")
        checked(curve)
        start_ms = getattr(curve, "start_ms", at_ms)
        if start_ms != at_ms:
            raise InputError(
                f"at must be the curve's start, {instant(start_ms).isoformat()}, "
                f"not {instant(at_ms).isoformat()}"
            )
        limit = None if max_ms is None else whole_of(max_ms, "max_ms", 1)
        if limit is not None and limit > DURATION_MS_MAX:
            raise InputError(f"max_ms must be at most {DURATION_MS_MAX}, 366 days, not {limit}")
        flag_of(split, "split")
        return payers, limit

    def end_call(
        self,
        call_id: str,
        *,
        at: At,
        reason: str = "hangup",
        request_id: str | None = None,
    ) -> Settlement:
        """End a call at an instant, also where its accounts were settled later already.

        Parameters
        ----------
        call_id : str
        reason : str
            Why, as the host sees it.
        request_id : str, optional
            Default: the call's id.

        Returns
        -------
        Settlement
            Of a call that ended before or was refused: what it was.

        Raises
        ------
        InputError, InputTypeError, Unknown, RequestConflict
            Nothing moved.

        Source
        ------
        own; charging law, rules 5 and 7, and "Cutoff is solved, not polled".
        """
        call_id = identifier(call_id, "call_id")
        reason = word(reason, "reason")
        at_ms = ms_of(at)
        return self._settlement(
            "end_call", call_id, (call_id, reason),
            lambda op, *_: metering.end_call(op, call_id, reason, at_ms, "host"),
            at=at, request_id=request_id,
        )  # fmt: skip

    def recover(
        self,
        call_id: str,
        *,
        last_alive_ms: At,
        at: At,
        request_id: str | None = None,
    ) -> Settlement:
        """End a call whose host crashed at its last proof of life, in the customer's favour.

        Parameters
        ----------
        call_id : str
        last_alive_ms : int or datetime
            The last heartbeat: an instant, or milliseconds from the call's start (below 10^11).
        request_id : str, optional
            Default: the call's id with ``:recover`` after it.

        Returns
        -------
        Settlement
            Reason ``recovered``, or what ended the call before.

        Raises
        ------
        InputError, InputTypeError, Unknown, RequestConflict
            Nothing moved.

        Source
        ------
        own; charging law, "Cutoff is solved, not polled".
        """
        call_id = identifier(call_id, "call_id")
        now_ms = ms_of(at)
        start_ms = self._started_ms(call_id)
        alive_ms = min(start_ms + elapsed_of(last_alive_ms, start_ms, "last_alive_ms"), now_ms)
        return self._settlement(
            "recover", call_id, (call_id, alive_ms),
            lambda op, *_: metering.end_call(op, call_id, "recovered", alive_ms, "host"),
            at=at, request_id=request_id,
        )  # fmt: skip

    def _settlement(
        self,
        method: str,
        call_id: str,
        content: tuple[Any, ...],
        body: Callable[..., Answer],
        *,
        at: At,
        request_id: str | None,
    ) -> Settlement:
        answer: Settlement = self._write(
            operation(
                method,
                content,
                body,
                lambda op, code: Settlement(code, call_id, 0, 0, "", op.at_ms, 0, ()),
                at=at,
                request_id=_implied(method, call_id) if request_id is None else request_id,
                implied=request_id is None,
            )
        )
        return answer

    def settle_due(self, *, at: At, request_id: str | None = None) -> tuple[Settlement, ...]:
        """Settle every call whose cutoff is at or before an instant, and close the instant.

        Returns
        -------
        tuple of Settlement
            The calls that this settled, by the instant of their end.

        Source
        ------
        own; charging law, rule 7.
        """
        found: Settled = self._write(
            operation(
                "settle_due",
                (),
                metering.settle_due,
                lambda op, code: Settled(code, op.at_ms, ()),
                at=at,
                request_id=request_id,
            )
        )
        return found.calls


def _implied(method: str, call_id: str) -> str:
    """Return the request id of a call's end where none was given."""
    return call_id if method == "end_call" else f"{call_id}:{method}"
