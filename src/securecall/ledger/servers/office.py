"""Where servers plan and ask: decides by the law, and by what it has promised.

An operation is written down with its instant, and done by the ledger in the order of instants when
nothing earlier can arrive any more. Until then what it means is foreseen. A server may let a call
run as far as it was promised; before the office takes back a promise it asks, and waits for the
answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from securecall.errors import AmountOverflow, InputError, RequestConflict
from securecall.ledger.curve import Loaders
from securecall.ledger.ledger import Ledger
from securecall.ledger.servers.board import Board, Table
from securecall.ledger.servers.item import ENDS, YIELDS, Item, run
from securecall.ledger.servers.lease import Lease, Word
from securecall.ledger.servers.outlook import End, Family, family_of, foresee
from securecall.ledger.servers.telling import Teller
from securecall.ledger.stores.door import Reading

__all__ = ["Office", "Reply"]

LIMITS_TRIED: Final = 7
# What ends a call against its host's will, and is not known from its start.
CUTS: Final = frozenset(("balance", "released", "transferred"))


class Reply(NamedTuple):
    """What a server is told.

    Attributes
    ----------
    words : list of Word
        Of the calls that it asked about or spoke of.
    states : dict of str to (str, str)
        Of the items that it sent: state and code. ``("refused", "RequestConflict")``: its id was
        used for something else, by another server of the same name, say; nothing was done.
    closed_ms : int
        The instant up to which everything is done, whose plans are `late`. If it is not behind the
        server's own clock, that clock or another server's goes wrong by more than a delay.
    """

    words: list[Word]
    states: dict[str, tuple[str, str]]
    closed_ms: int


class Office:
    """A ledger that several servers share, and its board.

    Parameters
    ----------
    ledger : Ledger
        Nobody operates on its accounts in any other way.
    board : Board
        In the same database.
    delay_ms : int
        The longest that a message takes, and by how much clocks may differ. Slower is a partition.
    span_ms : int
        How far ahead a call is promised to run. It is what a server can go on without us, and what
        others may have to wait for if it is lost.
    patience_ms : int, optional
        How long after its instant a plan may wait for a promise to be given back. Default: four
        delays: one for the last news of what came before it, three for a recall and its answer.
    loaders : mapping, optional
        Of price curves, as of `Ledger.open`.

    Source
    ------
    own; docs/decisions/0120.
    """

    def __init__(
        self,
        ledger: Ledger,
        board: Board,
        *,
        delay_ms: int,
        span_ms: int = 30_000,
        patience_ms: int | None = None,
        loaders: Loaders | None = None,
    ) -> None:
        if delay_ms < 1 or span_ms < 8 * delay_ms:
            raise InputError(
                f"delay_ms must be 1 or more and span_ms eight times as much, "
                f"not {delay_ms} and {span_ms}"
            )
        self.ledger, self.board = ledger, board
        self.delay_ms, self.span_ms = delay_ms, span_ms
        self._patience_ms = 4 * delay_ms if patience_ms is None else patience_ms
        self._loaders = dict(loaders or {})
        self._teller = Teller(span_ms, self._loaders)

    def exchange(
        self,
        server: str,
        now_ms: int,
        items: Sequence[Item] = (),
        acks: Sequence[tuple[str, int, int]] = (),
        asks: Sequence[str] = (),
    ) -> Reply:
        """Take what a server says, and tell it what it asks. May be sent again.

        Parameters
        ----------
        server : str
        now_ms : int
            When it said so, by its clock.
        items : sequence of Item
            Operations that it plans or reports.
        acks : sequence of (str, int, int)
            Of a call: the epoch that the server knows, and until when the call may still run.
        asks : sequence of str
            Calls of its own of which it wants to hear, and have its promise made longer.

        Raises
        ------
        StoreError, StoreUnsure
            Say it again.

        Source
        ------
        own; docs/decisions/0120.
        """
        if asks or any(item.method == "start_call" for item in items):
            self.board.listen()  # it has calls: what moves them may be called out from now on
        with self.board.taken() as table:
            touched: set[str] = set()
            for ack in acks:
                self._acknowledge(table, server, ack, touched)
            strange = {item.request_id for item in items if not self._receive(table, item, touched)}
            closes_ms = max(table.closed_ms(), now_ms - self.delay_ms)
            self._collect(table, closes_ms, touched)
            self._decide(table, now_ms, touched)
            self._do(table, closes_ms, touched)
            asked = list(dict.fromkeys([*asks, *(i.call_id for i in items if i.call_id)]))
            words = self.ledger._store.read(
                lambda view: self._teller.tell(
                    view, table, server, now_ms, asked=asked, touched=touched
                )
            )
            states = {}
            for item in items:
                found = table.find(item.request_id)
                assert found is not None
                states[item.request_id] = (found.state, found.code)
            states.update(dict.fromkeys(strange, ("refused", RequestConflict.__name__)))
            return Reply(words, states, table.closed_ms())

    # What comes in --------------------------------------------------------------------------------

    @staticmethod
    def _acknowledge(
        table: Table, server: str, ack: tuple[str, int, int], touched: set[str]
    ) -> None:
        """Take a promise back as far as its holder gives it back."""
        call_id, epoch, until_ms = ack
        lease = table.lease(call_id)
        if lease is None or lease.server != server or lease.epoch != epoch:
            return  # of another epoch: the holder has yet to hear of the last recall
        if lease.recall_ms is not None:
            until_ms = min(max(until_ms, lease.recall_ms), lease.until_ms)
            table.put_lease(lease._replace(until_ms=until_ms, recall_ms=None))
            touched.update(lease.accounts)

    def _receive(self, table: Table, item: Item, touched: set[str]) -> bool:
        """Write an item down; return false where its id was used for something else."""
        known = table.find(item.request_id)
        if known is not None and not item.asks_as(known):
            return False
        if known is not None and known.code != "late":
            return True
        if item.at_ms > table.closed_ms():
            item = replace(item, state="waiting", code="")
        elif item.method in ENDS:
            item = replace(item, state="done", code=self._run_late(item))
        else:
            item = replace(item, state="refused", code="late")
        touched.update(item.accounts)
        if known is None:
            table.add(item)
        else:
            table.put(replace(item, order=known.order))
        return True

    def _run(self, item: Item) -> tuple[str, str]:
        try:
            return "done", run(item, self.ledger, self._loaders)
        except (InputError, AmountOverflow) as error:
            return "refused", type(error).__name__

    def _run_late(self, item: Item) -> str:
        """End a call at its own instant after that was closed, in the customer's favour."""
        _, code = self._run(item)
        call_id = item.call_id
        assert call_id is not None
        call = self.ledger._store.read(lambda view: view.call(call_id))
        if call is not None and call.reason == "recovered" and call.ended_ms is not None:
            # It was ended at the end of its promise, for want of news; now we hear of it.
            if call.start_ms < item.at_ms < call.ended_ms and item.method == "end_call":
                self.ledger.refund(
                    call_id, policy="rerate", until_ms=item.at_ms - call.start_ms,
                    at=max(call.ended_ms, item.at_ms), request_id=f"{item.request_id}:back",
                )  # fmt: skip
        return code

    def _collect(self, table: Table, closes_ms: int, touched: set[str]) -> None:
        """End calls whose promise ran out and whose server has not been heard of since."""
        for lease in table.ran_out(closes_ms):
            call_id = lease.call_id
            call = self.ledger._store.read(lambda view, name=call_id: view.call(name))  # type: ignore[misc]
            if call is None:
                start = table.start_of(call_id)
                if start is None or start.state not in ("filed", "waiting"):
                    table.drop_lease(call_id)
                    continue
            elif call.state != "running":
                table.drop_lease(call_id)
                continue
            elif call.cutoff_ms is not None and call.cutoff_ms <= lease.until_ms:
                continue  # it ends there by the law
            request_id = f"{call_id}:lost:{lease.epoch}"
            if table.find(request_id) is None and lease.until_ms > table.closed_ms():
                arguments = {"call_id": call_id, "last_alive_ms": lease.until_ms}
                table.add(
                    Item(
                        request_id, lease.server, "recover", lease.accounts, lease.until_ms,
                        arguments, state="filed",
                    )
                )  # fmt: skip
                touched.update(lease.accounts)

    # Deciding -------------------------------------------------------------------------------------

    def _decide(self, table: Table, now_ms: int, touched: set[str]) -> None:
        """File what breaks no promise; recall promises that stand against the law."""
        for item in table.pending():
            if item.state == "waiting":
                touched.update(item.accounts)
                self.ledger._store.read(
                    lambda view, one=item: self._decide_one(table, view, one, now_ms)  # type: ignore[misc]
                )

    def _decide_one(self, table: Table, view: Reading, item: Item, now_ms: int) -> None:
        family = family_of(view, table.pending(), item.accounts)
        faults: dict[str, str] = {}
        ends = foresee(view, family, family.items, self._loaders, faults)
        if item.request_id in faults and item.method not in ENDS:
            table.put(replace(item, state="refused", code=faults[item.request_id]))
            return
        broken = self._broken(table, ends)
        if not broken:
            table.put(replace(item, state="filed"))
            return
        for lease, end in broken:
            self._recall(table, lease, end)
        overdue = now_ms >= item.at_ms + self._patience_ms
        if item.method in ENDS or (overdue and item.method not in YIELDS):
            table.put(replace(item, state="filed"))  # it has happened, whatever was promised
        elif overdue:
            settled = self._without_promises(table, view, family, item)
            table.put(settled)
            if settled.state == "refused" and item.call_id is not None:
                call_id, turn = item.call_id, table.turn()
                word = Word(call_id, item.at_ms, 0, 0, True, True, False, "promised", turn)
                table.hint(item.server, json.dumps(word))

    @staticmethod
    def _broken(table: Table, ends: dict[str, End]) -> list[tuple[Lease, int]]:
        """Return the promises that the law would break, and where it would end their calls."""
        found = []
        for lease in table.leases_of(sorted(ends)):
            end = ends[lease.call_id]
            sooner = end.at_ms is not None and end.at_ms < lease.until_ms
            if sooner and (end.refused or end.reason in CUTS):
                assert end.at_ms is not None
                found.append((lease, end.at_ms))
        return found

    @staticmethod
    def _recall(table: Table, lease: Lease, end_ms: int) -> None:
        """Ask a holder to give back what it has not begun."""
        if lease.recall_ms is None or lease.recall_ms > end_ms:
            lease = lease._replace(epoch=lease.epoch + 1, recall_ms=end_ms)
            table.put_lease(lease)
        # Called out again where that was asked before: it may not have been heard.
        recall_ms = lease.recall_ms
        assert recall_ms is not None
        word = Word(
            lease.call_id, lease.told_ms, recall_ms, lease.epoch, False, False, False, "recall",
            table.turn(),
        )  # fmt: skip
        table.hint(lease.server, json.dumps(word))

    def _without_promises(self, table: Table, view: Reading, family: Family, item: Item) -> Item:
        """Return an item as it may be while promises stand: shorter, or refused."""
        refused = replace(item, state="refused", code="promised")
        others = [each for each in family.items if each.request_id != item.request_id]
        if item.method != "start_call":
            return refused
        call_id = item.call_id
        assert call_id is not None
        ends = foresee(view, family, family.items, self._loaders)
        end = ends.get(call_id)
        if end is None or end.refused or end.at_ms is None:
            return refused
        most_ms = end.at_ms - item.at_ms
        for _ in range(LIMITS_TRIED):
            most_ms //= 2
            if most_ms < 1:
                break
            arguments = {**item.arguments, "max_ms": most_ms}
            shorter = replace(item, state="filed", code="promised", arguments=arguments)
            items = sorted([*others, shorter], key=lambda each: (each.at_ms, each.order))
            if not self._broken(table, foresee(view, family, items, self._loaders)):
                return shorter
        return refused

    # Doing ----------------------------------------------------------------------------------------

    def _do(self, table: Table, closes_ms: int, touched: set[str]) -> None:
        """Have the ledger do what nothing can come before any more."""
        for item in table.pending():
            if item.at_ms > closes_ms:
                break
            if item.state == "waiting":
                closes_ms = item.at_ms - 1  # what comes after it waits with it
                break
            state, code = self._run(item)
            table.put(replace(item, state=state, code=item.code or code))
            touched.update(item.accounts)
        if closes_ms <= table.closed_ms():
            return
        if self.ledger._store.read(lambda view: view.due_calls(closes_ms)):
            for ended in self.ledger.settle_due(at=closes_ms):
                lease = table.lease(ended.call_id)
                if lease is not None:
                    touched.update(lease.accounts)
        table.put_closed(closes_ms)
