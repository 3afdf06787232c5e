"""The first two stages of the admission check: the facility and the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from securecall.calls.orders import ORDER_KINDS, Order
from securecall.calls.reasons import Reason, reason

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.facility import Facility
    from securecall.calls.schedule import Schedule
    from securecall.calls.traffic import Traffic

__all__ = ["place_reasons"]


def place_reasons(
    facility: Facility, attempt: CallAttempt, at_ms: int, traffic: Traffic
) -> list[Reason]:
    """Return what facility and terminal say against a call, in the order of the table.

    Where the terminal is not known, nothing more is asked about it.
    """
    terminal = facility.terminals.get(attempt.terminal)
    area = None if terminal is None else terminal.area
    found = [
        reason(ORDER_KINDS[kind], detail=order.told)
        for kind, order in _latest(facility.holding(at_ms, area)).items()
    ]
    if facility.schedule is not None and not facility.schedule.open_at(at_ms):
        found.append(reason("facility_schedule", detail=_opens(facility.schedule, at_ms)))
    if traffic.is_full(facility):
        found.append(reason("facility_congested"))
    if attempt.medium not in facility.media:
        found.append(reason("medium_not_offered", detail=attempt.medium))
    if attempt.bill_type not in facility.bill_types:
        found.append(reason("bill_type_not_offered", detail=attempt.bill_type))
    if terminal is None:
        found.append(reason("terminal_unknown", detail=attempt.terminal))
        return found
    state = facility.terminals.state_at(terminal.id, at_ms)
    if state != "working":
        found.append(reason(f"terminal_{state}"))
    if terminal.hours is not None and not terminal.hours.open_at(at_ms):
        found.append(reason("terminal_hours", detail=_opens(terminal.hours, at_ms)))
    if traffic.count("terminal", terminal.id):
        found.append(reason("terminal_busy"))
    return found


def _latest(orders: tuple[Order, ...]) -> dict[str, Order]:
    """Return the order of each kind that holds longest."""
    found: dict[str, Order] = {}
    for each in orders:
        other = found.get(each.kind)
        if other is None or (
            other.ends_ms is not None and (each.ends_ms is None or each.ends_ms > other.ends_ms)
        ):
            found[each.kind] = each
    return found


def _opens(schedule: Schedule, at_ms: int) -> str:
    opens_ms = schedule.opens_ms(at_ms)
    if opens_ms is None:
        return "does not open within a week"
    return f"opens {schedule.local(opens_ms).isoformat()}"
