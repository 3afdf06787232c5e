"""The switch: places attempts at the gate, tells live calls what happens, takes their records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from securecall.calls.actions import Actions, Block, Review, Timer, Warn
from securecall.calls.attempt import CallAttempt
from securecall.calls.course import PAUSED, TALKING
from securecall.calls.day.caller import Caller, caller_of
from securecall.calls.day.desk import Desk
from securecall.calls.day.families import Families
from securecall.calls.day.pencil import curve_of, walk
from securecall.calls.day.place import FACILITY, terminals_of
from securecall.calls.day.plan import CallPlan, attempt_of, plan_of
from securecall.calls.day.sound import Heard, Sounds
from securecall.calls.day.tally import Strip
from securecall.calls.day.world import World
from securecall.calls.denied import denied_record
from securecall.calls.ending import ENDINGS
from securecall.calls.live import LiveCall
from securecall.calls.record import CallRecord
from securecall.errors import CallRefused
from securecall.ledger.instant import ms_of

__all__ = ["Switch"]

#: Refusals after which a caller tries again in a while, and how often he does.
_AGAIN: Final = frozenset(
    ("facility_congested", "terminal_busy", "terminal_faulty", "number_busy", "account_busy",
     "pin_invalid", "pin_missing", "insufficient_funds", "facility_lockdown")
)  # fmt: skip
AGAIN_MAX: Final = 2
FEED_EVERY_MS: Final = 1_000
#: Frames that a switch offers of each privileged call, to whoever takes them.
OFFERED: Final = 5
SILENCE: Final = bytes(320)


@dataclass(slots=True)
class Placed:
    """A call that was let through: its session, what people do in it, and its sound."""

    session: LiveCall
    plan: CallPlan
    caller: int
    terminal: str
    privileged: bool
    began: bool = False
    sound: Heard | None = None


class Switch:
    """Places attempts at the gate, tells live calls what happens, and takes their records.

    Parameters
    ----------
    world : World

    Source
    ------
    own.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.placed: dict[str, Placed] = {}
        self.families = Families(world, self.tick)
        self.desk = Desk(world, self.took)
        self._sounds = Sounds(world.setting)
        self._terminals = terminals_of(world.setting)
        self._busy: set[str] = set()
        self._tries = bytearray(world.setting.callers)

    # From the attempt to the answer ---------------------------------------------------------------

    def arrive(self, at_ms: int, number: int, index: int | None = None, again: int = 0) -> None:
        """Have a caller try, for the first time or again."""
        world = self._world
        caller = caller_of(world.setting, number)
        if index is None:
            index = self._tries[number]
            self._tries[number] = min(index + 1, 255)
        self.families.enrol(at_ms, caller)
        terminal = self._terminal(caller, index, again)
        attempt, privileged = attempt_of(
            world.setting.seed, caller, index, terminal=terminal, again=again
        )
        try:
            session = world.gate.connect(attempt, at=at_ms)
        except CallRefused as refused:
            self._denied(at_ms, attempt, refused, privileged, (number, index, again))
            return
        plan = plan_of(world.setting.seed, attempt.call_id)
        self.placed[attempt.call_id] = Placed(session, plan, number, terminal, privileged)
        self._busy.add(terminal)
        world.tally.alive(at_ms, len(self.placed))
        world.agenda.put(at_ms + plan.ring_ms, self.ring, attempt.call_id)

    def _terminal(self, caller: Caller, index: int, again: int) -> str:
        """Return a terminal of the caller's area, a free one if he sees one."""
        draw = self._world.dice("terminal", caller.number, index, again)
        if draw.chance(0.004):
            return "Z-9999"
        names = self._terminals[caller.area]
        chosen = draw.one_of(names)
        for _ in range(6):
            if chosen not in self._busy:
                break
            chosen = draw.one_of(names)
        return chosen

    def _denied(
        self, at_ms: int, attempt: CallAttempt, refused: CallRefused, privileged: bool,
        who: tuple[int, int, int],
    ) -> None:  # fmt: skip
        world = self._world
        record = denied_record(attempt, refused.decision, facility=FACILITY)
        world.inspector.record(record, privileged=privileged)
        world.tally.record(record)
        number, index, again = who
        draw = world.dice("again", attempt.call_id)
        if again >= AGAIN_MAX or not _AGAIN.issuperset(record.reasons) or not draw.chance(0.6):
            return
        wait_ms = draw.whole(90_000, 480_000)
        if at_ms + wait_ms > world.setting.ends_ms:
            return
        prepaid = attempt.bill_type == "prepaid" and attempt.accounts[:1] != ()
        if prepaid and "insufficient_funds" in record.reasons:
            world.agenda.put(at_ms + wait_ms // 2, self.families.deposit, attempt.accounts[-1])
        world.agenda.put(at_ms + wait_ms, self.arrive, number, index, again + 1)

    def ring(self, at_ms: int, call_id: str) -> None:
        """Let a telephone ring, or tell why it does not."""
        placed = self.placed.get(call_id)
        if placed is None:
            return
        plan, session = placed.plan, placed.session
        said: dict[str, Any] = {"fails": 41, "invalid": 1, "busy": "USER_BUSY"}
        if plan.answers in said:
            self._done(at_ms, placed, session.hang_up(at_ms, "network", said[plan.answers]))
            return
        self._done(at_ms, placed, session.ring(at_ms))
        if plan.answers == "abandoned":
            self._world.agenda.put(at_ms + plan.pick_up_ms, self.hang_up, call_id, "caller", 487)
        elif plan.answers == "answers":
            self._world.agenda.put(at_ms + plan.pick_up_ms, self.answer, call_id)

    def answer(self, at_ms: int, call_id: str) -> None:
        """Have somebody answer."""
        placed = self.placed.get(call_id)
        if placed is None:
            return
        plan = placed.plan
        self._done(at_ms, placed, placed.session.answer(at_ms))
        if plan.prompt == "gone":
            self._world.agenda.put(at_ms + plan.prompt_ms, self.hang_up, call_id, "caller", 16)
        elif plan.prompt:
            self._world.agenda.put(at_ms + plan.prompt_ms, self.press, call_id)

    def press(self, at_ms: int, call_id: str) -> None:
        """Have a digit pressed: told by signalling, or by a switch that knows what was pressed."""
        placed = self.placed.get(call_id)
        if placed is None:
            return
        digit, session = placed.plan.prompt, placed.session
        if digit == "caller":  # who calls cannot accept
            self._done(at_ms, placed, session.signal("dtmf", "1", leg="calling"))
        elif placed.caller % 2:
            self._done(at_ms, placed, session.signal("dtmf", digit))
        elif digit == "1":
            self._done(at_ms, placed, session.accept(at_ms, digit=digit))
        else:
            self._done(at_ms, placed, session.refuse(at_ms, digit))

    # While people talk ----------------------------------------------------------------------------

    def _begins(self, at_ms: int, placed: Placed) -> None:
        """Plan what happens in a call that was accepted."""
        placed.began = True
        session, plan, agenda = placed.session, placed.plan, self._world.agenda
        call_id, since_ms = session.call_id, session.accepted_ms
        assert since_ms is not None, "it was accepted"
        ends_ms = since_ms + plan.talk_ms
        if placed.privileged:
            self._offer(session)
        elif getattr(session, "monitored", False):
            placed.sound = self._sounds.of(call_id, since_ms)
        if placed.sound is not None:
            self._world.tally.sounding += 1
            ends_ms = since_ms + round(1000 * placed.sound.seconds)
            agenda.put(since_ms + FEED_EVERY_MS, self.feed, call_id)
        if plan.ends == "staff":
            agenda.put(max(ends_ms, at_ms), self.staff, call_id)
        else:
            by, cause = {
                "caller": ("caller", 16), "called": ("called", 16), "dropped": ("network", 41),
                "media": ("network", "MEDIA_TIMEOUT"),
            }[plan.ends]  # fmt: skip
            agenda.put(max(ends_ms, at_ms), self.hang_up, call_id, by, cause)
        if plan.pause_at_ms is not None and placed.sound is None:
            agenda.put(max(since_ms + plan.pause_at_ms, at_ms), self.pause, call_id)
        if plan.digits_at_ms is not None:
            for n in range(7):
                pressed_ms = since_ms + plan.digits_at_ms + 400 * n
                agenda.put(max(pressed_ms, at_ms), self.digit, call_id, "5550199"[n])

    def _offer(self, session: LiveCall) -> None:
        """Offer frames of a privileged call to whatever would take them."""
        tally, feed = self._world.tally, getattr(session, "feed", None)
        tally.offered_frames += OFFERED
        for _ in range(OFFERED):
            if feed is not None:
                feed(SILENCE)
                tally.heard_privileged += 1
        self._world.checks.that(
            "privileged", feed is None and session.privileged,
            f"call {session.call_id} is privileged, and its {type(session).__name__} takes frames",
        )  # fmt: skip

    def feed(self, at_ms: int, call_id: str) -> None:
        """Hand in the sound that has come."""
        placed = self.placed.get(call_id)
        if placed is None or placed.sound is None:
            return
        session: Any = placed.session
        for leg, piece in placed.sound.until(at_ms - session.accepted_ms):
            found = (
                session.feed_gap(piece, leg) if isinstance(piece, int)
                else session.feed(piece, leg)
            )  # fmt: skip
            self._done(at_ms, placed, found)
            if call_id not in self.placed:
                return
        if not placed.sound.over:
            self._world.agenda.put(at_ms + FEED_EVERY_MS, self.feed, call_id)

    def digit(self, at_ms: int, call_id: str, digit: str) -> None:
        """Have a digit pressed while people talk."""
        placed = self.placed.get(call_id)
        if placed is not None and placed.session.state == TALKING:
            since_ms = placed.session.accepted_ms
            assert since_ms is not None, "people talk"
            self._done(
                at_ms, placed, placed.session.signal("dtmf", digit, at_ms - since_ms, "called")
            )

    def pause(self, at_ms: int, call_id: str) -> None:
        """Have staff part the two sides for a while."""
        placed = self.placed.get(call_id)
        if placed is not None and placed.session.state == TALKING:
            self._done(at_ms, placed, placed.session.pause(at_ms, "desk-2"))
            self._world.agenda.put(at_ms + placed.plan.pause_ms, self.resume, call_id)

    def resume(self, at_ms: int, call_id: str) -> None:
        """Have staff join the two sides again."""
        placed = self.placed.get(call_id)
        if placed is not None and placed.session.state == PAUSED:
            self._done(at_ms, placed, placed.session.resume(at_ms, "desk-2"))

    def staff(self, at_ms: int, call_id: str) -> None:
        """Have staff end a call."""
        placed = self.placed.get(call_id)
        if placed is not None:
            self._done(at_ms, placed, placed.session.staff("disconnect", "sgt-12", at_ms))

    def hang_up(self, at_ms: int, call_id: str, by: str, cause: int | str) -> None:
        """Have one side hang up, or the network give the call up."""
        placed = self.placed.get(call_id)
        if placed is not None:
            self._done(at_ms, placed, placed.session.hang_up(at_ms, by, cause))

    def tick(self, at_ms: int) -> None:
        """Turn the host's loop once."""
        self.took(at_ms, self._world.gate.sessions.tick(at_ms))

    def took(self, at_ms: int, found: list[tuple[LiveCall, Actions]]) -> None:
        """Carry out what live calls ask for."""
        for session, actions in found:
            placed = self.placed.get(session.call_id)
            if placed is not None:
                self._done(at_ms, placed, actions)

    # What comes of it -----------------------------------------------------------------------------

    def _done(self, at_ms: int, placed: Placed, actions: Actions) -> None:
        """Carry out what a call asks for, and see whether it began to be talked in, or ended."""
        world, session = self._world, placed.session
        for action in actions:
            if isinstance(action, Block):
                self.desk.block(at_ms, action.number)
            elif isinstance(action, Review) and placed.sound is not None:
                self.desk.judge_later(at_ms, action.item, placed.sound)
            elif isinstance(action, Timer):
                self._timed(at_ms, session, action)
            elif isinstance(action, Warn) and placed.plan.generous and session.accounts:
                account = session.accounts[0]
                if session.bill_type == "prepaid" and account.startswith("fam-"):
                    wait_ms = world.dice("quick", session.call_id).whole(3_000, 40_000)
                    world.agenda.put(at_ms + wait_ms, self.families.deposit, account)
        if session.record is not None:
            self._finish(at_ms, placed, session.record)
        elif session.state == TALKING and not placed.began:
            self._begins(at_ms, placed)

    def _timed(self, at_ms: int, session: LiveCall, timer: Timer) -> None:
        """Note what a switch's timer is set to, of an account that is followed."""
        burn = self._world.burns.get(session.accounts[0]) if len(session.accounts) == 1 else None
        if burn is not None and timer.cutoff_at is not None:
            burn.timers.append((at_ms, ms_of(timer.cutoff_at), session.call_id))

    def _finish(self, at_ms: int, placed: Placed, record: CallRecord) -> None:
        """Take the record of a call that has ended."""
        world = self._world
        if self.placed.pop(placed.session.call_id, None) is None:
            world.checks.that("reason", False, f"call {record.call_id} ended twice")
            return
        self._busy.discard(placed.terminal)
        world.inspector.record(record, privileged=placed.privileged)
        world.tally.record(record)
        self._charge(record)
        world.inspector.paid(record)
        if placed.sound is not None:
            world.tally.strip(_strip(record, placed.sound))
        for account in record.accounts:
            if account.startswith("fam-"):
                self.families.look_for_reloads(at_ms, account)
        if record.reason in ENDINGS:  # one that is not was seen by the inspector
            self.desk.after(at_ms, record)

    def _charge(self, record: CallRecord) -> None:
        """Put a charge into the day's books, by who paid it."""
        world = self._world
        if not record.total_micros or record.accepted_ms is None:
            return
        if len(record.accounts) > 1:
            for account, amount_micros in world.ledger.call(record.call_id).by_account_micros:
                world.books.move(account, "charges", amount_micros)
                world.moved(account, record.ended_ms, -amount_micros, "charge")
            return
        account = record.accounts[0]
        world.books.move(account, "charges", record.total_micros)
        burn = world.burns.get(account)
        if burn is None:
            return
        began_ms = before_micros = 0
        for ends_ms, total_micros in walk(curve_of(record, world.tariff), record.duration_ms):
            spent = total_micros - before_micros
            world.moved(account, record.accepted_ms + began_ms, -spent, "increment")
            began_ms, before_micros = ends_ms, total_micros
        if record.reason == "balance_exhausted":
            burn.cutoffs.append((record.ended_ms, record.call_id))


def _strip(record: CallRecord, sound: Heard) -> Strip:
    """Return a call that was heard, as a page shows it."""
    assert record.accepted_ms is not None, "it was heard"
    return Strip(
        record.call_id, record.accepted_ms, record.duration_ms / 1000, record.reason,
        tuple(
            (each.start_s, each.end_s, each.stratum if each.kind == "innocent" else each.kind,
             each.kind != "innocent")
            for each in sound.labels
        ),
        tuple(
            (each.detected_ms / 1000, each.kind, each.grade, each.actions)
            for each in record.events
        ),
    )  # fmt: skip
