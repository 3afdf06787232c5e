"""Where rows meet a facility."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from securecall.regulation.callkind import CallKind
from securecall.regulation.desk import Desk, Rows, fitting, standing
from securecall.regulation.profile import Profile
from securecall.regulation.row import CeilingRow, PerCallRow, RelayRow, StateRow

DAY = date(2026, 5, 1)
CALL = CallKind("audio", "intrastate", "collect")


def ceiling(regime: str, price: str | None, **more: object) -> CeilingRow:
    price_of = None if price is None else Decimal(price)
    return CeilingRow(regime=regime, effective_from=DAY, citation="c", cap=price_of, **more)


def desk(*rows: object) -> Desk:
    def of(kind: type) -> tuple[object, ...]:
        return tuple(row for row in rows if isinstance(row, kind))

    kept = Rows(of(CeilingRow), of(StateRow), of(PerCallRow), of(RelayRow))
    return Desk(kept, Profile.of(facility_kind="prison", state="TX"))


def test_the_lowest_of_the_fitting_rows_decides() -> None:
    ruling = desk(ceiling("a", "0.2"), ceiling("b", "0.1")).on(DAY).ruling(CALL)
    assert ruling.ceiling is not None
    assert ruling.ceiling.source == "b"


def test_a_replaced_row_does_not_decide() -> None:
    rows = [ceiling("low", "0.1"), ceiling("new", "0.3", replaces=("low",))]
    assert standing(rows) == rows[1:]
    ruling = desk(*rows).on(DAY).ruling(CALL)
    assert ruling.ceiling is not None
    assert ruling.ceiling.source == "new"


def test_a_row_replaces_only_where_it_fits_itself() -> None:
    video = ceiling("new", "0.3", replaces=("low",), medium=("video",))
    rows = [ceiling("low", "0.1"), video]
    assert [row.regime for row in fitting(rows, CALL)] == ["low"]


def test_a_row_without_cap_is_none_found() -> None:
    ruling = desk(ceiling("none", None)).on(DAY).ruling(CALL)
    assert ruling.ceiling is None


def test_the_larger_of_two_shares_holds_and_mixed_takes_the_smaller() -> None:
    def share(regime: str, part: str, *jurisdictions: str) -> StateRow:
        return StateRow(
            regime=regime,
            effective_from=DAY,
            citation="c",
            state="TX",
            cap=None,
            state_paid_share=Decimal(part),
            legal_nature="statute_cost_share",
            jurisdiction=jurisdictions,
        )

    day = desk(
        share("a", "0.2"), share("b", "0.5", "intrastate"), share("c", "0.3", "interstate")
    ).on(DAY)
    shares = {
        one: day.ruling(CALL._replace(jurisdiction=one)).state_share
        for one in ("intrastate", "interstate", "international", "mixed")
    }
    assert {one: part.source for one, part in shares.items() if part is not None} == {
        "intrastate": "b",
        "interstate": "c",
        "international": "a",
        "mixed": "c",
    }


def test_a_share_of_one_jurisdiction_does_not_hold_for_a_mixed_call() -> None:
    row = StateRow(
        regime="a",
        effective_from=DAY,
        citation="c",
        state="TX",
        cap=None,
        state_paid_share=Decimal("0.5"),
        legal_nature="statute_cost_share",
        jurisdiction=("intrastate",),
    )
    assert desk(row).on(DAY).ruling(CALL._replace(jurisdiction="mixed")).state_share is None


def test_either_bar_bars_a_mixed_call() -> None:
    row = PerCallRow(
        regime="bar",
        effective_from=DAY,
        citation="c",
        jurisdiction=("intrastate",),
        barred=True,
    )
    assert desk(row).on(DAY).ruling(CALL._replace(jurisdiction="mixed")).per_call is not None


def test_the_lowest_of_several_relay_shares_holds() -> None:
    def relay(regime: str, share: str) -> RelayRow:
        return RelayRow(
            regime=regime,
            effective_from=DAY,
            citation="c",
            relay="tty",
            share_of_audio=Decimal(share),
        )

    ruling = desk(ceiling("a", "0.2"), relay("x", "1"), relay("y", "0.25"))
    found = ruling.on(DAY).ruling(CALL._replace(relay="tty")).ceiling
    assert found is not None
    assert found.per_minute == Decimal("0.05")
