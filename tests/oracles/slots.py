"""Rate slots as CGRateS has them, turned into a tariff file and a call of ours.

A case has tariffs side by side. Each is a list of slots (from `group_start_s` on, `rate` per
`rate_unit_s`, sold by `rate_increment_s`), a connect fee, a rounding and a `timing`: it is in
force from `start_time` until the next start time of that day among tariffs of the same weight. A
greater weight goes before a smaller one; no timing means always.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

__all__ = ["adapt", "cost_micros"]

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MODES: Final = {"*middle": "half_up", "*up": "up", "*down": "down"}
NUMBER: Final = "1000"  # for a case that names no destination
MONEY_DECIMALS: Final = 6


def adapt(case: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a case's tariff file and its call, for `charging.rate`."""
    call = case["call"]
    start = _instant(call["start"])
    length = (
        _instant(call["end"]) - start
        if "end" in call
        else timedelta(milliseconds=_ms(call["duration_s"]))
    )
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return _tariff(case, year=start.year), {
        "facility": "somewhere",
        "number": call.get("destination", NUMBER),
        "start_ms": (start - epoch) // timedelta(milliseconds=1),
        "duration_ms": length // timedelta(milliseconds=1),
    }


def cost_micros(case: Mapping[str, Any]) -> int:
    """Return what an exact rater gives for a case, micro-dollars."""
    return int(Decimal(case["accept"]["cost"]).scaleb(MONEY_DECIMALS))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _ms(seconds: str) -> int:
    whole, rest = divmod(Decimal(seconds) * 1000, 1)
    assert rest == 0, "times of a case are whole milliseconds"
    return int(whole)


def _tariff(case: Mapping[str, Any], *, year: int) -> str:
    rows: Sequence[Mapping[str, Any]] = case["tariff"]
    roundings = {(row["rounding_method"], row["rounding_decimals"]) for row in rows}
    assert len(roundings) == 1, "the rounding is the tariff's, not a rate's"
    ((method, decimals),) = roundings
    # More than six decimals are finer than any amount of ours.
    unit = Decimal(1).scaleb(-min(decimals, MONEY_DECIMALS))
    holidays = sorted({day for row in rows for day in _dates(row["timing"], year)})
    lines = [
        f'rounding = {{ mode = "{MODES[method]}", unit = "{unit:f}" }}',
        "[[facility]]",
        'id = "somewhere"',
        'kind = "jail"',
        "adp = 100",
        'state = "TX"',
        'timezone = "UTC"',
        'contract = "slots"',
        'regulation = "none"',
        f"holidays = {_list(holidays)}",
        "[[contract]]",
        'id = "slots"',
    ]
    prefixes = [row["prefix"] for row in case.get("deck", ())]
    destinations = ["+" + prefix.lstrip("+") for prefix in prefixes] or ["any"]
    for place, row in enumerate(rows):
        for destination in destinations:
            name = f"{place}-{destination.lstrip('+')}"
            lines += _rate(row, rows, name=name, destination=destination)
    return "\n".join(lines) + "\n"


def _rate(
    row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], *, name: str, destination: str
) -> list[str]:
    steps = ", ".join(
        f'{{ from_ms = {_ms(slot["group_start_s"])}, price = "{slot["rate"]}", '
        f"per_ms = {_ms(slot['rate_unit_s'])}, increment_ms = {_ms(slot['rate_increment_s'])} }}"
        for slot in row["slots"]
    )
    lines = [
        "[[contract.rate]]",
        f'id = "{name}"',
        f"destinations = {_list([destination])}",
        f'connect_fee = "{row["connect_fee"]}"',
        f"steps = [{steps}]",
        f"priority = {row['weight']}",
    ]
    windows = _windows(row, rows)
    if windows:
        lines.append(f"when = [{', '.join(windows)}]")
    # The strategy *disconnect ends a call and prices nothing; that is the ledger's affair.
    if row.get("max_cost_strategy") == "*free":
        lines.append(f'max_total = "{row["max_cost"]}"')
    return lines


def _windows(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write when a row is in force: one window for all the days on which it ends alike."""
    timing = row["timing"]
    if timing is None:
        return []
    start = timing["start_time"]
    if "month_days" in timing:
        assert "weekdays" not in timing, "a window is on days or on holidays, never on both at once"
        return [f'{{ holidays = true, from = "{_clock(start)}", to = "24:00" }}']
    days_by_end: dict[str, list[str]] = {}
    for weekday in timing.get("weekdays", range(1, 8)):
        later = [
            other["timing"]["start_time"]
            for other in rows
            if other["timing"] is not None
            and other["weight"] == row["weight"]
            and "month_days" not in other["timing"]
            and weekday in other["timing"].get("weekdays", range(1, 8))
            and other["timing"]["start_time"] > start
        ]
        days_by_end.setdefault(min(later, default="24:00:00"), []).append(WEEKDAYS[weekday - 1])
    return [
        f'{{ days = {_list(days)}, from = "{_clock(start)}", to = "{_clock(end)}" }}'
        for end, days in days_by_end.items()
    ]


def _list(texts: Sequence[str]) -> str:
    return json.dumps(list(texts))  # plain text is written in TOML as in JSON


def _clock(text: str) -> str:
    """Write 08:00:00 as 08:00."""
    return text.removesuffix(":00")


def _dates(timing: Mapping[str, Any] | None, year: int) -> list[str]:
    if timing is None or "month_days" not in timing:
        return []
    return [
        date(year, month, day).isoformat()
        for month in timing["months"]
        for day in timing["month_days"]
    ]
