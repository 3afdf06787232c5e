"""`docs/rating.md` says what the reader reads: every key, column, word and status, and no other."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

import pyarrow as pa
import pytest

from securecall import Call, Tariff
from securecall.rating import columns, deck, reader, toml_table
from securecall.rating.batch import RATED
from securecall.rating.contract import Rate
from securecall.rating.words import (
    BILL_TYPES,
    CLASSES,
    DAYS,
    FEE_KINDS,
    FINALS,
    JURISDICTIONS,
    KINDS,
    MEDIA,
    RELAYS,
    STATUSES,
    SWITCHES,
)

PAGE = (Path(__file__).parents[2] / "docs" / "rating.md").read_text(encoding="utf-8")

# Which of the reader's functions read the table under each heading.
READERS = {
    "Top of the file": ["read_document"],
    "Facility": ["_facility", "_adp", "holidays_of"],
    "Commission": ["_commission"],
    "Contract": ["_contract"],
    "Rate": ["_rate", "_steps", "_options", "_windows", "_period"],
    "Steps": ["_steps"],
    "When": ["window_of"],
    "Deck": ["_deck", "_options", "_windows", "_period"],
    "Tax": ["_tax", "_period"],
    "Fee": ["_fees", "_facility_names", "_period"],
    "Termination": ["_termination", "_period"],
}
# Keys that a function reads from a table inside the one that the heading is about.
INSIDE = {"_steps": {"from_ms", "price", "per_ms", "increment_ms"}}


def section(heading: str) -> str:
    """Return the text under a heading, up to the next one."""
    return re.split(rf"^#+ {re.escape(heading)}\n", PAGE, flags=re.MULTILINE)[1].split("\n#")[0]


def first_cells(heading: str, table: int = 0) -> list[str]:
    """Return the first column of a table under a heading, where it is code."""
    tables = re.split(r"\n\n", section(heading))
    bodies = [part for part in tables if part.lstrip().startswith("|")]
    return re.findall(r"^\| `([\w-]+)` \|", bodies[table], re.MULTILINE)


def keys_read(function: str) -> set[str]:
    """Return the keys that a function of the reader asks tables for."""
    found = set()
    body = ast.parse(inspect.getsource(getattr(reader, function)))
    for node in ast.walk(body):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and hasattr(toml_table.Table, node.func.attr)
            and node.func.attr not in ("fault", "done")
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            found.add(str(node.args[0].value))
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "_filter"
            and isinstance(node.args[1], ast.Constant)
        ):
            found.add(str(node.args[1].value))
    return found


@pytest.mark.parametrize("heading", READERS)
def test_the_page_has_every_key_that_is_read_and_no_other(heading: str) -> None:
    wanted: set[str] = set()
    for function in READERS[heading]:
        keys = keys_read(function)
        if heading != "Steps":
            keys -= INSIDE.get(function, set())
        elif function == "_steps":
            keys &= INSIDE["_steps"]
        wanted |= keys
    told = first_cells(heading)
    assert len(told) == len(set(told))
    assert set(told) == wanted


def test_roundings_have_the_keys_that_are_read() -> None:
    text = inspect.getsource(toml_table.Table.rounding)
    assert set(first_cells("Rounding")) == set(re.findall(r'table\.\w+\("(\w+)"', text)) - {"done"}


def test_the_page_has_every_column_of_a_deck() -> None:
    told = re.findall(r"^\| `(\w+)` \| (yes|no) \|", section("Deck"), re.MULTILINE)
    assert tuple(name for name, needed in told if needed == "yes") == deck.NEEDED
    assert tuple(name for name, needed in told if needed == "no") == deck.OPTIONAL


def test_the_page_has_every_column_in_and_out() -> None:
    told = re.findall(r"^\| `(\w+)` \| (yes|no) \|", section("Columns in"), re.MULTILINE)
    assert {name for name, needed in told if needed == "yes"} == set(columns.NEEDED)
    assert {name for name, needed in told if needed == "no"} == set(columns.OPTIONAL)
    assert tuple(first_cells("Columns out")) == (*RATED, "lines")


def test_the_types_of_the_columns_are_those_that_come_out() -> None:
    tariff = Tariff.loads(SMALL)
    cdrs = pa.table(
        {"facility": ["f"], "number": ["+17135550123"], "start": [0], "duration_ms": [1]}
    )
    schema = tariff.rate_batch(cdrs, explain=True).schema
    for name, told in re.findall(
        r"^\| `(\w+)` \| ([^|]+) \|", section("Columns out"), re.MULTILINE
    ):
        kind = str(schema.field(name).type)
        assert kind.replace(" ", "").startswith(
            told.replace(" ", "").replace("listofstruct", "list<item:struct")
        ), name


def test_statuses_stand_in_order_of_precedence() -> None:
    assert tuple(first_cells("Statuses")) == STATUSES


def test_a_row_that_is_wrong_in_every_way_gets_the_statuses_in_that_order() -> None:
    tariff = Tariff.loads(SMALL)
    row = {
        "facility": "g", "start": None, "duration_ms": -1, "number": "x", "medium": "fax",
        "bill_type": "cash",
    }  # fmt: skip
    mended = {
        "bad_facility": ("facility", "f"),
        "bad_time": ("start", 0),
        "bad_duration": ("duration_ms", 0),
        "bad_number": ("number", "+17135550123"),
        "bad_medium": ("medium", "video"),
        "bad_bill_type": ("bill_type", "prepaid"),
        "unanswered": ("duration_ms", 1),
        "no_rate": ("medium", "audio"),
    }
    schema = pa.schema(
        [(name, pa.int64() if name in ("start", "duration_ms") else pa.string()) for name in row]
    )
    seen = []
    for status in (*mended, "ok"):
        rated = tariff.rate_batch(pa.Table.from_pylist([row], schema))
        seen.append(rated["status"][0].as_py())
        if status in mended:
            name, value = mended[status]
            row[name] = value
    assert seen == [status for status in STATUSES if status != "overflow"]


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Facility", (*KINDS, "billed", "actual", "auto", "none")),
        ("Rate", (*CLASSES, *MEDIA, *BILL_TYPES, *SWITCHES, *FINALS)),
        ("When", DAYS),
        ("Tax", (*JURISDICTIONS, "net", "net+prior")),
        ("Fee", (*FEE_KINDS, "deposit", "running", "deduct", "add")),
        ("Rounding", ("up", "down", "half_up", "half_even")),
    ],
)
def test_the_page_has_every_word_of_closed_lists(heading: str, words: tuple[str, ...]) -> None:
    for word in words:
        assert f'`"{word}"`' in section(heading)
    for word in RELAYS:
        assert f"`{word}`" in section("Columns in")


def test_the_defaults_of_the_page_are_those_of_a_rate() -> None:
    rate = Tariff.loads(SMALL).document.contracts[0].rates[0]
    plain = Rate(id="", destinations=("any",), steps=())
    for name in ("switch", "final", "priority", "free_ms"):
        value = getattr(rate, name)
        assert value == getattr(plain, name)
        shown = f'"{value}"' if isinstance(value, str) else str(value)
        assert re.search(rf"^\| `{name}` \| \w+ \| `{shown}` \|", section("Rate"), re.MULTILINE)
    assert rate.destinations == ("any",)
    assert (rate.connect_fee, rate.min_total, rate.max_total) == (0, 0, None)


def test_the_page_s_own_order_of_rates_holds() -> None:
    text = section("Which rate applies")
    assert [line[:2] for line in text.splitlines() if re.match(r"\d\.", line)] == [
        "1.", "2.", "3.", "4.", "5.",
    ]  # fmt: skip
    rates = [
        ("any", ""),
        ("class", 'destinations = ["intrastate"]'),
        ("local", 'destinations = ["local"]'),
        ("short", 'destinations = ["+1713"]'),
        ("long", 'destinations = ["+1713555"]'),
        ("later", 'destinations = ["+1713555"]\neffective_from = 1971-01-01'),
        ("when", 'destinations = ["+1713555"]\nwhen = { from = "00:00", to = "24:00" }'),
        ("stated", 'destinations = ["+1713555"]\nmedium = "audio"'),
        ("both", 'destinations = ["+1713555"]\nmedium = "audio"\nbill_types = ["prepaid"]'),
        ("priority", 'destinations = ["+1713555"]\npriority = 1'),
    ]
    call = Call("f", "+17135550123", 1_777_658_400_000, 1_000)
    for count in range(1, len(rates) + 1):
        text = HEAD + "".join(RATE.format(name, more) for name, more in rates[:count])
        assert Tariff.loads(text).rate(call).rate_id == rates[count - 1][0]


HEAD = """
[[facility]]
id = "f"
kind = "jail"
adp = 90
state = "TX"
timezone = "America/Chicago"
local = ["+1713"]
contract = "c"
[[contract]]
id = "c"
"""
RATE = """
[[contract.rate]]
id = "{}"
steps = [{{ price = "0.01", per_ms = 60_000, increment_ms = 1_000 }}]
{}
"""
SMALL = HEAD + RATE.format("r", 'medium = "audio"')
