"""The table of a facility against one ruling at a time."""

from __future__ import annotations

import pickle
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from securecall.errors import InputError
from securecall.regulation import Commission, Rules, RulingTable
from securecall.regulation.words import BILL_GROUP_OF, BILL_TYPES, MEDIA, RELAYS

COST = Decimal("0.031")
OWN = """regime,effective_from,effective_to,medium,jurisdiction,bill_type,facility_kind,adp_min,\
adp_max,cap_usd_per_minute,component,component_usd_max,citation,facility,replaces
low,2022-03-01,2026-09-30,audio,intrastate interstate,all,all,,,0.09,none,,memo,a,
wide,2025-01-15,,all,all,collect,jail,200,499,0.3,additive,0.02,waiver,,FCC2024 FCC2025_interim
none,2026-05-01,2026-05-01,all,all,all,all,,,,none,,holiday,b,FCC2025_interim low
"""


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    path = tmp_path_factory.mktemp("rules") / "own.csv"
    path.write_text(OWN)
    return Rules.load([path])


profiles = st.fixed_dictionaries(
    {
        "facility_kind": st.sampled_from(["prison", "jail"]),
        "adp": st.sampled_from([None, 0, 49, 50, 99.5, 100, 349, 350, 499, 999, 1000, 5000]),
        "state": st.sampled_from([None, "TX", "CA", "CO", "CT", "IL", "MA", "MN", "NJ", "NY"]),
        "commission": st.sampled_from(
            [None, "0.0137", Commission("0.05", "law"), {"per_minute": "0.2", "kind": "law"}]
        ),
        "additive": st.sampled_from([None, "0", "0.005", "0.5"]),
        "opt_out": st.sampled_from([(), ("NY_DOCCS_free",)]),
        "facility": st.sampled_from([None, "a", "b"]),
    }
)
known = st.sampled_from(
    [None, *(date.fromisoformat(day) for day in (
        "2013-01-01", "2016-03-01", "2021-08-20", "2024-09-20", "2025-06-29", "2025-07-31",
        "2025-12-04", "2025-12-05"))]
)  # fmt: skip


def agree(rules: Rules, table: RulingTable, profile: dict[str, Any], day: date) -> None:
    index = table.interval(day)
    for medium in MEDIA:
        for jurisdiction in ("intrastate", "interstate", "international", "mixed"):
            for bill_type in BILL_TYPES:
                for relay in RELAYS:
                    cell = table.cell(index, medium, jurisdiction, BILL_GROUP_OF[bill_type], relay)
                    one = rules.ruling(
                        day,
                        medium=medium,
                        jurisdiction=jurisdiction,
                        bill_type=bill_type,
                        relay=relay,
                        termination_per_minute=COST,
                        **profile,
                    )
                    assert (one.state, one.state_share, one.per_call) == (
                        cell.state,
                        cell.state_share,
                        cell.per_call,
                    )
                    federal = cell.federal
                    if federal is not None:
                        federal = federal.with_termination(COST)
                    assert one.federal == federal
                    assert cell.candidates == ()


@settings(max_examples=25, deadline=None)
@given(profile=profiles, known_at=known, data=st.data())
def test_the_table_says_what_the_ruling_says(
    own: Rules, profile: dict[str, Any], known_at: date | None, data: st.DataObject
) -> None:
    rules = own.known(known_at)
    table = rules.table(**profile)
    start = data.draw(st.sampled_from(table.starts))
    day = max(start, date(2000, 1, 1)) + timedelta(days=data.draw(st.sampled_from([-1, 0, 1, 90])))
    agree(rules, table, profile, day)


@given(profile=profiles, known_at=known)
def test_equal_cells_are_one_object(
    own: Rules, profile: dict[str, Any], known_at: date | None
) -> None:
    table = own.known(known_at).table(**profile)
    cells = [cell for interval in table.rulings for cell in interval]
    assert len({id(cell) for cell in cells}) == len(set(cells))
    for part in ("federal", "state", "state_share", "per_call"):
        parts = [getattr(cell, part) for cell in cells]
        assert len({id(one) for one in parts}) == len(set(parts))


def test_a_table_has_an_interval_for_every_day() -> None:
    table = Rules.default().table(facility_kind="jail", adp=500, state="CA")
    assert table.starts[0] == date.min
    assert list(table.starts) == sorted(set(table.starts))
    assert table.interval(date.min) == 0
    assert table.interval(date.max) == len(table.starts) - 1
    assert table.starts[table.interval(date(2026, 4, 6))] == date(2026, 4, 6)
    assert table.starts[table.interval(date(2026, 4, 5))] == date(2025, 6, 30)


def test_a_bill_type_is_taken_for_its_group() -> None:
    table = Rules.default().table(facility_kind="jail", adp=500, state="CA")
    index = table.interval(date(2015, 1, 1))
    one = table.cell(index, "audio", "interstate", "direct_bill", "none")
    assert one is table.cell(index, "audio", "interstate", "collect", "none")
    assert one is not table.cell(index, "audio", "interstate", "prepaid_debit", "none")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ((0, "audoi", "interstate", "collect", "none"), "did you mean 'audio'"),
        ((0, "audio", "local", "collect", "none"), "local is a rate class"),
        ((0, "audio", "interstate", "colect", "none"), "did you mean 'collect'"),
        ((0, "audio", "interstate", "collect", "ttyy"), "did you mean 'tty'"),
        ((-1, "audio", "interstate", "collect", "none"), "interval_index must be from 0"),
        ((999, "audio", "interstate", "collect", "none"), "interval_index must be from 0"),
    ],
)
def test_a_cell_that_is_not_there_is_refused(cell: tuple[Any, ...], text: str) -> None:
    table = Rules.default().table(facility_kind="prison", adp=None, state=None)
    with pytest.raises(InputError, match=text):
        table.cell(*cell)


def test_a_table_pickles_and_stays_interned() -> None:
    table = Rules.default().table(facility_kind="jail", adp=None, state="NJ")
    again = pickle.loads(pickle.dumps(table))
    assert again == table
    cells = [cell for interval in again.rulings for cell in interval]
    assert len({id(cell) for cell in cells}) == len(set(cells))


def test_a_facility_tabulates_in_well_under_50_ms(own: Rules) -> None:
    own.table(facility_kind="jail", adp=None, state="NJ")

    def once() -> float:
        start = time.perf_counter()
        own.table(facility_kind="jail", adp=None, state="NJ")
        return time.perf_counter() - start

    assert min(once() for _ in range(10)) < 0.05
