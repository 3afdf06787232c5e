"""The desk: what staff do: orders, broken terminals, reviews, refunds, blocked numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from securecall.calls.actions import Actions
from securecall.calls.day.place import terminals_of
from securecall.calls.day.setting import HOUR_MS
from securecall.calls.day.world import World
from securecall.calls.dropped import DroppedCall
from securecall.calls.number_review import NumberReviews
from securecall.calls.parted import give_back_parted
from securecall.calls.record import CallRecord
from securecall.errors import InputError, Unknown
from securecall.money import dollars

if TYPE_CHECKING:
    from securecall.calls.day.sound import Heard
    from securecall.calls.live import LiveCall
    from securecall.fraud.review_queue import ReviewItem
    from securecall.ledger.values.giving_back import Refund

__all__ = ["Desk"]

MINUTE_MS: Final = 60_000


class _Planned(NamedTuple):
    """An order of the day: when as a share of its hours, and how long before it is known."""

    kind: str
    area: str | None
    share: float
    minutes: int
    ends_calls: bool
    ahead_minutes: int


_ORDERS: Final = (
    _Planned("lockdown", "a", 0.24, 25, True, 0),
    _Planned("lockdown", None, 0.52, 12, False, 0),
    _Planned("lockdown", "c", 0.66, 20, True, 0),
    _Planned("maintenance", None, 0.80, 6, True, 45),
    _Planned("kill_switch", None, 0.93, 3, True, 0),
)


class Desk:
    """What staff do.

    Parameters
    ----------
    world : World
    ended : callable
        Is given an instant, live calls and their actions: an order has ended them.

    Source
    ------
    own.
    """

    def __init__(
        self, world: World, ended: Callable[[int, list[tuple[LiveCall, Actions]]], None]
    ) -> None:
        self._world, self._ended = world, ended
        self._reviews = NumberReviews(world.directory)

    # Orders and terminals -------------------------------------------------------------------------

    def plan(self) -> None:
        """Put into the agenda what staff will order, and which terminals will break."""
        world, setting = self._world, self._world.setting
        span_ms = setting.ends_ms - setting.opens_ms
        for order in _ORDERS:
            begins_ms = setting.opens_ms + int(order.share * span_ms)
            ends_ms = begins_ms + min(order.minutes * MINUTE_MS, span_ms // 12)
            told_ms = max(begins_ms - order.ahead_minutes * MINUTE_MS, setting.opens_ms)
            world.agenda.put(told_ms, self.order, order, begins_ms, ends_ms)
            name = order.kind if order.area is None else f"{order.kind} {order.area}"
            world.tally.orders.append((begins_ms, ends_ms, name))
        draw = world.dice("terminals")
        names = [name for each in terminals_of(setting).values() for name in each]
        for _ in range(max(2, len(names) // 20)):
            name, at_ms = draw.one_of(names), setting.opens_ms + draw.whole(0, span_ms)
            state = draw.weighed((("faulty", 80.0), ("off", 20.0)))
            world.agenda.put(at_ms, self.mark, name, state)
            world.agenda.put(at_ms + draw.whole(HOUR_MS // 2, 3 * HOUR_MS), self.mark, name,
                             "working")  # fmt: skip

    def order(self, at_ms: int, planned: _Planned, begins_ms: int, ends_ms: int) -> None:
        """Give an order; one that begins later is enforced at its instant."""
        world, kind, area, ends_calls = (
            self._world, planned.kind, planned.area, planned.ends_calls,
        )  # fmt: skip
        if begins_ms > at_ms:
            world.facility.orders.give(
                kind, at=begins_ms, by="lt-3", why="planned", until=ends_ms, area=area,
                ends_calls=ends_calls,
            )  # fmt: skip
            world.agenda.put(begins_ms, self.enforce)
            return
        until = None if kind == "kill_switch" else ends_ms
        order, ended = world.gate.stop_calls(
            kind, at=at_ms, by="sgt-12", why="count", until=until, area=area, ends_calls=ends_calls
        )
        world.tally.acts[f"order: {kind}"] += 1
        self._ended(at_ms, ended)
        if until is None:
            world.agenda.put(ends_ms, self.lift, order.number)

    def enforce(self, at_ms: int) -> None:
        """End the calls that a planned order ends."""
        self._world.tally.acts["order: maintenance"] += 1
        self._ended(at_ms, self._world.gate.enforce(at_ms))

    def lift(self, at_ms: int, number: int) -> None:
        """Lift an order."""
        self._world.facility.orders.lift(number, at=at_ms, by="lt-3")

    def mark(self, at_ms: int, name: str, state: str) -> None:
        """Say of a terminal that it is broken, or repaired."""
        self._world.facility.terminals.mark(name, state, at=at_ms, by="tech-1", why="seen")
        self._world.tally.acts[f"terminal {state}"] += 1

    # Blocked numbers ------------------------------------------------------------------------------

    def block(self, at_ms: int, number: str) -> None:
        """Block a number whose owner pressed the key for it; some think better of it later."""
        world = self._world
        world.directory.block(number, kind="customer", at=at_ms, by="switch", why="pressed 7")
        world.tally.acts["number blocked by its owner"] += 1
        if world.dice("review", number, at_ms).chance(0.6):
            world.agenda.put(at_ms + 20 * MINUTE_MS, self.ask_review, number)

    def ask_review(self, at_ms: int, number: str) -> None:
        """Have somebody ask that a number may be called again."""
        try:
            asked = self._reviews.request(
                number, kind="customer", at=at_ms, by="family", why="it was a mistake"
            )
        except InputError:
            return  # a review of it is open, or the block was lifted: two presses, one wish
        draw = self._world.dice("consent", number)
        consents = draw.chance(0.7)
        if consents:
            self._reviews.add_evidence(
                asked.id, kind="consent", at=at_ms, by="desk", text="called back, token repeated"
            )
        self._world.agenda.put(at_ms + 15 * MINUTE_MS, self.decide_review, asked.id, consents)

    def decide_review(self, at_ms: int, review: int, granted: bool) -> None:
        """Decide whether a number may be called again."""
        because = "its owner agrees" if granted else "nobody could be reached"
        done = self._reviews.decide(review, granted=granted, at=at_ms, by="lt-3", because=because)
        self._world.tally.acts[f"number review {done.state}"] += 1

    # What is given back ---------------------------------------------------------------------------

    def after(self, at_ms: int, record: CallRecord) -> None:
        """See whether a call that has ended is a case for a refund."""
        world = self._world
        # Who asks does so a little later than the clock of the host that ended the call.
        at_ms = max(at_ms, record.ended_ms)
        back = give_back_parted(record, ledger=world.ledger, tariff=world.tariff, at=at_ms)
        if back is not None:
            self._given(at_ms, record, back, "review pause given back")
        case = DroppedCall.of(record)
        if case is None:
            return
        if len(record.accounts) > 1:
            # Of several payers the answer to a request does not say who got what; a refund does.
            back = world.ledger.refund(record.call_id, at=at_ms, request_id=case.id, policy="full")
            self._given(at_ms, record, back, "dropped call refunded")
            return
        asked = case.file(world.ledger, at=at_ms)
        if asked.state == "approved":
            self._paid(at_ms, record.accounts[0], asked.refunded_micros, "dropped call refunded")
        elif asked.state == "pending":
            wait_ms = world.dice("dropped", record.call_id).whole(10, 90) * MINUTE_MS
            world.agenda.put(
                at_ms + wait_ms, self.decide_dropped, case.id, record.accounts[0],
                record.total_micros,
            )  # fmt: skip

    def decide_dropped(self, at_ms: int, request: str, account: str, total_micros: int) -> None:
        """Decide about a dropped call of which nobody knows when the sound stopped."""
        world = self._world
        draw = world.dice("decide", request)
        how = draw.weighed((("full", 40.0), ("amount", 35.0), ("no", 25.0)))
        answer = world.ledger.decide_refund(
            request, approve=how != "no", at=at_ms, request_id=f"{request}:decided",
            policy="amount" if how == "amount" else None,
            amount=dollars(max(total_micros // 2, 1)) if how == "amount" else None,
        )  # fmt: skip
        if answer.ok and how != "no":
            self._paid(at_ms, account, answer.refunded_micros, "dropped call refunded")
        else:
            world.tally.acts[f"refund of a dropped call: {answer.state}"] += 1

    def judge_later(self, at_ms: int, item: ReviewItem, sound: Heard) -> None:
        """Put an item of the review queue before somebody, who knows what truly happened."""
        self._world.tally.acts["put into the review queue"] += 1
        wait_ms = self._world.dice("judge", item.call_id).whole(15, 90) * MINUTE_MS
        self._world.agenda.put(at_ms + wait_ms, self.judge, item, sound.really(item.event))

    def judge(self, at_ms: int, item: ReviewItem, right: bool) -> None:
        """Judge an event; a call that was cut for nothing is paid back."""
        world = self._world
        world.tally.acts[f"review: {'right' if right else 'wrong'}"] += 1
        if right or "disconnect" not in item.decision.actions:
            return
        try:
            state = world.ledger.call(item.call_id)
        except Unknown:  # a free call is not in the ledger: there is nothing to give back
            return
        if state.charged_micros == 0:
            return
        case = item.wrong(reason="not_heard", judged_by="desk 3", judged_at_ms=at_ms)
        answer = world.ledger.request_refund(**case.refund_request())
        if answer.ok and len(state.by_account) == 1:
            (account,) = state.by_account
            self._paid(at_ms, account, answer.refunded_micros, "wrong disconnect refunded")

    def _given(self, at_ms: int, record: CallRecord, back: Refund, what: str) -> None:
        if not back.ok:
            self._world.tally.acts[f"refund refused: {back.code}"] += 1
            return
        for account, amount_micros in back.by_account_micros:
            self._world.books.move(account, "refunds", amount_micros)
            self._world.moved(account, at_ms, amount_micros, "refund")
        self._world.tally.acts[what] += 1

    def _paid(self, at_ms: int, account: str, amount_micros: int, what: str) -> None:
        self._world.books.move(account, "refunds", amount_micros)
        self._world.moved(account, at_ms, amount_micros, "refund")
        self._world.tally.acts[what] += 1
