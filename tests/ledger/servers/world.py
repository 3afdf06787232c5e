"""Several servers and one database in a world where messages take their time.

Time is simulated: what is sent arrives later, hints too, or never. What happens at the database
happens there and then, one arrival after another or, where they come within a slot, in whatever
order the database takes them. Each call's media runs as far as its server knows that it may.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from random import Random
from typing import Any

from tests.ledger.servers.families import Event, Family

from securecall.ledger.servers.host import Held, Host
from securecall.ledger.servers.item import Item
from securecall.ledger.servers.lease import Word
from securecall.ledger.servers.office import Reply

__all__ = ["Message", "Told", "World"]

SLOTS = 10  # in the longest delay


@dataclass
class Message:
    """What a server sends; `Office.exchange` has the same arguments."""

    server: str
    now_ms: int
    items: list[Item]
    acks: list[tuple[str, int, int]]
    asks: list[str]
    number: int = 0


@dataclass
class Media:
    """What a call's media did."""

    held: Held
    payers: tuple[str, ...]
    ran_to: int
    hung_up_ms: int | None = None
    paused_ms: int = 0
    late_ms: int = 0  # the first word came so long after its start
    given_up: bool = False


@dataclass
class Told:
    """How a call ended in the world, and by the books."""

    media_end_ms: int
    refused: bool
    books_end_ms: int | None = None
    books_charged: int = 0
    paused_ms: int = 0
    late_ms: int = 0
    given_up: bool = False


@dataclass
class _Server:
    host: Host
    media: dict[str, Media] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)  # sent or to be sent, and not answered
    wakes_ms: int = 0
    flying: dict[int, Message] = field(default_factory=dict)  # and not answered yet

    @property
    def asking(self) -> bool:
        """Whether a question is under way."""
        return any(message.asks for message in self.flying.values())


Post = Callable[[Sequence[Message]], tuple[list[Reply | None], dict[str, list[str]]]]


class World:
    """Runs families of accounts on servers.

    Parameters
    ----------
    servers : sequence of str
    post : callable
        Takes messages that reach the database at one time, from different servers; returns the
        replies (None: the server got an error and will ask again) and what was called out.
    delay_ms, span_ms : int
        The office's.
    lead_ms : int
        How far ahead of its instant everything but an end is sent.
    seed : int
    lost : callable, optional
        Says of a server and an instant whether a message sent then is lost.
    deaf : float
        The share of hints that are lost.
    """

    def __init__(
        self,
        servers: Sequence[str],
        post: Post,
        *,
        delay_ms: int,
        span_ms: int,
        lead_ms: int,
        seed: int = 0,
        lost: Callable[[str, int], bool] | None = None,
        deaf: float = 0.0,
        give_up_delays: int = 20,
    ) -> None:
        self.post, self.delay_ms, self.lead_ms = post, delay_ms, lead_ms
        self.servers = {
            name: _Server(Host(name, delay_ms=delay_ms, span_ms=span_ms)) for name in servers
        }
        self.random = Random(f"world {seed}")
        self.lost, self.deaf = lost or (lambda server, at_ms: False), deaf
        self.give_up_ms = give_up_delays * delay_ms
        self.slot_ms = max(delay_ms // SLOTS, 1)
        self.now_ms = 0
        self.told: dict[str, Told] = {}
        self.counts: Counter[str] = Counter()
        self._events: list[tuple[int, int, str, tuple[Any, ...]]] = []
        self._number = count(1)

    # Time -----------------------------------------------------------------------------------------

    def _at(self, at_ms: int, what: str, *more: Any) -> None:
        heapq.heappush(self._events, (at_ms, next(self._number), what, more))

    def _delay(self) -> int:
        """Return how long a message takes: at most the longest, less what a slot may add."""
        return self.random.randint(self.delay_ms // 5, self.delay_ms - self.slot_ms)

    def run(self, found: Sequence[Family]) -> None:
        """Let everything happen."""
        for family in found:
            for event in family.events():
                lead_ms = self.lead_ms if event.takes else 0
                self._at(event.at_ms - lead_ms, "do", event)
                if event.curve is not None:
                    self._at(event.at_ms, "wake", event.server)
        while self._events:
            at_ms, _, what, more = heapq.heappop(self._events)
            self.now_ms = max(self.now_ms, at_ms)
            if what == "arrive":
                self._arrive(at_ms, more[0])
            else:
                getattr(self, f"_{what}")(*more)

    # At a server ----------------------------------------------------------------------------------

    def _do(self, event: Event) -> None:
        server = self.servers[event.server]
        item, call_id = event.item, event.item.call_id
        if event.curve is not None:
            assert call_id is not None
            held = server.host.begin(call_id, event.at_ms, event.curve)
            server.media[call_id] = Media(held, item.accounts, event.at_ms)
        elif item.method == "end_call":
            assert call_id is not None
            media = server.media.get(call_id)
            if media is None or media.hung_up_ms is not None or media.given_up:
                return
            self._run_media(server)
            media.hung_up_ms = event.at_ms
        server.items[item.request_id] = item
        self._send(server)

    def _run_media(self, server: _Server) -> None:
        for media in server.media.values():
            held = media.held
            if not held.known:
                # Without a lead people talk before anything is known of their money.
                stop_ms = self.now_ms if self.lead_ms == 0 else held.start_ms
            else:
                stop_ms = held.stop_ms
            if media.hung_up_ms is not None:
                stop_ms = min(stop_ms, media.hung_up_ms)
            media.ran_to = max(media.ran_to, min(self.now_ms, stop_ms))

    def _send(self, server: _Server) -> None:
        """Send what there is to say; items at once, questions one message at a time."""
        now_ms, host = self.now_ms, server.host
        items = [item for item in server.items.values() if item.order == 0]
        asks = [] if server.asking else host.asks(now_ms)
        under_way = {ack for message in server.flying.values() for ack in message.acks}
        acks = [ack for ack in host.acks() if ack not in under_way]
        if not items and not asks and not acks:
            self._wake_later(server)
            return
        for item in items:
            server.items[item.request_id] = replace(item, order=-1)  # under way
        message = Message(host.name, now_ms, items, acks, asks, next(self._number))
        server.flying[message.number] = message
        self.counts["messages"] += 1
        if self.lost(host.name, now_ms):
            self.counts["lost"] += 1
        else:
            self._at(now_ms + self._delay(), "arrive", message)
        self._at(now_ms + 3 * self.delay_ms, "again", message)

    def _again(self, message: Message) -> None:
        """Nothing came back: say it all once more."""
        server = self.servers[message.server]
        if server.flying.pop(message.number, None) is None:
            return
        self.counts["unanswered"] += 1
        for item in message.items:
            if item.request_id in server.items:
                server.items[item.request_id] = item
        self._run_media(server)
        self._give_up(server)
        self._send(server)

    def _give_up(self, server: _Server) -> None:
        """End calls whose end nobody confirms."""
        for call_id, media in server.media.items():
            held = media.held
            waits_ms = self.now_ms - held.stop_ms
            if waits_ms < self.give_up_ms or held.final or media.hung_up_ms is not None:
                continue
            self._run_media(server)
            media.hung_up_ms, media.given_up = max(held.stop_ms, held.start_ms), True
            if not held.known:
                continue  # it never began
            arguments = {"call_id": call_id, "reason": "unreachable"}
            name = f"{call_id}:unreachable"
            server.items[name] = Item(
                name, server.host.name, "end_call", media.payers, media.hung_up_ms, arguments
            )

    def _wake(self, name: str) -> None:
        server = self.servers[name]
        self._run_media(server)
        self._send(server)

    def _wake_later(self, server: _Server) -> None:
        due_ms = server.host.due_ms()
        if due_ms is None or due_ms >= 1 << 61 or server.asking:
            return  # a reply will wake it
        due_ms = max(due_ms, self.now_ms + 1)
        if not self.now_ms < server.wakes_ms <= due_ms:
            server.wakes_ms = due_ms
            self._at(due_ms, "wake", server.host.name)

    def _heard(self, name: str, words: Sequence[Word]) -> None:
        server = self.servers[name]
        self._run_media(server)
        for word in words:
            media = server.media.get(word.call_id)
            if media is None:
                continue
            held = media.held
            fresh, stop_ms = not held.known or held.waiting, held.stop_ms
            server.host.hear(word, self.now_ms)
            if held.known and not held.waiting and fresh:
                media.late_ms = max(self.now_ms - held.start_ms, 0)
            elif held.stop_ms > self.now_ms > stop_ms:
                media.paused_ms += self.now_ms - stop_ms
            if held.final:
                self._over(server, word.call_id)

    def _hint(self, name: str, text: str) -> None:
        self._heard(name, [Word(*json.loads(text))])
        server = self.servers[name]
        self._send(server)

    def _reply(self, message: Message, reply: Reply) -> None:
        server, name = self.servers[message.server], message.server
        server.flying.pop(message.number, None)
        server.host.sent(message.acks)
        for request_id, (state, code) in reply.states.items():
            server.items.pop(request_id, None)
            self.counts[f"{state} {code}".strip()] += 1
        self._heard(name, reply.words)
        self._send(server)

    def _over(self, server: _Server, call_id: str) -> None:
        media = server.media.pop(call_id)
        server.host.drop(call_id)
        held = media.held
        self.told[call_id] = Told(
            media.ran_to, held.refused, paused_ms=media.paused_ms, late_ms=media.late_ms,
            given_up=media.given_up,
        )  # fmt: skip

    # At the database ------------------------------------------------------------------------------

    def _arrive(self, at_ms: int, first: Message) -> None:
        """Have the database take what arrives within a slot, of each server one."""
        batch, kept = [first], []
        servers = {first.server}
        while self._events and self._events[0][0] < at_ms + self.slot_ms:
            event = heapq.heappop(self._events)
            message = event[3][0] if event[2] == "arrive" else None
            if message is not None and message.server not in servers:
                batch.append(message)
                servers.add(message.server)
            else:
                kept.append(event)
        for event in kept:
            heapq.heappush(self._events, event)
        self.random.shuffle(batch)
        replies, hints = self.post(batch)
        self.counts["together"] += len(batch) > 1
        for message, reply in zip(batch, replies, strict=True):
            if reply is None or self.lost(message.server, at_ms):
                continue
            self._at(at_ms + self.slot_ms + self._delay(), "reply", message, reply)
        for name, texts in hints.items():
            for text in texts:
                self.counts["hints"] += 1
                if self.random.random() >= self.deaf and not self.lost(name, at_ms):
                    self._at(at_ms + self.slot_ms + self._delay(), "hint", name, text)
