"""What servers are told: how their calls stand, how far they may run, and what has changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from securecall.ledger.curve import Loaders, PriceCurve
from securecall.ledger.servers.board import Table
from securecall.ledger.servers.item import Item, curve_of
from securecall.ledger.servers.lease import Lease, Word
from securecall.ledger.servers.outlook import End, Family, family_of, foresee
from securecall.ledger.stores.door import Reading

__all__ = ["Teller"]


class Teller:
    """Says how calls stand, and promises.

    Parameters
    ----------
    span_ms : int
        How far ahead a call is promised to run.
    loaders : mapping
        Of price curves.

    Source
    ------
    own; docs/decisions/0120.
    """

    def __init__(self, span_ms: int, loaders: Loaders) -> None:
        self._span_ms, self._loaders = span_ms, loaders

    def tell(
        self,
        view: Reading,
        table: Table,
        server: str,
        now_ms: int,
        *,
        asked: Sequence[str],
        touched: set[str],
    ) -> list[Word]:
        """Promise what can be promised, tell the server, and call out to others.

        Parameters
        ----------
        asked : sequence of str
            The calls of which the server wants to hear.
        touched : set of str
            The accounts of which something has changed.
        """
        pending = table.pending()
        told: dict[str, Word] = {}
        names = set(touched)
        for call_id in asked:
            names.update(_payers(view, table, call_id))
        while names:
            family = family_of(view, pending, [min(names)])
            names -= family.accounts
            waits = any(item.state == "waiting" for item in family.items)
            filed = [item for item in family.items if item.state != "waiting"]
            for call_id, end in foresee(view, family, filed, self._loaders).items():
                plan = _Plan.of(call_id, family, filed, self._loaders)
                if plan is None:
                    continue  # it was over before, and somebody reports its end
                asks = server if call_id in asked else ""
                word = self._speak(table, end, plan, now_ms, asks=asks, waits=waits)
                if asks:
                    told[call_id] = word
        return [told.get(name) or _rest(view, table, name) for name in asked]

    def _speak(
        self, table: Table, end: End, plan: _Plan, now_ms: int, *, asks: str, waits: bool
    ) -> Word:
        """Say how a call stands: to who asks, and to its server if that does not know."""
        call_id = plan.call_id
        lease, turn = table.lease(call_id), table.turn()
        owner = lease.server if lease is not None else plan.server or asks
        final = end.over and end.at_ms is not None and end.at_ms <= table.closed_ms()
        if final or end.refused:
            if final and lease is not None:
                table.drop_lease(call_id)
            word = Word(call_id, end.at_ms, 0, 0, final, end.refused, False, end.reason, turn)
            if owner and owner != asks and (lease is None or lease.told_ms != end.at_ms):
                table.hint(owner, json.dumps(word))
            return word
        known = lease is not None and lease.told_ms == end.at_ms
        if lease is None:
            until_ms = self._until(end, plan, now_ms)
            lease = Lease(call_id, owner, 1, until_ms, None, end.at_ms, plan.accounts)
        else:
            lease = lease._replace(told_ms=end.at_ms)
            if owner == asks and lease.recall_ms is None and not waits:
                until_ms = max(lease.until_ms, self._until(end, plan, now_ms))
                lease = lease._replace(until_ms=until_ms)
        if owner:
            table.put_lease(lease)
        until_ms = lease.until_ms if lease.recall_ms is None else lease.recall_ms
        word = Word(
            call_id, end.at_ms, until_ms, lease.epoch, False, False, False, end.reason, turn
        )
        if owner and owner != asks and not known:
            table.hint(owner, json.dumps(word))
        return word

    def _until(self, end: End, plan: _Plan, now_ms: int) -> int:
        """Return how far a call may be promised: whole increments, and no further than the law."""
        elapsed_ms = max(now_ms - plan.start_ms, 0) + self._span_ms
        until_ms = plan.start_ms + plan.curve.bought(elapsed_ms)
        return until_ms if end.at_ms is None else min(until_ms, end.at_ms)


class _Plan(NamedTuple):
    """What is known of a call, kept or planned."""

    call_id: str
    server: str
    start_ms: int
    curve: PriceCurve
    accounts: tuple[str, ...]

    @classmethod
    def of(
        cls, call_id: str, family: Family, filed: Sequence[Item], loaders: Loaders
    ) -> _Plan | None:
        row = family.calls.get(call_id)
        item = next(
            (each for each in filed if each.call_id == call_id and each.method == "start_call"),
            None,
        )
        if row is None:
            if item is None:
                return None
            return cls(call_id, item.server, item.at_ms, curve_of(item, loaders), item.accounts)
        assert row.curve is not None
        server = "" if item is None else item.server
        return cls(call_id, server, row.start_ms, row.curve, tuple(row.accounts))


def _payers(view: Reading, table: Table, call_id: str) -> Sequence[str]:
    """Return who pays a call, kept or planned."""
    lease = table.lease(call_id)
    if lease is not None:
        return lease.accounts
    row = view.call(call_id)
    if row is not None:
        return row.accounts
    item = table.start_of(call_id)
    return () if item is None else item.accounts


def _rest(view: Reading, table: Table, call_id: str) -> Word:
    """Say how a call stands that is over, or not begun yet."""
    row, turn = view.call(call_id), table.turn()
    if row is not None:
        refused = row.state == "refused"
        table.drop_lease(call_id)
        return Word(call_id, row.ended_ms, 0, 0, True, refused, False, row.reason, turn)
    item = table.start_of(call_id)
    if item is None:
        return Word(call_id, None, 0, 0, True, True, False, "unknown", turn)
    waits = item.state == "waiting"
    return Word(call_id, item.at_ms, 0, 0, not waits, not waits, waits, item.code, turn)
