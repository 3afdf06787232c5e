"""How an account went over time: every increment that calls bought, and every movement between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from securecall.ledger.rows import CallRow
from securecall.ledger.stores.door import Reading

__all__ = ["Bought", "Moment", "bought_by", "timeline"]


class Bought(NamedTuple):
    """An increment that a call bought; times from its start."""

    begins_ms: int
    ends_ms: int
    price_micros: int
    paid: tuple[tuple[str, int], ...]


class Moment(NamedTuple):
    """A change of what is available on an account.

    Attributes
    ----------
    at_ms : int
    what : str
        The kind of the entry, or ``increment`` or ``given_back``.
    ref : str
        The call, deposit, ...
    amount_micros, after_micros : int
        The change, and what was available after it.
    """

    at_ms: int
    what: str
    ref: str
    amount_micros: int
    after_micros: int


def bought_by(call: CallRow) -> Iterator[Bought]:
    """Walk what a call bought, increment by increment, with who paid it.

    Takings are kept in the order in which they were taken, so that each increment is paid by what
    follows what the one before was paid by.

    Source
    ------
    own; charging law, rules 1 to 6.
    """
    assert call.curve is not None
    left = [[name, amount] for name, amount in call.takings]
    by_second = {each[0]: each[1] for each in call.by_second}
    begins, natural_end, before = 0, 0, 0
    while begins < call.bought_ms:
        if begins >= natural_end:
            natural_end = by_second.get(begins, 0)
        if begins < natural_end:
            ends = min(begins + 1000, natural_end)
        else:
            ends = call.curve.next(begins)
        total = call.curve.total_micros(ends)
        price, paid = total - before, []
        rest = price
        while rest and left:
            part = min(rest, left[0][1])
            paid.append((str(left[0][0]), part))
            rest -= part
            left[0][1] -= part
            if not left[0][1]:
                left.pop(0)
        yield Bought(begins, ends, price - rest, tuple(paid))
        begins, before = ends, total


def timeline(view: Reading, account: str, at_ms: int | None = None) -> list[Moment]:
    """Return every change of what was available on an account, in the order of the law.

    Parameters
    ----------
    view : Reading
    account : str
    at_ms : int, optional
        Up to this instant. Running calls are shown as far as their rows say.

    Source
    ------
    own; charging law, rule 7.
    """
    changes: list[tuple[tuple[int, int, int, int], str, str, int]] = []
    calls = []
    for entry in view.entries(account, 0):
        if entry.kind == "charge":
            calls.append(entry.ref)
        elif entry.kind != "correction":
            key = (entry.at_ms, 0, entry.seq, 0)
            changes.append((key, entry.kind, entry.ref, entry.amount_micros))
    row = view.account(account)
    running = [] if row is None else row.running
    for call_id in dict.fromkeys([*calls, *running]):
        call = view.call(call_id)
        assert call is not None
        for number, piece in enumerate(bought_by(call)):
            amount = -sum(part for name, part in piece.paid if name == account)
            begins = call.start_ms + piece.begins_ms
            key = (begins, 1, call.start_ms, (call.order << 24) + number)
            if amount:
                changes.append((key, "increment", call_id, amount))
    changes.sort(key=lambda each: each[0])
    moments, after = [], 0
    for (when, *_), what, ref, amount in changes:
        if at_ms is not None and when > at_ms:
            break
        after += amount
        moments.append(Moment(when, what, ref, amount, after))
    return moments
