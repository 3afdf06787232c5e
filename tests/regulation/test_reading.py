"""One rules file: what is read, and every fault with its place."""

from __future__ import annotations

import pytest

from securecall.regulation.reading import read_rules
from securecall.regulation.row import CeilingRow, FeeRow

FEES = "regime,fee,effective_from,status,cap_usd,citation\n"
CEILINGS = (
    "regime,effective_from,effective_to,known_from,known_to,facility_kind,adp_min,adp_max,"
    "cap_usd_per_minute,component,component_usd_max,citation,replaces\n"
)
STATES = "state,regime,effective_from,cap_usd_per_minute,state_paid_share,legal_nature,citation\n"


def faults(text: str) -> list[str]:
    rows, found = read_rules("own.csv", text)
    assert not (found and rows)
    return [str(fault) for fault in found]


def test_lines_are_counted_with_comments_and_empty_lines() -> None:
    text = f"# one\n\n{FEES}# four\nx,other,2020-01-01,forbidden,,c\n"
    rows, found = read_rules("own.csv", text)
    assert not found
    assert (rows[0].line, rows[0].row.regime) == (5, "x")


def test_defaults_concern_every_call() -> None:
    text = "regime,effective_from,cap_usd_per_minute,citation\nx,2020-01-01,0.10,c\n"
    row = read_rules("own.csv", text)[0][0].row
    assert isinstance(row, CeilingRow)
    assert row.scope == "every call"
    assert row.component == "none"
    assert row.known(None)


def test_words_can_stand_together_and_all_stands_alone() -> None:
    head = "regime,effective_from,medium,cap_usd_per_minute,citation\n"
    row = read_rules("own.csv", head + "x,2020-01-01,video audio,0.10,c\n")[0][0].row
    assert row.medium == ("audio", "video")
    assert faults(head + "x,2020-01-01,all audio,0.10,c\n") == [
        "own.csv:2: medium = all audio: must be all alone, or without all"
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "own.csv: header: has no line with the names of columns"),
        ("# only\n", "own.csv: header: has no line with the names of columns"),
        ('"open\n', "own.csv: header: is not CSV: unexpected end of data"),
    ],
)
def test_a_file_without_header_is_a_fault(text: str, fault: str) -> None:
    assert faults(text) == [fault]


def test_a_header_of_no_kind_says_which_kinds_there_are() -> None:
    assert faults("regime,colour\n") == [
        "own.csv:1: header = regime,colour: names no kind of rules file:"
        " ceilings, fees, inactivity, per_call, relay, states"
    ]


def test_a_header_has_each_column_once_and_all_that_are_needed() -> None:
    assert faults("fee,fee,status,citatoin\n") == [
        "own.csv:1: fee: stands twice in the header",
        "own.csv:1: citatoin: is no column of a fees file; did you mean 'citation'?",
        "own.csv:1: regime: is missing from the columns",
        "own.csv:1: effective_from: is missing from the columns",
        "own.csv:1: citation: is missing from the columns",
    ]


def test_a_line_has_as_many_cells_as_the_header() -> None:
    assert faults(FEES + "x,other\n") == ["own.csv:2: row: has 2 cells, the header has 6"]


def test_broken_csv_below_the_header_is_a_fault() -> None:
    assert faults(FEES + 'x,"other\n') == ["own.csv: row: is not CSV: unexpected end of data"]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ("x,othr,2020-01-01,forbidden,,c", "fee = othr: must be one of automated_payment,"),
        ("x,other,2020-1-1,forbidden,,c", "effective_from = 2020-1-1: must be a day such as"),
        ("x,other,2020-02-30,forbidden,,c", "effective_from = 2020-02-30: must be a day"),
        ("x,other,,forbidden,,c", "effective_from: must not be empty"),
        ("x,other,2020-01-01,forbiden,,c", "did you mean 'forbidden'?"),
        ("x,other,2020-01-01,capped,,c", "cap_usd: must be given where status is capped"),
        ("x,other,2020-01-01,forbidden,1,c", "must be empty where status is forbidden"),
        ("x,other,2020-01-01,capped,1e3,c", "cap_usd = 1e3: must be plain decimal digits"),
        ("x,other,2020-01-01,capped,-1,c", "cap_usd = -1: must be 0 or more"),
        ("x,other,2020-01-01,forbidden,,", "citation: must not be empty"),
        ("x y,other,2020-01-01,forbidden,,c", "regime = x y: must be one word"),
    ],
)
def test_a_bad_fee_row_is_a_fault(cells: str, fault: str) -> None:
    (found,) = faults(FEES + cells + "\n")
    assert found.startswith("own.csv:2: ")
    assert fault in found


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ("x,2020-01-02,2020-01-01,,,,,,0.1,,,c,", "effective_to = 2020-01-01: must not be before"),
        ("x,2020-01-01,,2020-01-01,2020-01-01,,,,0.1,,,c,", "must be after known_from"),
        ("x,2020-01-01,,,,jail,9,8,0.1,,,c,", "adp_max = 8: must not be below adp_min"),
        ("x,2020-01-01,,,,prison,9,,0.1,,,c,", "only jails have tiers"),
        ("x,2020-01-01,,,,jail,many,,0.1,,,c,", "adp_min = many: must be a whole number"),
        ("x,2020-01-01,,,,,,,0.1,,,c,x", "replaces = x: must not name the row's own regime"),
        ("x,2020-01-01,,,,,,,,additive,0.02,c,", "component = additive: needs a cap"),
        ("x,2020-01-01,,,,,,,0.01,additive,0.02,c,", "must not be above the cap"),
        ("x,2020-01-01,,,,,,,0.01,,0.02,c,", "component_usd_max = 0.02: needs a component"),
    ],
)
def test_a_bad_ceiling_row_is_a_fault(cells: str, fault: str) -> None:
    assert any(fault in found for found in faults(CEILINGS + cells + "\n"))


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ("XX,x,2020-01-01,0.1,,regulator_cap,c", "state = XX: must be the two letters"),
        ("TX,x,2020-01-01,,,regulator_cap,c", "must be given for regulator_cap"),
        ("TX,x,2020-01-01,0.1,,statute_free,c", "must be 0 where calls are free"),
        ("TX,x,2020-01-01,0.1,0.5,statute_cost_share,c", "must be empty for statute_cost_share"),
        ("TX,x,2020-01-01,,,statute_cost_share,c", "state_paid_share = 0: must be above 0"),
        ("TX,x,2020-01-01,,1.5,statute_cost_share,c", "must lie between 0 and 1"),
        ("TX,x,2020-01-01,0,,exempt,c", "must be empty for exempt"),
    ],
)
def test_a_bad_state_row_is_a_fault(cells: str, fault: str) -> None:
    assert any(fault in found for found in faults(STATES + cells + "\n"))


def test_a_fee_row_keeps_its_values() -> None:
    row = read_rules("own.csv", FEES + "x,single_call,2020-01-01,capped,1.25,c\n")[0][0].row
    assert isinstance(row, FeeRow)
    assert (row.fee, str(row.cap), row.channel) == ("single_call", "1.25", None)
