"""What the ledger needs of a price, and what it uses where there is more."""

from __future__ import annotations

import pytest
from tests.ledger.pricing import Flat, curve_of
from tests.ledger.table import T0

from securecall.errors import InputError, InputTypeError
from securecall.ledger.curve import (
    PriceCurve,
    checked,
    dumped,
    final_micros,
    loaded,
    parts_micros,
)

TAXED = {
    "rates": [[0, 210_000]],
    "initial_ms": 60_000,
    "increment_ms": 60_000,
    "taxes": [{"name": "ny", "pct": "8.875", "unit": 10_000}],
}


def test_five_lines_make_a_curve() -> None:
    class Cent:
        next = bought = lambda self, ms: ms // 1_000 * 1_000 + 1_000
        total_micros = staticmethod(lambda ms: -(-ms // 1_000) * 10_000)
        reach_micros = staticmethod(lambda balance: balance // 10_000 * 1_000)

    assert isinstance(checked(Cent()), PriceCurve)
    assert final_micros(Cent(), 5_000, 4_200) == 50_000
    assert parts_micros(Cent(), 5_000, 4_200) == {"revenue": 50_000}


@pytest.mark.parametrize("name", ["total_micros", "next", "bought", "reach_micros"])
def test_what_a_curve_lacks_is_named(name: str) -> None:
    lacking = type("Lacking", (Flat,), {name: None})()
    with pytest.raises(InputTypeError, match=name):
        checked(lacking)


def test_a_real_curve_says_what_is_tax() -> None:
    curve = curve_of(TAXED, T0)
    assert parts_micros(curve, 120_000, 61_000) == {"revenue": 420_000, "tax:ny": 40_000}
    assert parts_micros(curve, 0, 0) == {"revenue": 0}
    assert final_micros(curve, 0, 0) == 0


def test_a_curve_comes_back_from_its_bytes() -> None:
    curve = curve_of(TAXED, T0)
    back = loaded(dumped(curve), {})
    assert back == curve
    assert parts_micros(back, 60_000, 60_000) == parts_micros(curve, 60_000, 60_000)
    assert loaded(dumped(Flat(5)), {"flat/1": Flat.loads}).total_micros(1) == 5


def test_bytes_that_are_no_curve_are_refused() -> None:
    with pytest.raises(InputError, match="curves="):
        loaded(dumped(Flat()), {})
    for body in (b"", b"[]", b"{}", b"\xff"):
        with pytest.raises(InputError, match="format"):
            loaded(body, {})
    with pytest.raises(InputTypeError, match="dumps"):
        dumped(object())  # type: ignore[arg-type]
