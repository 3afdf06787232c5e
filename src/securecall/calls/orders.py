"""Orders of staff that stop calls: the kill switch, lockdowns, maintenance.

An order holds from an instant to another, or until it is lifted. It is never removed, so that what
held at an instant can be asked for ever, and the list is the audit trail.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from securecall.errors import InputError, InputTypeError, Unknown, did_you_mean
from securecall.ledger.identifier import word
from securecall.ledger.instant import At, instant, ms_of

__all__ = ["ORDER_KINDS", "Order", "Orders"]

#: What an order can be, and the reason with which it refuses calls.
ORDER_KINDS: Final = {
    "kill_switch": "kill_switch",
    "lockdown": "facility_lockdown",
    "maintenance": "facility_maintenance",
}
FORMAT: Final = "securecall.orders/1"


@dataclass(frozen=True, slots=True)
class Order:
    """One order.

    Attributes
    ----------
    number : int
        From 1, in the order in which they were given.
    kind : {"kill_switch", "lockdown", "maintenance"}
    begins_ms : int
    ends_ms : int or None
        None: until it is lifted.
    by : str
        Who gave it.
    why : str
    area : str or None
        A part of the facility; None: all of it.
    ends_calls : bool
        Whether calls that are going on are to end.
    lifted_by : str or None
        Who ended it before its time.

    Source
    ------
    own; docs/calls.md.
    """

    number: int
    kind: str
    begins_ms: int
    ends_ms: int | None
    by: str
    why: str
    area: str | None = None
    ends_calls: bool = False
    lifted_by: str | None = None

    def holds(self, at_ms: int, area: str | None = None) -> bool:
        """Return whether it stops calls from an area at an instant.

        Parameters
        ----------
        at_ms : int
            UTC epoch milliseconds.
        area : str, optional
            A part of the facility; None: all of it.

        Source
        ------
        own.
        """
        if not self.covers(area) or at_ms < self.begins_ms:
            return False
        return self.ends_ms is None or at_ms < self.ends_ms

    def covers(self, area: str | None) -> bool:
        """Return whether it is for an area: its own, or any where it is for the whole.

        Parameters
        ----------
        area : str, optional
            A part of the facility; None: all of it.

        Source
        ------
        own.
        """
        return self.area is None or self.area == area

    @property
    def told(self) -> str:
        """What a caller may know of it."""
        if self.ends_ms is None:
            return "until staff lift it"
        return f"until {instant(self.ends_ms).isoformat()}"


class Orders:
    """Every order of a facility, past and to come.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> orders = Orders()
    >>> orders.give("lockdown", at=1_000, by="sgt-12", why="count").number
    1
    >>> [each.kind for each in orders.holding(2_000)], orders.holding(999)
    (['lockdown'], ())
    >>> orders.lift(1, at=3_000, by="sgt-12").ends_ms, orders.holding(3_000)
    (3000, ())
    """

    __slots__ = ("_orders",)

    def __init__(self) -> None:
        self._orders: list[Order] = []

    def __iter__(self) -> Any:
        """Iterate over all orders, in the order in which they were given."""
        return iter(tuple(self._orders))

    def __len__(self) -> int:
        """Return how many orders were ever given."""
        return len(self._orders)

    def give(
        self,
        kind: str,
        *,
        at: At,
        by: str,
        why: str,
        until: At | None = None,
        area: str | None = None,
        ends_calls: bool = False,
    ) -> Order:
        """Give an order.

        Parameters
        ----------
        kind : {"kill_switch", "lockdown", "maintenance"}
        at, until : datetime or int
            From when to when; ``until`` None: until it is lifted.
        by, why : str
        area : str, optional
            A part of the facility. A kill switch is for all of it.
        ends_calls : bool
            A kill switch always does.

        Raises
        ------
        InputError, InputTypeError
            An unknown kind; an end that is not after the beginning; an empty text.

        Source
        ------
        own.
        """
        if kind not in ORDER_KINDS:
            raise InputError(
                f"kind must be one of {', '.join(ORDER_KINDS)}, not {kind!r}"
                + did_you_mean(kind, ORDER_KINDS)
            )
        begins_ms = ms_of(at)
        ends_ms = None if until is None else ms_of(until, "until")
        if ends_ms is not None and ends_ms <= begins_ms:
            raise InputError("until must be after at")
        if area is not None:
            word(area, "area")
            if kind == "kill_switch":
                raise InputError("a kill switch stops every call; a lockdown can have an area")
        if type(ends_calls) is not bool:
            raise InputTypeError(f"ends_calls must be True or False, not {ends_calls!r}")
        order = Order(
            len(self._orders) + 1, kind, begins_ms, ends_ms, word(by, "by"), word(why, "why"),
            area, ends_calls or kind == "kill_switch",
        )  # fmt: skip
        self._orders.append(order)
        return order

    def lift(self, number: int, *, at: At, by: str) -> Order:
        """End an order; one that has not begun by then never does.

        Parameters
        ----------
        number : int
            Of the order.
        at : datetime or int
        by : str
            Who does it.

        Raises
        ------
        Unknown
            There is no such order.
        InputError
            It had ended before.

        Source
        ------
        own.
        """
        if not 1 <= number <= len(self._orders):
            raise Unknown("order", str(number))
        order, at_ms = self._orders[number - 1], ms_of(at)
        if order.ends_ms is not None and order.ends_ms <= at_ms:
            raise InputError(f"order {number} ended at {instant(order.ends_ms).isoformat()}")
        lifted = replace(order, ends_ms=max(at_ms, order.begins_ms), lifted_by=word(by, "by"))
        self._orders[number - 1] = lifted
        return lifted

    def holding(self, at_ms: int, area: str | None = None) -> tuple[Order, ...]:
        """Return the orders that stop calls from an area at an instant.

        Parameters
        ----------
        at_ms : int
            UTC epoch milliseconds.
        area : str, optional
            A part of the facility; None: all of it.

        Source
        ------
        own.
        """
        return tuple(each for each in self._orders if each.holds(at_ms, area))

    def next_ms(self, at_ms: int, area: str | None = None) -> int | None:
        """Return when the next order that is planned for an area begins.

        Parameters
        ----------
        at_ms : int
            UTC epoch milliseconds.
        area : str, optional
            A part of the facility; None: all of it.

        Source
        ------
        own.
        """
        planned = [
            each.begins_ms
            for each in self._orders
            if each.begins_ms > at_ms and each.covers(area) and each.ends_ms != each.begins_ms
        ]
        return min(planned, default=None)

    def dumps(self) -> str:
        """Return all orders as JSON, for a host that must know them after its restart.

        Source
        ------
        own.
        """
        return json.dumps({"format": FORMAT, "orders": [asdict(each) for each in self._orders]})

    @classmethod
    def loads(cls, text: str) -> Orders:
        """Read what `dumps` wrote.

        Parameters
        ----------
        text : str

        Raises
        ------
        InputError
            It is something else.

        Source
        ------
        own.
        """
        try:
            values = json.loads(text)
            if values["format"] != FORMAT:
                raise InputError(f"orders must be of format {FORMAT!r}, not {values['format']!r}")
            found = cls()
            for each in values["orders"]:
                given = found.give(
                    each["kind"], at=each["begins_ms"], by=each["by"], why=each["why"],
                    area=each["area"], ends_calls=each["ends_calls"],
                )  # fmt: skip
                ends_ms, lifted_by = each["ends_ms"], each["lifted_by"]
                if ends_ms is not None:
                    ends_ms = ms_of(ends_ms, "ends_ms")
                    if ends_ms < given.begins_ms:
                        raise InputError("ends_ms must not be before begins_ms")
                lifted = None if lifted_by is None else word(lifted_by, "lifted_by")
                found._orders[-1] = replace(given, ends_ms=ends_ms, lifted_by=lifted)
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InputError(f"these are no orders: {error!r}") from None
        except json.JSONDecodeError as error:
            raise InputError(f"these are no orders: {error}") from None
        return found
