"""``securecall rate``: a file in, the same rows with what they cost out, and an exit code."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.cli.running import BAD, CALLS, TARIFF, Done, folder, run
from tests.harris import START_MS, records

from securecall.rating.batch import RATED
from securecall.rating.files import FORMATS, open_records, write_records
from securecall.rating.tariff import Tariff

HOUSE = Tariff.loads(TARIFF)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return folder(tmp_path)


def rate(here: Path, source: str, output: str, *options: str, stdin: bytes = b"") -> Done:
    given = source if source == "-" else here / source
    to = output if output == "-" else here / output
    return run("rate", given, "-t", here / "tariff.toml", "-o", to, *options, stdin=stdin)


def rows(path: Path) -> list[dict[str, object]]:
    found = open_records(str(path))
    return pa.Table.from_batches([batch for batch, _ in found.batches], found.schema).to_pylist()


def test_data_on_standard_output_and_words_on_standard_error(here: Path) -> None:
    done = rate(here, "calls.csv", "-")
    assert done.code == 0
    found = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["call_id"] for row in found] == ["a", "b", "c"]
    assert [row["total"] for row in found] == ["0.320000", "0.000000", "0.110000"]
    assert [row["status"] for row in found] == ["ok", "unanswered", "ok"]
    assert found[0]["note"] == "x, y"
    assert list(found[0])[6:] == list(RATED)
    assert "3 records rated with" in done.errors
    assert "$0.43" in done.errors or "$0.32" in done.errors


def test_quiet_says_nothing(here: Path) -> None:
    assert rate(here, "calls.csv", "-", "--quiet").errors == ""
    assert rate(here, "calls.csv", "out.csv", "-q") == (0, b"", "")


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("output", FORMATS)
def test_every_format_in_and_out(source: str, output: str, here: Path) -> None:
    table = records([150_000, 0], call_id=["a", "b"])
    write_records(str(here / f"in.{source}"), table.schema, iter(table.to_batches()))
    done = rate(here, f"in.{source}", f"out.{output}")
    assert (done.code, done.output) == (0, b"")
    found = rows(here / f"out.{output}")
    assert [row["status"] for row in found] == ["ok", "unanswered"]
    assert [Decimal(str(row["total"])) for row in found] == [Decimal("0.32"), 0]
    assert list(here.glob("*.part")) == []


@pytest.mark.parametrize("kind", FORMATS)
def test_standard_input_in_every_format(kind: str, here: Path) -> None:
    table = records([150_000])
    write_records(str(here / f"in.{kind}"), table.schema, iter(table.to_batches()))
    content = (here / f"in.{kind}").read_bytes()
    done = rate(here, "-", "-", "--format", kind, stdin=content)
    assert done.code == 0
    assert "0.320000" in done.out
    done = rate(here, "-", "-", "--format", kind, "--output-format", "arrow", stdin=content)
    assert pa.ipc.open_stream(done.output).read_all()["total"].to_pylist() == [Decimal("0.32")]


def test_the_output_says_which_tariff_made_it(here: Path) -> None:
    assert rate(here, "calls.csv", "out.parquet").code == 0
    schema = pq.read_schema(here / "out.parquet")
    assert schema.metadata[b"securecall.tariff"] == HOUSE.digest.encode()
    assert schema.field("total").type == pa.decimal128(18, 6)


def test_a_bad_row_is_kept_and_told_by_exit_code_3(here: Path) -> None:
    (here / "calls.csv").write_text(CALLS + BAD + "e,f\n", encoding="utf-8")
    done = rate(here, "calls.csv", "out.csv")
    assert done.code == 3
    assert "rejected: 2 bad_facility" in done.errors
    assert (
        f"securecall: {here}/calls.csv:6: has 2 cells, not 6; the row is not rated" in done.errors
    )
    found = rows(here / "out.csv")
    assert [row["status"] for row in found] == [
        *("ok", "unanswered", "ok", "bad_facility", "bad_facility")
    ]
    assert [row["total"] for row in found][3:] == ["", ""]
    assert found[3]["facility"] == "nowhere"


def test_the_summary_as_json_has_money_as_text(here: Path) -> None:
    (here / "calls.csv").write_text(CALLS + BAD, encoding="utf-8")
    done = rate(here, "calls.csv", "out.parquet", "--json")
    assert done.code == 3
    said = done.json
    assert (said["rows"], said["rejected"]) == (4, 1)
    assert said["statuses"] == {"bad_facility": 1, "unanswered": 1, "ok": 2}
    assert said["tariff"] == HOUSE.digest
    places = {place["jurisdiction"]: place for place in said["by_facility"]}
    assert places["intrastate"]["total"] == "0.320000"
    assert places["interstate"]["total"] == "0.110000"
    assert places["intrastate"]["calls"] == 2
    total = sum(Decimal(place["total"]) for place in said["by_facility"])
    assert total == Decimal("0.43")


def test_json_gives_way_where_data_goes_to_standard_output(here: Path) -> None:
    done = rate(here, "calls.csv", "-", "--json")
    assert done.out.startswith('"call_id"')
    assert "{" not in done.out


def test_explain_adds_lines_that_sum_to_the_total(here: Path) -> None:
    assert rate(here, "calls.csv", "out.parquet", "--explain").code == 0
    for row in rows(here / "out.parquet"):
        lines = row["lines"]
        assert isinstance(lines, list)
        assert sum(line["amount"] for line in lines) == row["total"]
    assert rate(here, "calls.csv", "out.csv", "--explain").code == 0
    assert '"kind":"usage"' in str(rows(here / "out.csv")[0]["lines"])


def test_rated_files_are_rated_again_only_with_replace(here: Path) -> None:
    assert rate(here, "calls.csv", "out.csv").code == 0
    done = rate(here, "out.csv", "again.csv")
    assert (done.code, done.output) == (1, b"")
    assert "column 'status' is one that rating adds" in done.errors
    assert not (here / "again.csv").exists()
    assert rate(here, "out.csv", "again.csv", "--replace").code == 0
    assert (here / "again.csv").read_bytes() == (here / "out.csv").read_bytes()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "America/Chicago", "+05:30", "Australia/Lord_Howe"])
def test_starts_written_as_csv_are_read_as_the_same_instants(
    unit: str, zone: str, here: Path
) -> None:
    times, divisor = {"s": (1, 1000), "ms": (1, 1), "us": (1000, 1), "ns": (1_000_000, 1)}[unit]
    starts = [(START_MS + row * 7_919_000) * times // divisor for row in range(3)]
    table = records([1, 70_000, 0], start=pa.array(starts, pa.timestamp(unit, zone)))
    write_records(str(here / "in.parquet"), table.schema, iter(table.to_batches()))
    assert rate(here, "in.parquet", "once.csv", "-q").code == 0
    assert rate(here, "once.csv", "twice.csv", "-q", "--replace").code == 0
    assert rows(here / "twice.csv") == rows(here / "once.csv")
    assert [row["status"] for row in rows(here / "twice.csv")] == ["ok", "ok", "unanswered"]


def test_rules_as_they_were_believed_on_a_day(here: Path) -> None:
    then = rate(here, "calls.csv", "-", "--known-at", "2024-01-01", "-q")
    now = rate(here, "calls.csv", "-", "-q")
    assert then.code == now.code == 0
    assert then.out != now.out
    assert "did" not in then.errors
    done = rate(here, "calls.csv", "-", "--known-at", "yesterday")
    assert done.code == 1
    assert "--known-at must be a day such as 2026-04-06, not 'yesterday'" in done.errors


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere.csv", "x.csv"), "nowhere.csv: there is no such file"),
        (("calls.txt", "x.csv"), "say which with --format"),
        (("calls.csv", "x.txt"), "format must be one of parquet, csv, arrow"),
        (("calls.csv", "nowhere/x.csv"), "cannot be written: No such file or directory"),
        (("calls.csv", "x.csv", "--format", "parket"), "did you mean 'parquet'?"),
        (("calls.csv", "x.csv", "--format", "parquet"), "is no parquet file"),
        (("calls.csv", "x.csv", "--override", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_what_cannot_be_done_is_told_by_name(
    arguments: tuple[str, ...], words: str, here: Path
) -> None:
    done = rate(here, *arguments)
    assert (done.code, done.output) == (1, b"")
    assert words in done.errors
    assert "Traceback" not in done.errors


def test_a_missing_column_is_told_with_the_nearest_name(here: Path) -> None:
    (here / "calls.csv").write_text(CALLS.replace("duration_ms", "duration"), encoding="utf-8")
    done = rate(here, "calls.csv", "out.csv")
    assert done.code == 1
    assert "column 'duration_ms' is missing" in done.errors
    assert "did you mean 'duration'?" in done.errors


def test_a_file_damaged_in_the_middle_leaves_no_half_output(here: Path) -> None:
    table = pa.concat_tables([records(500)] * 4)
    write_records(str(here / "in.arrow"), table.schema, iter(table.to_batches()))
    content = (here / "in.arrow").read_bytes()
    (here / "in.arrow").write_bytes(content[: len(content) // 2])
    done = rate(here, "in.arrow", "out.parquet")
    assert (done.code, done.output) == (1, b"")
    assert "in.arrow: is damaged behind row" in done.errors
    assert not (here / "out.parquet").exists()
    assert list(here.glob("*.part")) == []


def test_options_of_a_layout_need_one(here: Path) -> None:
    done = rate(here, "calls.csv", "out.csv", "--timezone", "UTC")
    assert done.code == 2
    assert "--timezone goes with --layout" in done.errors


def test_another_switchs_records_are_read_by_declared_layout(here: Path) -> None:
    data = Path(__file__).parents[1] / "data" / "switches" / "asterisk22_Master.csv"
    done = run(
        *("rate", data, "-t", here / "tariff.toml", "-o", here / "out.parquet"),
        *("--layout", "asterisk_master", "--facility", "f", "--timezone", "UTC"),
    )
    assert done.code in (0, 3), done.errors
    assert pq.read_table(here / "out.parquet").num_rows > 0


def test_no_rows_are_a_file_and_a_summary(here: Path) -> None:
    (here / "calls.csv").write_text(CALLS.partition("\n")[0] + "\n", encoding="utf-8")
    for kind in FORMATS:
        done = rate(here, "calls.csv", f"out.{kind}")
        assert done.code == 0
        assert "0 records rated" in done.errors
        assert rows(here / f"out.{kind}") == []


# In parts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("--workers", "2"), ("--workers", "1", "--threads")])
def test_a_folder_is_rated_in_parts(tmp_path: Path, options: tuple[str, ...]) -> None:
    home = folder(tmp_path)
    (home / "in").mkdir()
    for name in ("a", "b"):
        (home / "in" / f"{name}.csv").write_text(CALLS)
    job = ("rate", home / "in", "-t", home / "tariff.toml", "-o", home / "out", "--json")
    done = run(*job, *options)
    assert (done.code, done.errors) == (0, "")
    one = run(
        "rate", home / "calls.csv", "-t", home / "tariff.toml", "-o", home / "one.csv", "--json"
    )
    for name in ("a.csv", "b.csv"):
        assert (home / "out" / name).read_bytes() == (home / "one.csv").read_bytes()
    assert done.json["rows"] == 2 * one.json["rows"] == 6
    assert done.json["statuses"] == {key: 2 * n for key, n in one.json["statuses"].items()}
    assert [row["calls"] for row in done.json["by_facility"]] == [
        2 * row["calls"] for row in one.json["by_facility"]
    ]
    assert done.json["parts"] == 2
    assert run(*job, *options).json["rows"] == 6  # again: nothing is left to do
    assert "records rated with" in run(*job[:-1], *options).errors


def test_several_files_and_one_with_workers_are_parts_too(tmp_path: Path) -> None:
    home = folder(tmp_path)
    (home / "more.csv").write_text(CALLS + BAD)
    rate = ("rate", home / "calls.csv", "-t", home / "tariff.toml", "-o")
    done = run(*rate, home / "two", home / "more.csv", "--json")
    assert (done.code, done.json["rows"], done.json["rejected"]) == (3, 7, 1)
    assert sorted(path.name for path in (home / "two").iterdir()) == [
        *("_manifest.json", "calls.csv", "more.csv")
    ]
    done = run(*rate, home / "one", "--workers", "0", "--output-format", "parquet", "-q")
    assert (done.code, done.out, done.errors) == (0, "", "")
    assert sorted(path.name for path in (home / "one").iterdir()) == [
        *("_manifest.json", "calls.parquet")
    ]


def test_a_long_file_is_cut_into_parts(tmp_path: Path) -> None:
    home = folder(tmp_path)
    rate = ("rate", home / "calls.csv", "-t", home / "tariff.toml", "-o")
    run(*rate, home / "calls.parquet")
    table = pq.read_table(home / "calls.parquet").select(["facility", "number"])
    table = table.append_column("start", pa.array([1_777_658_400_000] * 3))
    table = table.append_column("duration_ms", pa.array([60_000] * 3))
    pq.write_table(table, home / "long.parquet", row_group_size=1)
    done = run(
        "rate", home / "long.parquet", "-t", home / "tariff.toml", "-o", home / "out",
        "--workers", "1", "--part-rows", "2", "--json",
    )  # fmt: skip
    assert (done.code, done.json["rows"], done.json["parts"]) == (0, 3, 2)
    assert (home / "out" / "long-0001.parquet").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--report", "x.html"), "--report goes with one file and without --workers"),
        (("--layout", "cgrates"), "--layout goes with one file and without --workers"),
        (("-o", "-"), "--output must be a folder"),
        (("--part-rows", "0"), "a part must have 1 row or more"),
        (("--workers", "-1"), "workers must be 0 to 1024"),
    ],
)
def test_what_parts_cannot_do_is_told(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    home = folder(tmp_path)
    given = ("rate", home / "calls.csv", "-t", home / "tariff.toml", "--workers", "1")
    done = run(*given, "-o", home / "out", *options)
    assert done.code in (1, 2)
    assert words in " ".join(done.errors.replace("│", " ").split())
