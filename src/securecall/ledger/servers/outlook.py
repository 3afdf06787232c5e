"""What the law says of a family of accounts, if what is on the board comes as planned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from securecall.errors import AmountOverflow, InputError
from securecall.ledger.component import load
from securecall.ledger.curve import Loaders
from securecall.ledger.ledger import Ledger
from securecall.ledger.rows import CallRow
from securecall.ledger.servers.item import Item, run
from securecall.ledger.servers.scratch import ScratchStore
from securecall.ledger.stores.door import Reading

__all__ = ["End", "Family", "family_of", "foresee"]


class End(NamedTuple):
    """Where a call ends if nothing else happens."""

    at_ms: int | None
    reason: str
    over: bool
    refused: bool


class Family(NamedTuple):
    """Accounts that running calls or plans tie together, their calls as kept, and their plans."""

    accounts: frozenset[str]
    calls: dict[str, CallRow]
    items: list[Item]


def family_of(view: Reading, pending: Sequence[Item], accounts: Iterable[str]) -> Family:
    """Return what accounts are tied to, by what is kept and by what is planned."""
    names = set(accounts)
    while True:
        found = load(view, sorted(view.accounts_of(sorted(names))))
        wider = names | set(found.accounts)
        items = []
        for item in pending:
            if not wider.isdisjoint(item.accounts):
                wider |= set(item.accounts)
                items.append(item)
        if wider == names:
            return Family(frozenset(names), found.calls, items)
        names = wider


def end_of(row: CallRow) -> End:
    """Return where a call ends by its row."""
    if row.state == "running":
        return End(row.cutoff_ms, row.reason, False, False)
    return End(row.ended_ms, row.reason, True, row.state == "refused")


def foresee(
    view: Reading,
    family: Family,
    items: Sequence[Item],
    loaders: Loaders,
    faults: dict[str, str] | None = None,
) -> dict[str, End]:
    """Return where each call of a family ends if items come at their instants.

    Parameters
    ----------
    view : Reading
    family : Family
    items : sequence of Item
        Of the family, by instant and order of arrival.
    loaders : mapping
        Of price curves.
    faults : dict, optional
        Is told of each item, by its request id, that the ledger would not take.

    Source
    ------
    own; charging law, "Cutoff is solved, not polled": the ledger itself plays them, on scratch
    paper.
    """
    rows = dict(family.calls)
    if items:
        store = ScratchStore(view)
        paper = Ledger(store, keeps_curves=True)
        for item in items:
            try:
                run(item, paper, loaders)
            except (InputError, AmountOverflow) as error:  # of a call that never began, say
                if faults is not None:
                    faults[item.request_id] = type(error).__name__
        rows.update(store.calls)
    return {name: end_of(row) for name, row in rows.items()}
