"""LiveCall: a call in progress that staff and the host can act on."""

from __future__ import annotations

from typing import Final

from securecall.calls.actions import NOTHING, Actions, Play
from securecall.calls.course import ENDED, PAUSED
from securecall.calls.ending import checked_ending
from securecall.calls.progress import CallInProgress
from securecall.calls.tape import taped
from securecall.errors import InputError, did_you_mean
from securecall.ledger.identifier import word
from securecall.ledger.instant import At

__all__ = ["STAFF_ACTIONS", "LiveCall"]

STAFF_ACTIONS: Final = ("disconnect", "pause", "resume", "warn")
"""What staff can do with any call. Source: own; docs/calls.md."""


class LiveCall(CallInProgress):
    """A call in progress that staff and the host can act on.

    Parameters
    ----------
    attempt, decision, terms, facility, at, on_end
        As `securecall.calls.held.HeldCall`.

    Source
    ------
    own; docs/calls.md.
    """

    __slots__ = ()

    @taped
    def stop(self, at: At, reason: str, by: str = "host") -> Actions:
        """End the call for a reason of the host's: a lockdown, say.

        Parameters
        ----------
        at : datetime or int
        reason : str
            A code of `securecall.calls.ending.ENDINGS`.
        by : str
            Who wants it; kept in the record.

        Raises
        ------
        InputError, InputTypeError
            No such reason, or nobody who wants it.

        Source
        ------
        own; docs/calls.md.
        """
        checked_ending(reason)
        word(by, "by")
        if self.state == ENDED:
            return NOTHING
        now = self._step(at)
        cut = self._cut_due(now)
        return cut if self.state == ENDED else self._finish(now, reason, by)

    @taped
    def pause(self, at: At, by: str) -> Actions:
        """Part the two sides while somebody reviews the call.

        The charge goes on, for the line is held; what the pause cost can be given back when it was
        for nothing (`securecall.calls.parted`).

        Parameters
        ----------
        at : datetime or int
        by : str
            A token of who it is.

        Raises
        ------
        InputError
            Nobody is talking, or it is paused already.

        Source
        ------
        own; docs/calls.md.
        """
        word(by, "by")
        found = self.tick(at)
        if self.state == ENDED:
            return found
        paused = self._pause(self._now_ms, "")
        self._acted("pause", by)
        return (*found, *paused)

    @taped
    def resume(self, at: At, by: str) -> Actions:
        """Join the two sides again: nothing was wrong.

        Parameters
        ----------
        at : datetime or int
        by : str
            A token of who it is.

        Raises
        ------
        InputError
            It is not paused.

        Source
        ------
        own; docs/calls.md.
        """
        word(by, "by")
        found = self.tick(at)
        if self.state == ENDED:
            return found
        resumed = self._resume(self._now_ms)
        self._acted("resume", by)
        return (*found, *resumed, *self._told())

    @taped
    def staff(self, action: str, by: str, at: At, reason: str | None = None) -> Actions:
        """Do what a member of staff wants; the record says who wanted it.

        Parameters
        ----------
        action : {"disconnect", "pause", "resume", "warn"}
        by : str
            A token of who it is.
        at : datetime or int
        reason : str, optional
            Of a disconnect, a code of `securecall.calls.ending.ENDINGS`; by default
            ``staff_terminated``, or ``review_confirmed`` of a call that is paused.

        Raises
        ------
        InputError
            No such action, or it cannot be done now.

        Source
        ------
        own; docs/calls.md.
        """
        if action not in STAFF_ACTIONS:
            hint = did_you_mean(action, STAFF_ACTIONS)
            raise InputError(f"this call has no staff action {action!r}{hint}")
        if action == "pause":
            return self.pause(at, by)
        if action == "resume":
            return self.resume(at, by)
        if reason is not None:
            checked_ending(reason)
        found = self.tick(at)
        if self.state == ENDED:
            return found
        self._acted(action, by)
        if action == "warn":
            return (*found, Play(self._terms.prompts.staff, "both", "staff"))
        own = "review_confirmed" if self.state == PAUSED else "staff_terminated"
        return (*found, *self.stop(at, reason or own, by))
