"""The user's own files on top of the packaged ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.regulation.asking import ask, cap

from securecall.errors import RegulationError
from securecall.regulation import Rules
from securecall.regulation.library import FILES, own_rows, packaged_rows

Write = Callable[[str, str], Path]
CEILINGS = "regime,effective_from,effective_to,medium,jurisdiction,facility_kind,adp_min,adp_max,"
CEILINGS += "cap_usd_per_minute,citation,facility,replaces\n"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return put


def test_every_packaged_file_is_read_and_cites_public_sources() -> None:
    rows = packaged_rows()
    assert {row.kind for row in rows} == {name.removesuffix(".csv") for name in FILES}
    for row in rows:
        assert row.citation
        assert row.source_url.startswith("http")
        assert row.known_from > date(2010, 1, 1)
        assert row.effective_from > date(2010, 1, 1)


def test_a_row_limited_to_a_facility_touches_no_other(write: Write) -> None:
    path = write("own.csv", CEILINGS + "mine,2026-01-01,,audio,all,all,,,0.05,contract 7,a b,\n")
    rules = Rules.load([path])
    assert cap("2026-05-01", rules, facility="a") == Decimal("0.05")
    assert cap("2026-05-01", rules, facility="b") == Decimal("0.05")
    assert cap("2026-05-01", rules, facility="c") == Decimal("0.10")
    assert cap("2026-05-01", rules) == Decimal("0.10")


def test_a_row_without_replaces_is_one_more_candidate(write: Write) -> None:
    path = write("own.csv", CEILINGS + "mine,2026-01-01,,audio,all,all,,,0.50,memo,,\n")
    found = ask("2026-05-01", Rules.load([path]))
    assert found.ceiling is not None
    assert found.ceiling.per_minute == Decimal("0.10")
    mine = [one for one in found.candidates if one.regime == "mine"]
    assert mine[0].reason == "higher than FCC2025_interim: $0.50 against $0.10 a minute"


def test_a_replacing_row_displaces_for_the_calls_it_fits_and_no_others(write: Write) -> None:
    line = "mine,2026-01-01,,audio,intrastate,all,,,0.50,waiver,,FCC2025_interim\n"
    rules = Rules.load([write("own.csv", CEILINGS + line)])
    assert cap("2026-05-01", rules, jurisdiction="intrastate") == Decimal("0.50")
    assert cap("2026-05-01", rules, jurisdiction="interstate") == Decimal("0.10")
    assert cap("2026-05-01", rules, jurisdiction="mixed") == Decimal("0.10")
    assert cap("2026-05-01", rules, medium="video") == Decimal("0.19")
    found = ask("2026-05-01", rules, jurisdiction="intrastate")
    reasons = {one.reason for one in found.candidates if one.regime == "FCC2025_interim"}
    assert "replaced by mine" in reasons


def test_a_facility_in_a_contract_extension_keeps_the_rules_of_2021(write: Write) -> None:
    lines = (
        "ext_inter,2025-01-01,2025-06-29,audio,interstate,jail,,,0.16,contract,a,FCC2024\n"
        "ext_intra,2025-01-01,2025-06-29,audio,intrastate,jail,,,,contract,a,FCC2024\n"
    )
    rules = Rules.load([write("own.csv", CEILINGS + lines)])
    here = {"facility": "a", "rules": rules}
    assert cap("2025-02-01", **here) == Decimal("0.16")
    assert cap("2025-02-01", **here, jurisdiction="intrastate") is None
    assert cap("2025-02-01", rules, jurisdiction="intrastate") == Decimal("0.06")
    found = ask("2025-02-01", **here, jurisdiction="intrastate")
    reasons = [one.reason for one in found.candidates if one.regime == "ext_intra"]
    assert reasons == ["says that no ceiling applies"]


def test_a_state_row_can_be_exempted(write: Write) -> None:
    text = (
        "state,regime,effective_from,cap_usd_per_minute,legal_nature,citation,facility,replaces\n"
    )
    text += "CA,federal_site,2020-01-01,,exempt,run by the BOP,fci-x,CA_SB1008_free\n"
    rules = Rules.load([write("own.csv", text)])
    prison = {"state": "CA", "facility_kind": "prison", "adp": None}
    assert cap("2026-05-01", rules, **prison, facility="fci-x") == Decimal("0.11")
    assert cap("2026-05-01", rules, **prison) == 0


def test_a_cost_share_can_be_added(write: Write) -> None:
    text = "state,regime,effective_from,cap_usd_per_minute,state_paid_share,legal_nature,citation\n"
    text += "TX,grant,2026-01-01,,0.5,statute_cost_share,act\n"
    found = ask("2026-05-01", Rules.load([write("own.csv", text)]))
    assert found.state_share is not None
    assert found.state_share.source == "grant"
    assert found.state is None


def test_a_per_call_bar_can_be_lifted_for_one_facility(write: Write) -> None:
    text = "regime,effective_from,per_call,citation,facility,replaces\n"
    text += "waiver,2026-04-06,allowed,DA 26-1,a,FCC2025_no_per_call\n"
    rules = Rules.load([write("own.csv", text)])
    assert ask("2026-05-01", rules, facility="a").per_call is None
    assert ask("2026-05-01", rules).per_call is not None


def test_a_relay_rule_can_be_replaced(write: Write) -> None:
    text = "regime,relay,effective_from,share_of_audio,citation,replaces\n"
    text += "mine,tty,2026-01-01,0.1,policy,FCC2022_TTY\n"
    assert cap("2026-05-01", Rules.load([write("own.csv", text)]), relay="tty") == Decimal("0.01")


def test_a_longer_state_period_of_inactivity_wins(write: Write) -> None:
    text = "regime,effective_from,days,citation,state\nlong,2020-01-01,1095,act,TX\n"
    rules = Rules.load([write("own.csv", text)])
    for state, days in (("TX", 1095), ("CA", 180), (None, 180)):
        found = rules.inactivity_rule(date(2026, 5, 1), state=state)
        assert found is not None
        assert found.days == days


def test_a_row_of_the_user_has_a_memory_too(write: Write) -> None:
    text = CEILINGS.strip() + ",known_from\n"
    text += "mine,2026-01-01,,audio,all,all,,,0.05,memo,,,2026-06-01\n"
    path = write("own.csv", text)
    assert cap("2026-07-01", Rules.load([path])) == Decimal("0.05")
    early = Rules.load([path], known_at=date(2026, 5, 31))
    assert cap("2026-07-01", early) == Decimal("0.10")


def test_all_faults_of_all_files_come_at_once(write: Write) -> None:
    first = write(
        "first.csv",
        "# a comment\n"
        + CEILINGS
        + "mine,2026-13-01,,radio,all,all,,,-0.05,memo,,\n"
        + "mine,2026-01-01,,audio,all,all,,,0.05,memo,,FCC2025_interm\n",
    )
    second = write("second.csv", "regim,effective_from,days,citation\nx,2020-01-01,180,c\n")
    missing = first.parent / "missing.csv"
    with pytest.raises(RegulationError) as caught:
        Rules.load([first, second, missing])
    faults = [(Path(f.file).name, f.line, f.key, f.nearest) for f in caught.value.faults]
    assert faults == [
        ("first.csv", 3, "effective_from", None),
        ("first.csv", 3, "medium", "audio"),
        ("first.csv", 3, "cap_usd_per_minute", None),
        ("second.csv", 1, "regim", "regime"),
        ("second.csv", 1, "regime", None),
        ("missing.csv", None, "file", None),
        ("first.csv", 4, "replaces", "FCC2025_interim"),
    ]
    assert "cannot be read: No such file" in str(caught.value)


def test_a_file_that_is_not_utf_8_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(b"regime\xff\n")
    with pytest.raises(RegulationError, match="it is not UTF-8"):
        own_rows([path])


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("regime,effective_from,days,citation\nx,2020-01-01,200,c\n", "utf-8-sig")
    assert [row.regime for row in own_rows([path])] == ["x"]


def test_rows_that_replace_each_other_are_refused(write: Write) -> None:
    lines = "a,2026-01-01,,,,,,,0.05,memo,,b\nb,2026-01-01,,,,,,,0.05,memo,,a\n"
    with pytest.raises(RegulationError, match="lead back") as caught:
        Rules.load([write("own.csv", CEILINGS + lines)])
    assert len(caught.value.faults) == 2
