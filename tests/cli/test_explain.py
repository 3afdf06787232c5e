"""``securecall explain``: a receipt of a call of a file, or of one described."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from tests.cli.running import CALLS, TARIFF, Done, folder, run
from tests.harris import NUMBER, records

from securecall.rating.call import Call
from securecall.rating.files import write_records
from securecall.rating.tariff import Tariff

HOUSE = Tariff.loads(TARIFF)
DESCRIBED = ("--facility", "f", "--number", NUMBER, "--start", "2026-05-01T13:00:00-05:00")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return folder(tmp_path)


def explain(here: Path, *arguments: object) -> Done:
    return run("explain", *arguments, "-t", here / "tariff.toml")


def test_a_call_of_a_file_by_its_id(here: Path) -> None:
    done = explain(here, here / "calls.csv", "a")
    assert (done.code, done.errors) == (0, "")
    assert done.out.startswith(f"Call from f to {NUMBER} (a)\n")
    assert "$0.320000  total" in done.out


def test_a_described_call_has_the_same_receipt(here: Path) -> None:
    done = explain(here, *DESCRIBED, "--duration", "2m30s")
    of_file = explain(here, here / "calls.csv", "a").out
    assert done.code == 0
    assert done.out == of_file.replace(" (a)", "")


@pytest.mark.parametrize("duration", ["150s", "2m30s", "150000ms", "150000", "0h2m30.000s"])
def test_durations_as_people_write_them(duration: str, here: Path) -> None:
    assert "lasted 150 s, billed 3 min" in explain(here, *DESCRIBED, "--duration", duration).out


def test_every_option_of_a_described_call_is_used(here: Path) -> None:
    done = explain(
        here,
        *DESCRIBED,
        *("--duration", "150s", "--authorized", "1m", "--medium", "video"),
        *("--bill-type", "collect", "--relay", "trs"),
    )
    assert done.code == 0
    assert "video, collect" in done.out
    assert "relay trs" in done.out
    assert "authorised 1 min, billed 1 min" in done.out


def test_everything_as_json_with_money_as_text(here: Path) -> None:
    done = explain(here, *DESCRIBED, "--duration", "150s", "--json")
    rated = HOUSE.rate(Call("f", NUMBER, 1_777_658_400_000, 150_000))
    said = done.json
    assert said["total"] == "0.320000"
    assert said["status"] == "ok"
    assert said["call"]["start"] == "2026-05-01T18:00:00+00:00"
    assert sum(Decimal(line["amount"]) for line in said["lines"]) == rated.total
    assert [line["kind"] for line in said["lines"]] == [line.kind for line in rated.lines]
    assert rated.cap is not None
    assert said["cap"]["citation"] == rated.cap.citation
    assert said["cap"]["saved"] == "0.600000"


def test_tiny_prices_have_no_exponent_in_json(here: Path) -> None:
    tiny = TARIFF.replace('"0.30"', '"0.000000000001"')
    (here / "tariff.toml").write_text(tiny, encoding="utf-8")
    said = explain(here, *DESCRIBED, "--duration", "60s", "--json").json
    assert said["lines"][0]["unit_price"] == "0.000000000001"
    assert said["total"] == "0.000000"


def test_a_rejected_call_says_its_status_value_and_nearest_name(here: Path) -> None:
    done = explain(here, *DESCRIBED, "--duration", "1m", "--medium", "adio")
    assert (done.code, done.output) == (1, b"")
    assert "securecall: bad_medium: medium must be audio, video, not 'adio'" in done.errors
    assert "did you mean 'audio'?" in done.errors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--start", "2026-05-01T13:00:00"), "--start must be a date and time with an offset"),
        (("--start", "0001-01-01T00:00:00+14:00"), "not '0001-01-01T00:00:00+14:00'"),
        (("--duration", "forever"), "--duration must be a duration such as 10m13s"),
        (("--duration", "9" * 5000), "--duration must be a duration"),
        (("--duration", "٣"), "--duration must be a duration"),
        (("--authorized", ""), "--authorized must be a duration"),
    ],
)
def test_a_bad_option_is_told_with_its_value(
    arguments: tuple[str, str], words: str, here: Path
) -> None:
    done = explain(here, *DESCRIBED, "--duration", "1m", *arguments)
    assert (done.code, done.output) == (1, b"")
    assert words in done.errors


@pytest.mark.parametrize("arguments", [(), DESCRIBED, ("calls.csv",)])
def test_neither_a_file_nor_a_call_is_wrong_usage(arguments: tuple[str, ...], here: Path) -> None:
    done = explain(here, *arguments)
    assert done.code == 2
    assert "give FILE and CALL_ID, or --facility, --number, --start and --duration" in done.errors


def test_an_id_that_no_row_has_is_told(here: Path) -> None:
    done = explain(here, here / "calls.csv", "zz")
    assert (done.code, done.output) == (1, b"")
    assert "calls.csv: has no call_id 'zz'" in done.errors


def test_a_row_without_what_rating_needs_is_told(here: Path) -> None:
    (here / "calls.csv").write_text(CALLS + f"x,f,{NUMBER},,60000,\n", encoding="utf-8")
    done = explain(here, here / "calls.csv", "x")
    assert done.code == 1
    assert "call 'x' lacks what rating needs" in done.errors


def test_a_file_without_ids_names_its_columns(here: Path) -> None:
    (here / "calls.csv").write_text(CALLS.replace("call_id", "id"), encoding="utf-8")
    done = explain(here, here / "calls.csv", "a")
    assert done.code == 1
    assert "has no column call_id; there are id, facility, number, start" in done.errors


def test_local_times_in_a_file_are_refused_and_not_read_as_utc(here: Path) -> None:
    table = records(call_id="a", start=pa.array([0], pa.timestamp("ms")))
    write_records(str(here / "in.parquet"), table.schema, iter(table.to_batches()))
    done = explain(here, here / "in.parquet", "a")
    assert (done.code, done.output) == (1, b"")
    assert "column 'start' is timestamp[ms] without a time zone" in done.errors


@pytest.mark.parametrize("kind", ["string_view", "large_string", "int64", "dictionary"])
def test_ids_of_any_kind_are_found(kind: str, here: Path) -> None:
    ids = pa.array([6, 7]) if kind == "int64" else pa.array(["6", "7"])
    ids = ids.dictionary_encode() if kind == "dictionary" else ids.cast(kind)
    table = records([60_000, 150_000], call_id=ids)
    write_records(str(here / "in.arrow"), table.schema, iter(table.to_batches()))
    assert "$0.320000  total" in explain(here, here / "in.arrow", "7").out


def test_ids_that_are_no_text_are_told(here: Path) -> None:
    table = records(call_id=pa.array([[1]]))
    write_records(str(here / "in.arrow"), table.schema, iter(table.to_batches()))
    done = explain(here, here / "in.arrow", "1")
    assert done.code == 1
    assert "column call_id is list<item: int64>, not text" in done.errors
