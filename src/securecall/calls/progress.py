"""CallInProgress: a call from the first digit to its end, as the switch tells it.

It hears nothing: `securecall.calls.session.Session` adds ears, and
`securecall.calls.privileged.PrivilegedSession` does not.
"""

from __future__ import annotations

from typing import Any, Final

from securecall.calls.actions import NOTHING, Actions, Block, Hold, Play, Timer, Unhold, Warn
from securecall.calls.cause import ending_of
from securecall.calls.course import DIALING, ENDED, PAUSED, PROMPTING, RINGING, after
from securecall.calls.held import HeldCall
from securecall.calls.tape import taped
from securecall.errors import InputError, InputTypeError
from securecall.ledger.instant import At, ms_of

__all__ = ["SIDES", "CallInProgress"]

CAUSE_MAX: Final = 120
#: An account that is ahead of the call's acceptance is asked at once again, then less often, for
#: some ten seconds in all.
LATE_TRIES_SOON: Final = 10
LATE_TRIES_MAX: Final = 50
LATE_WAIT_MS: Final = 250
SIDES: Final = ("caller", "called", "network")
"""Who can hang up. Source: own; docs/calls.md."""


class CallInProgress(HeldCall):
    """A call from the first digit to its end.

    Every instant is an argument: an aware datetime, or whole UTC epoch milliseconds. Time does not
    go back in a call: an instant before the last one is taken for the last one, except that a
    hang-up counts from its own, in the customer's favour. Once it has ended nothing changes any
    more, and whatever is still reported returns no actions. Not for two threads at once.

    Parameters
    ----------
    attempt, decision, terms, facility, at, on_end
        As `securecall.calls.held.HeldCall`.

    Source
    ------
    own; docs/calls.md.
    """

    __slots__ = ()

    # How it goes on -------------------------------------------------------------------------------

    @taped
    def ring(self, at: At) -> Actions:
        """Note that the telephone rings.

        Parameters
        ----------
        at : datetime or int

        Raises
        ------
        InputError
            It was answered before.

        Source
        ------
        own; docs/calls.md.
        """
        if self.state == ENDED:
            return NOTHING
        now = self._step(at)
        self.state = after(self.state, "ring")
        if self._rung_ms is None:
            self._rung_ms = now
            self._aim(now + self._terms.prompts.ring_ms)
        return self._told()

    @taped
    def answer(self, at: At) -> Actions:
        """Note that somebody answered: the greeting is played, and a digit is waited for.

        Parameters
        ----------
        at : datetime or int

        Raises
        ------
        InputError
            It was answered before.

        Source
        ------
        own; docs/calls.md.
        """
        if self.state == ENDED:
            return NOTHING
        now = self._step(at)
        self.state = after(self.state, "answer")
        self._answered_ms = now
        prompts = self._terms.prompts
        if prompts.passive:
            return self.accept(at)
        self._asked = 1
        self._ask()
        self._aim(now + prompts.repeat_ms)
        greeting = (Play(prompts.greeting, "called", "greeting"),) if prompts.greeting else ()
        return (*self._told(), *greeting, Play(prompts.ask, "called", "prompt"))

    @taped
    def accept(self, at: At, digit: str | None = None) -> Actions:
        """Note that the called party accepted: charging begins at this instant.

        Parameters
        ----------
        at : datetime or int
        digit : str, optional
            What was pressed; None: the switch has seen to it. A digit that refuses does refuse,
            and one that means nothing is as if nothing had been pressed.

        Returns
        -------
        tuple of Action
            The cutoff for the switch's timer; or `Disconnect`, where the money was gone meanwhile.

        Raises
        ------
        InputError
            It was not answered yet, or was accepted before.

        Source
        ------
        own; charging law, rules 5 and 6; docs/calls.md.
        """
        if self.state == ENDED:
            return NOTHING
        if digit is not None:
            meaning = self._meaning(digit)
            if meaning != "accept":
                return self.refuse(at, digit) if meaning else NOTHING
        state = after(self.state, "accept")
        now = self._step(at)
        limit_ms = self._limit_at(now)
        if limit_ms == 0:
            return self._finish(now, "schedule_end", "ledger")
        # What a store raises here leaves the digit pressed: the next tick asks again.
        code, cutoff_ms, began_ms = self._admit(now, limit_ms)
        self._pressed = ""
        if code == "late" and self._till.tries < LATE_TRIES_MAX:
            # Another operation was stamped a little later: the next tick tries again.
            self._pressed = self._terms.prompts.accept[0]
            self._aim(now + (1 if self._till.tries < LATE_TRIES_SOON else LATE_WAIT_MS))
            return self._told()
        if code == "late":
            code = "unbillable"  # no little later: a clock stands wrong, and somebody waits
        if code != "ok":
            return self._finish(now, code, "ledger")
        self.state, self.accepted_ms, self.cutoff_ms = state, began_ms, cutoff_ms
        self._countdown.begin(now, cutoff_ms)
        self._hear(now)
        self._aim_talking()
        return (*self._told(), Timer(self.cutoff_at))

    @taped
    def connected(self, at: At) -> Actions:
        """Note that the switch has connected a call and done the prompts: charging begins now.

        What is to be told waits for the next `tick`; the call may have ended for want of money.

        Parameters
        ----------
        at : datetime or int

        Raises
        ------
        InputError
            It was answered before.

        Source
        ------
        own; docs/calls.md.
        """
        self._answered_ms = self._step(at)
        self.state = after(self.state, "answer")
        self._post(*self.accept(at))
        return NOTHING

    @taped
    def refuse(self, at: At, digit: str | None = None) -> Actions:
        """Note that the called party refused, or wants no more calls at all.

        Parameters
        ----------
        at : datetime or int
        digit : str, optional
            What was pressed.

        Raises
        ------
        InputError
            It was not answered yet, or was accepted before.

        Source
        ------
        own; docs/calls.md.
        """
        if self.state == ENDED:
            return NOTHING
        after(self.state, "refuse")
        now = self._step(at)
        if digit is not None and self._meaning(digit) == "block":
            return (Block(self.number), *self._finish(now, "blocked_called_party", "called"))
        return self._finish(now, "refused", "called")

    @taped
    def signal(
        self, kind: str, value: Any = None, at_ms: float | None = None, leg: str = "called"
    ) -> Actions:
        """Take in what signalling knows; a digit while one is waited for is the answer.

        Such a digit counts at the next `tick`, which brings an instant. Only the called party
        answers: who calls cannot accept, by any key.

        Parameters
        ----------
        kind : str
        value : str or number, optional
        at_ms : float, optional
            Milliseconds of audio.
        leg : {"called", "calling"}
            Who pressed.

        Source
        ------
        own; docs/calls.md.
        """
        del at_ms
        if kind == "dtmf" and self.state == PROMPTING and leg == "called":
            if self._terms.prompts.meaning(str(value)):
                self._pressed = str(value)
                self._aim(self._now_ms)
        return NOTHING

    def tick(self, at: At) -> Actions:
        """Do what has fallen due: the end first, then warnings, prompts and the end of a pause.

        A call whose cutoff has passed ends at the cutoff itself, however late this is called.

        Parameters
        ----------
        at : datetime or int

        Source
        ------
        own; charging law, "Cutoff is solved, not polled"; docs/calls.md.
        """
        now = self._step(at)
        if self.state == ENDED:
            return self._told()
        if (self._aim_ms is None or now < self._aim_ms) and not self._pending:
            if self._tape is not None and not self._tape.busy:
                self._tape.tick(now)
            return NOTHING
        return self._tick(now)

    @taped
    def _tick(self, now: int) -> Actions:
        if self._aim_ms is None or now < self._aim_ms:
            return self._told()
        if self.state in (DIALING, RINGING):
            return self._finish(self._aim_ms, "no_answer", "network")
        if self.state == PROMPTING:
            return self._prompt(now)
        cut = self._cut_due(now)
        if self.state == ENDED:
            return cut
        found = [*self._told()]
        if self.state == PAUSED and now >= self._paused_since_ms + self._terms.prompts.pause_max_ms:
            if self._held_for:
                return (*found, *self._finish(now, self._held_for, "policy"))
            found += self._resume(now)
        left = self._countdown.due(now, self.cutoff_ms)
        if left is not None and self.cutoff_ms is not None:
            what = self._terms.prompts.warning(left)
            found.append(Warn(self.cutoff_ms - now, what, left))
        self._aim_talking()
        return tuple(found)

    def _prompt(self, now: int) -> Actions:
        """Take the digit that was pressed, or ask again."""
        if self._pressed:
            return self.accept(now, self._pressed)
        prompts = self._terms.prompts
        if self._asked >= prompts.times:
            return self._finish(now, "not_accepted", "called")
        self._asked += 1
        self._aim(now + prompts.repeat_ms)
        return (*self._told(), Play(prompts.ask, "called", "prompt"))

    @taped
    def hang_up(self, at: At, by: str = "caller", cause: Any = None) -> Actions:
        """Note that one side hung up, or the network gave the call up.

        Parameters
        ----------
        at : datetime or int
        by : {"caller", "called", "network"}
        cause : int or str, optional
            What the switch says; see `securecall.calls.cause.code_of`. It is kept as it came.

        Raises
        ------
        InputError
            No such side.

        Source
        ------
        own; charging law, rule 7; docs/calls.md.
        """
        if by not in SIDES:
            raise InputError(f"by must be one of {', '.join(SIDES)}, not {by!r}")
        if self.state == ENDED:
            return NOTHING
        at_ms = ms_of(at)
        said = "" if cause is None else str(cause)[:CAUSE_MAX]
        # A peer says what it likes; what is no UTF-8 could not be written to a table.
        self._cause = said.encode("utf-8", "backslashreplace").decode("utf-8")
        cut = self._cut_due(at_ms)
        if self.state == ENDED:
            return cut
        self._now_ms = max(self._now_ms, at_ms)
        talking = self.accepted_ms is not None
        code = ending_of(cause, by=by, talking=talking, answered=self._answered_ms is not None)
        if talking and code == "time_limit":
            # A switch's timer fires early: what it was set to is what ended the call.
            code = self._limit_ahead()
        at_ms = max(at_ms, self._dialed_ms if self.accepted_ms is None else self.accepted_ms)
        found = self._finish(at_ms, code, by)
        return found[:-1] if self.reason == code else found

    def _meaning(self, digit: object) -> str:
        """Say what a key does that was pressed."""
        if not isinstance(digit, str):
            raise InputTypeError(f"digit must be text such as '1', not {digit!r}")
        return self._terms.prompts.meaning(digit)

    def _pause(self, now: int, held_for: str) -> Actions:
        self.state = after(self.state, "pause")
        self._paused_since_ms, self._held_for = now, held_for
        self._park()
        self._aim_talking()
        return (Hold(self._terms.prompts.hold),)

    def _resume(self, now: int) -> Actions:
        self.state = after(self.state, "resume")
        away_ms = max(now - self._paused_since_ms, 0)
        self.paused_ms += away_ms
        self._held_for = ""
        self._unpark(away_ms)
        self._aim_talking()
        return (Unhold(),)
