"""Loading, asking, and the days on which an answer can change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.regulation.asking import ask

from securecall.errors import InputError, InputTypeError
from securecall.regulation import Rules


def test_the_packaged_rules_are_loaded_once() -> None:
    assert Rules.load() is Rules.default()
    assert Rules.load(known_at=date(2025, 7, 1)) is Rules.load(known_at=date(2025, 7, 1))


def test_overrides_are_a_list_and_knowledge_a_date(tmp_path: Path) -> None:
    for one in ("own.csv", tmp_path, b"own.csv"):
        with pytest.raises(InputTypeError, match="overrides must be a list"):
            Rules.load(one)  # type: ignore[arg-type]
    with pytest.raises(InputTypeError, match="known_at must be a date"):
        Rules.load(known_at="2025-07-01")  # type: ignore[arg-type]


def test_the_same_rows_can_be_asked_at_another_knowledge() -> None:
    rules = Rules.default()
    assert rules.known(None) is rules
    assert rules.known(date(2025, 7, 1)) == Rules.load(known_at=date(2025, 7, 1))


@pytest.mark.parametrize(
    ("on", "regime"),
    [
        (date(2026, 4, 6), "FCC2025_interim"),
        (datetime(2026, 4, 6, tzinfo=UTC), "FCC2025_interim"),
        (1_775_433_600_000, "FCC2025_interim"),
        (1_775_433_599_999, "FCC2021_interim_reinstated"),
    ],
)
def test_the_day_can_be_given_in_three_ways(on: Any, regime: str) -> None:
    found = Rules.default().ruling(
        on,
        medium="audio",
        jurisdiction="interstate",
        facility_kind="jail",
        adp=2000,
        bill_type="prepaid",
        state="TX",
    )
    assert found.ceiling is not None
    assert found.ceiling.source == regime


@pytest.mark.parametrize("cost", [0.1, 1])
def test_a_termination_cost_is_not_a_float_or_int(cost: Any) -> None:
    with pytest.raises(InputTypeError, match="termination_per_minute must not be"):
        ask("2026-05-01", termination_per_minute=cost)


def test_every_change_of_a_ruling_falls_on_a_breakpoint() -> None:
    rules = Rules.default()
    edges = set(rules.breakpoints(facility_kind="prison", state="CO"))
    asked = {"facility_kind": "prison", "adp": None, "state": "CO"}
    day, last = date(2023, 6, 1), None
    while day < date(2026, 12, 31):
        now = ask(day.isoformat(), **asked)
        if last is not None and now != last:
            assert day in edges
        last = now
        day += timedelta(days=1)


def test_breakpoints_are_sorted_and_narrowed() -> None:
    rules = Rules.default()
    every = rules.breakpoints()
    assert list(every) == sorted(set(every))
    assert date(2026, 4, 6) in every
    texas = rules.breakpoints(facility_kind="jail", state="TX")
    assert set(texas) < set(every)
    assert date(2022, 10, 1) not in texas
    assert date(2016, 3, 17) not in texas
    assert date(2027, 4, 1) in Rules.load(known_at=date(2025, 7, 1)).breakpoints()
    with pytest.raises(InputError, match="did you mean 'TX'"):
        rules.breakpoints(state="Tx")


@given(
    day=st.dates(date(2010, 1, 1), date(2030, 1, 1)),
    price=st.decimals(0, "0.5", places=3),
    medium=st.sampled_from(["audio", "video"]),
    jurisdiction=st.sampled_from(["intrastate", "interstate", "international", "mixed"]),
    state=st.sampled_from(["TX", "CA", "NJ", "CO"]),
    adp=st.sampled_from([None, 10, 500, 2000]),
    relay=st.sampled_from(["none", "tty", "asl", "trs"]),
)
def test_one_more_state_cap_never_raises_a_ceiling(
    *,
    day: date,
    price: Decimal,
    medium: str,
    jurisdiction: str,
    state: str,
    adp: int | None,
    relay: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    text = "state,regime,effective_from,cap_usd_per_minute,legal_nature,citation\n"
    text += f"{state},more,2015-01-01,{price:f},regulator_cap,c\n"
    path = tmp_path_factory.mktemp("more") / "own.csv"
    path.write_text(text)
    asked = {"medium": medium, "jurisdiction": jurisdiction, "state": state, "adp": adp}
    before = ask(day.isoformat(), relay=relay, **asked).ceiling
    after = ask(day.isoformat(), Rules.load([path]), relay=relay, **asked).ceiling
    if before is not None:
        assert after is not None
        assert after.per_minute <= before.per_minute
