"""Parts as plain JSON and back; sums are added exactly."""

from __future__ import annotations

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from securecall.spread.part import Made, Part, Written, added

SUMS = st.dictionaries(
    st.text(max_size=5),
    st.one_of(st.integers(), st.decimals(allow_nan=False, allow_infinity=False, places=6)),
)


@given(SUMS, st.integers(0))
def test_what_was_made_comes_back_from_its_json(sums: dict[str, int | Decimal], rows: int) -> None:
    made = Made(
        Part("a.parquet", {"file": "é", "first": 3}, "s"),
        Written(rows, sums, {"statuses": {"ok": 3}}),
        5,
        "ff",
    )
    again = Made.from_dict(json.loads(json.dumps(made.to_dict())))
    assert again == made
    assert {name: type(value) for name, value in again.written.sums.items()} == {
        name: type(value) for name, value in sums.items()
    }


def test_sums_are_added_by_name() -> None:
    total = added([{"a": 1, "m": Decimal("0.1")}, {"m": Decimal("0.2"), "b": 2}, {"a": 3}])
    assert total == {"a": 4, "m": Decimal("0.3"), "b": 2}
    assert list(total) == ["a", "m", "b"]
    assert added([]) == {}
