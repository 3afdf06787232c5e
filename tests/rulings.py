"""What the packaged rules say, in the shape that the judge asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from tests.oracles.charging import Told

from securecall.regulation import Commission, Rules


@lru_cache(maxsize=20_000)
def _told(key: tuple[Any, ...]) -> Told:
    on, medium, jurisdiction, bill_type, relay, kind, adp, state, commission, additive, out = key
    ruling = Rules.default().ruling(
        on,
        medium=medium,
        jurisdiction=jurisdiction,
        facility_kind=kind,
        adp=None if adp is None else Decimal(adp),
        bill_type=bill_type,
        state=state,
        relay=relay,
        commission=None if commission is None else Commission(*commission),
        additive=additive,
        opt_out=out,
    )
    ceiling = ruling.ceiling
    return Told(
        per_minute=None if ceiling is None else ceiling.per_minute_exact,
        source=None if ceiling is None else ceiling.source,
        bars_connect=ruling.per_call is not None,
        share=None if ruling.state_share is None else ruling.state_share.share,
    )


def packaged_ruling(
    facility: Mapping[str, Any],
    on: date,
    *call: str,  # medium, jurisdiction, bill type, relay
) -> Told:
    """Answer from `securecall.regulation`, which has tests of its own."""
    commission = facility.get("commission")
    adp = facility.get("adp")
    return _told(
        (
            on, *call, facility["kind"],
            None if adp is None else str(adp), facility["state"],
            None
            if commission is None
            else (Decimal(commission["per_minute"]), commission.get("kind", "contract")),
            facility.get("additive"),
            tuple(facility.get("opt_out", ())),
        )
    )  # fmt: skip
