"""Prices for tests of the ledger: a curve in a few lines, and tariffs of the worked cases."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from securecall.rating.call import Call
from securecall.rating.curve import PriceCurve
from securecall.rating.tariff import Tariff

__all__ = ["Flat", "curve_of", "toml_of"]


class Flat:
    """So many micro-dollars an increment: all that the ledger needs of a price."""

    def __init__(self, price: int = 210_000, increment_ms: int = 60_000) -> None:
        self.price, self.increment_ms = price, increment_ms

    def next(self, bought_ms: int) -> int:
        return (bought_ms // self.increment_ms + 1) * self.increment_ms

    bought = next

    def total_micros(self, bought_ms: int) -> int:
        return -(-bought_ms // self.increment_ms) * self.price

    def reach_micros(self, balance_micros: int) -> int | None:
        if self.price == 0:
            return None
        return max(balance_micros, 0) // self.price * self.increment_ms

    def dumps(self) -> bytes:
        return json.dumps({"format": "flat/1", "of": [self.price, self.increment_ms]}).encode()

    @classmethod
    def loads(cls, body: bytes) -> Flat:
        return cls(*json.loads(body)["of"])


def _dollars(micros: Any) -> str:
    return f"{Decimal(micros) / 1_000_000:f}"


def _rate(name: str, tariff: Mapping[str, Any], rates: Any, when: str, priority: int) -> list[str]:
    initial, step_ms = tariff["initial_ms"], tariff["increment_ms"]
    # A step at a rate's edge, and one where the first increment ends: each at the rate in force.
    edges = sorted({0, initial, *(from_ms for from_ms, _ in rates)})
    steps = []
    for edge in edges:
        price = [rate for from_ms, rate in rates if from_ms <= edge][-1]
        length = initial if edge < initial else step_ms
        steps.append(
            f'{{ from_ms = {edge}, price = "{_dollars(price)}", per_ms = 60000, '
            f"increment_ms = {length} }}"
        )
    lines = ["[[contract.rate]]", f'id = "{name}"', f"steps = [{', '.join(steps)}]"]
    lines += [f"priority = {priority}", f'switch = "{tariff.get("switch", "increment_start")}"']
    if tariff.get("connect_fee"):
        lines.append(f'connect_fee = "{_dollars(tariff["connect_fee"])}"')
    if tariff.get("cap_per_started_min") is not None:
        lines.append(f'max_per_started_minute = "{_dollars(tariff["cap_per_started_min"])}"')
    if tariff.get("cap_per_call") is not None:
        lines.append(f'max_total = "{_dollars(tariff["cap_per_call"])}"')
    if tariff.get("final", "whole") != "whole":
        lines.append('final = "prorate"')
    return [*lines, when] if when else lines


def toml_of(tariff: Mapping[str, Any]) -> str:
    """Return a tariff of a worked case as a tariff file."""
    lines = [
        "[[facility]]",
        'id = "f"\nkind = "jail"\nadp = 100\nstate = "TX"',
        f'timezone = "{tariff.get("tz", "UTC")}"',
        'contract = "c"\nregulation = "none"',
        "[[contract]]",
        'id = "c"',
    ]
    lines += _rate("base", tariff, tariff["rates"], "", 0)
    for number, window in enumerate(tariff.get("windows", ())):
        when = f'when = {{ from = "{window["from"]}", to = "{window["to"]}" }}'
        lines += _rate(f"w{number}", tariff, window["rates"], when, number + 1)
    for tax in tariff.get("taxes", ()):
        lines += ["[[tax]]", f'id = "{tax["name"]}"', f'percent = "{tax["pct"]}"']
        lines.append(f'base = "{tax.get("base", "net")}"')
        mode = tax.get("mode", "half_up")
        lines.append(f'rounding = {{ mode = "{mode}", unit = "{_dollars(tax["unit"])}" }}')
    return "\n".join(lines) + "\n"


@lru_cache(maxsize=256)
def _load(text: str) -> Tariff:
    return Tariff.loads(text)


def curve_of(tariff: Mapping[str, Any], start_ms: int) -> PriceCurve:
    """Return the curve of a call that begins at an instant."""
    call = Call(facility="f", number="+17135550123", start=start_ms, duration_ms=0)
    return _load(toml_of(tariff)).curve(call)
