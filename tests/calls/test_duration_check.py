"""How long a call may last: the shortest of all limits governs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.calls.gates import NOON_MS, asked

from securecall.calls.decision import Limits
from securecall.calls.duration_check import limits_of
from securecall.calls.facility import Courtesy, Facility
from securecall.calls.money_check import Means
from securecall.calls.schedule import Schedule
from securecall.ledger.instant import instant
from securecall.rating.windows import Window

CHICAGO = "America/Chicago"
HOUR_MS = 3_600_000
MEANS = Means((), True, 480_000, Decimal("0.12"))


def limits(
    wants: dict[str, Any] | None = None, at_ms: int = NOON_MS, courtesy: Courtesy | None = None,
    **rules: Any,
) -> tuple[Limits, list[str]]:  # fmt: skip
    found, reasons = limits_of(
        Facility("f", CHICAGO, **rules), asked(**(wants or {})), MEANS, at_ms,
        courtesy=courtesy,
    )  # fmt: skip
    return found, [each.code for each in reasons]


@given(
    st.integers(1_000, 3_600_000), st.one_of(st.none(), st.integers(1, 3_600_000)),
    st.one_of(st.none(), st.integers(1, 3_600_000)),
)  # fmt: skip
def test_the_shortest_limit_governs(
    facility_ms: int, person_ms: int | None, planned_ms: int | None
) -> None:
    facility = Facility("f", CHICAGO, max_call_ms=facility_ms, least_call_ms=10_000)
    if planned_ms is not None:
        facility.orders.give("maintenance", at=NOON_MS + planned_ms, by="x", why="y")
    found, reasons = limits_of(facility, asked(), MEANS, NOON_MS, person_max_ms=person_ms)
    wanted = {"facility": facility_ms, "person": person_ms, "maintenance": planned_ms}
    assert found.max_ms == min(each for each in wanted.values() if each is not None)
    assert wanted[found.governs] == found.max_ms
    assert found.closes_at == (None if planned_ms is None else instant(NOON_MS + planned_ms))
    assert bool(reasons) == (found.governs == "maintenance" and found.max_ms < 10_000)
    assert (found.balance_ms, found.first_increment) == (480_000, Decimal("0.12"))


def test_a_schedule_that_closes_soon_governs_and_too_soon_refuses() -> None:
    day = Schedule(CHICAGO, (Window(from_ms=6 * HOUR_MS, to_ms=13 * HOUR_MS + 60_000),))
    found, reasons = limits(schedule=day)
    assert (found.max_ms, found.governs, reasons) == (60_000, "schedule", [])
    assert found.closes_at == instant(NOON_MS + 60_000)
    assert limits(schedule=day, least_call_ms=60_001)[1] == ["no_time_left"]
    # Where it is closed already, that is another reason's to say.
    assert limits(schedule=day, at_ms=NOON_MS + HOUR_MS)[1] == []


def test_a_relay_call_has_its_own_limit() -> None:
    rules = {"max_call_ms": 900_000, "relay_max_call_ms": 1_800_000}
    assert limits(**rules)[0].governs == "facility"
    found, _ = limits({"relay": "tty"}, **rules)
    assert (found.max_ms, found.governs) == (1_800_000, "relay")


def test_a_courtesy_call_is_short_and_free() -> None:
    found, _ = limits(courtesy=Courtesy(max_ms=60_000))
    assert (found.max_ms, found.governs) == (60_000, "courtesy")
    assert (found.balance_ms, found.first_increment) == (None, 0)
