"""PrivilegedSession: a call with an attorney, say: it has no ``feed`` and holds no monitor."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from securecall.calls.live import LiveCall
from securecall.errors import InputError

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.decision import Decision
    from securecall.calls.terms import Terms
    from securecall.ledger.instant import At

__all__ = ["PrivilegedSession"]


class PrivilegedSession(LiveCall):
    """A call that nobody may hear: rated like any other where it is billable, and nothing else.

    It takes no audio, because it has nothing that would, and staff can neither listen nor speak
    into it. Its record says that it was privileged, not monitored and not recorded.

    Parameters
    ----------
    attempt, decision, terms, facility, at, on_end
        As `securecall.calls.live.LiveCall`.

    Raises
    ------
    InputError
        The gate did not find it privileged.

    Source
    ------
    own; docs/calls.md.
    """

    __slots__ = ()

    def __init__(
        self, attempt: CallAttempt, decision: Decision, *, terms: Terms, facility: str, at: At,
        on_end: Callable[[str], None] | None = None,
    ) -> None:  # fmt: skip
        if not decision.privileged:
            raise InputError(f"call {attempt.call_id!r} is not privileged: begin a Session")
        super().__init__(attempt, decision, terms=terms, facility=facility, at=at, on_end=on_end)
