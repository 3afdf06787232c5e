"""Prices so high that an ordinary call cannot be counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from securecall.errors import AmountOverflow
from securecall.money import AMOUNT_MICROS_MAX
from securecall.rating.call import Call
from securecall.rating.contract import Rate
from securecall.rating.lint.finding import Finding
from securecall.rating.lint.sites import Survey
from securecall.rating.lint.spoken import duration_text
from securecall.rating.windows import DAY_MS

if TYPE_CHECKING:
    from securecall.rating.tariff import Tariff

__all__ = ["countable_ms", "overflow_findings"]

ORDINARY: Final = AMOUNT_MICROS_MAX // 1_000_000  # taxes cannot lift an amount below it too high


def _counts(tariff: Tariff, call: Call, duration_ms: int) -> bool:
    try:
        tariff.rate(replace(call, duration_ms=duration_ms))
    except AmountOverflow:
        return False
    return True


def countable_ms(tariff: Tariff, call: Call, limit_ms: int) -> int:
    """Return the longest duration up to a limit that can be rated; 0 if none can."""
    if _counts(tariff, call, limit_ms):
        return limit_ms
    low, high = 0, limit_ms
    while high - low > 1:
        middle = (low + high) // 2
        if _counts(tariff, call, middle):
            low = middle
        else:
            high = middle
    return low


def _ordinary(rate: Rate, limit_ms: int) -> bool:
    """Return whether a rate's calls are far from what cannot be counted."""
    dearest = max(step.micros_per_ms for step in rate.steps)
    longest = limit_ms + max(step.increment_ms for step in rate.steps)
    return dearest * longest + rate.connect_fee + rate.min_total < ORDINARY


def overflow_findings(survey: Survey) -> Iterator[Finding]:
    """Yield rates by which a call of at most the facility's longest, or of a day, overflows."""
    pending = {
        entry.number: set(entry.first_row if entry.deck is not None else (0,))
        for entry in survey.entries
    }
    for met in survey.outcomes():
        facility = met.site.facilities[0]
        limit_ms = facility.max_call_ms or DAY_MS
        for (_, entry), win in met.outcome.wins.items():
            whole = survey.entries[entry]
            for choice in sorted(pending[entry]):
                number: str | None = met.seen.number
                if whole.deck is not None:
                    number = met.seen.priced(entry, choice)
                if _ordinary(whole.priced(choice), limit_ms):
                    pending[entry].discard(choice)
                if number is None or choice not in pending[entry]:
                    continue
                call = met.call(win.instant_ms, number)
                longest = countable_ms(survey.tariff, call, limit_ms)
                if longest == limit_ms:
                    continue
                pending[entry].discard(choice)
                yield Finding(
                    "overflow",
                    "error",
                    f"{whole.name}: a call of {duration_text(longest + 1)} to {call.number} costs "
                    "more than can be counted and is rejected",
                    whole.where,
                    replace(call, duration_ms=longest + 1),
                    prefixes=whole.sharing[choice],
                )
