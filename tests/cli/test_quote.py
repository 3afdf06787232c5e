"""``securecall quote``: a deposit with its fees, and what must be paid for a credit."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.running import TARIFF, Done, folder, run

from securecall.rating.tariff import Tariff

HOUSE = Tariff.loads(TARIFF)
IN_2022 = ("--facility", "f", "--at", "2022-05-01T18:00:00Z")  # fees were capped at $3.00
IN_2022_MS = 1_651_428_000_000


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return folder(tmp_path)


def quote(here: Path, *arguments: object) -> Done:
    return run("quote", *arguments, "-t", here / "tariff.toml")


def test_a_deposit_with_its_fees_and_what_was_removed(here: Path) -> None:
    done = quote(here, "25.00", *IN_2022)
    assert (done.code, done.errors) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "paid      $25.00"
    assert lines[1].startswith("fee       $3.00  card: ")
    assert "($0.95 removed: " in lines[1]
    assert lines[2] == "credited  $22.00"


def test_what_must_be_paid_for_a_credit(here: Path) -> None:
    done = quote(here, "25.00", "--credit", *IN_2022)
    assert done.out.splitlines()[0] == "paid      $28.00"
    assert done.out.splitlines()[-1] == "credited  $25.00"


def test_a_quote_as_json_has_money_as_text(here: Path) -> None:
    said = quote(here, "25.00", "--json", *IN_2022).json
    told = HOUSE.quote_deposit("25.00", facility="f", at=IN_2022_MS)
    assert (said["paid"], said["fees"], said["credited"]) == ("25.000000", "3.000000", "22.000000")
    (line,) = said["lines"]
    assert line["removed"] == "0.950000"
    assert line["citation"] == told.lines[0].citation


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("25.001", *IN_2022), "cents"),
        (("1e3", *IN_2022), "not '1e3'"),
        (("3.00", *IN_2022), "fees would eat the whole deposit of $3.00"),
        (("25.00", "--facility", "ff", "--at", "2022-05-01T18:00:00Z"), "did you mean 'f'"),
        (("25.00", "--facility", "f", "--at", "2022-05-01"), "--at must be a date and time with"),
    ],
)
def test_what_cannot_be_quoted_is_told(arguments: tuple[str, ...], words: str, here: Path) -> None:
    done = quote(here, *arguments)
    assert (done.code, done.output) == (1, b"")
    assert words in done.errors
