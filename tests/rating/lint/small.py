"""Tariffs of a few lines, and what lint says of them, every witness shown on the way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tests.rating.lint.proofs import prove

from securecall.rating.lint import Finding
from securecall.rating.lint.period import period_of
from securecall.rating.lint.sites import Survey
from securecall.rating.tariff import Tariff

SAFE = 'steps = [{ price = "0.05", per_ms = 60_000, increment_ms = 60_000 }]'


def rate(name: str, *lines: str, steps: str = SAFE) -> str:
    """Write a rate."""
    return "\n".join(["[[contract.rate]]", f'id = "{name}"', *lines, steps, ""])


def sold(price: str, increment_ms: int = 60_000) -> str:
    """Write one step: so many dollars a minute, sold so many milliseconds at a time."""
    step = f'price = "{price}", per_ms = 60_000, increment_ms = {increment_ms}'
    return f"steps = [{{ {step} }}]"


def small(
    *rates: str,
    facility: str = "",
    head: str = "",
    tail: str = "",
    decks: Mapping[str, str] | None = None,
    **facility_keys: Any,
) -> Tariff:
    """Load a tariff of one jail in Houston, whose ceiling is $0.10 a minute since 2026-04-06."""
    keys = {
        "id": "f", "kind": "jail", "adp": 8932, "state": "TX", "timezone": "America/Chicago",
        "contract": "c", **facility_keys,
    }  # fmt: skip
    lines = [
        f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}"
        for key, value in keys.items()
        if value is not None
    ]
    text = "\n".join(
        [head, "[[facility]]", *lines, facility, "[[contract]]", 'id = "c"', *rates, tail]
    )
    return Tariff.loads(text, file="t.toml", decks=decks)


def found(
    tariff: Tariff, since: date | datetime | None = None, until: date | datetime | None = None
) -> list[Finding]:
    """Return what lint says, after every witness has shown its finding."""
    findings = tariff.lint(since=since, until=until)
    for finding in findings:
        prove(tariff, finding)
    return findings


def told(tariff: Tariff, **bounds: Any) -> list[tuple[str, str, str]]:
    """Return code, severity and message of every finding."""
    return [(one.code, one.severity, one.message) for one in found(tariff, **bounds)]


def only(tariff: Tariff, code: str, **bounds: Any) -> Finding:
    """Return the one finding of a code."""
    [finding] = [one for one in found(tariff, **bounds) if one.code == code]
    return finding


def survey_of(tariff: Tariff, **bounds: Any) -> Survey:
    """Return the survey of a tariff's first contract."""
    period = period_of(tariff.document, tariff.rules, bounds.get("since"), bounds.get("until"))
    return Survey(tariff, tariff.document.contracts[0], period)
