"""Rating in parts is rating: the same rows, the same sums, whoever is killed."""

from __future__ import annotations

import os
import pickle
import re
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from tests.rating.test_batch import HOUSE, many
from tests.rating.test_compiled_file import house as other_house
from tests.spread.works import wait_for

from securecall.errors import ColumnError, SpreadError
from securecall.rating.file_parts import parts_of
from securecall.rating.files import open_records
from securecall.rating.part_work import RatePart, recount_rated, summary_of
from securecall.rating.summarizer import Summarizer
from securecall.spread import Manifest, verify, write_parts

ROWS = 4_000
TABLE = many(ROWS).append_column("call_id", pa.array([f"c-{row}" for row in range(ROWS)]))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return a folder with records in four files of several forms; in order, they are `TABLE`."""
    folder = tmp_path / "in"
    folder.mkdir()
    pq.write_table(TABLE.slice(0, 1_500), folder / "a.parquet", row_group_size=250)
    with pa.ipc.new_file(folder / "b.arrow", TABLE.schema) as file:
        file.write_table(TABLE.slice(1_500, 1_000), max_chunksize=300)
    with pa.ipc.new_stream(folder / "c.arrow", TABLE.schema) as stream:
        stream.write_table(TABLE.slice(2_500, 500))
    pq.write_table(TABLE.slice(3_000), folder / "d.parquet")
    return folder


def rated(folder: Path, manifest: Manifest) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for made in manifest.made:
        for batch, _ in open_records(str(folder / made.part.name)).batches:
            rows += batch.to_pylist()
    return rows


def exact(folder: Path, manifest: Manifest) -> None:
    """Assert rows, ids, order, sums and a position-weighted sum of what lies in a folder."""
    whole = HOUSE.rate_batch(TABLE)
    found = rated(folder, manifest)
    assert manifest.rows == len(found) == ROWS
    assert [row["call_id"] for row in found] == TABLE["call_id"].to_pylist()
    assert manifest.sums["total"] == pc.sum(whole["total"]).as_py()
    weighed = sum(place * (row["total"] or 0) for place, row in enumerate(found))
    assert weighed == sum(
        place * (total or 0) for place, total in enumerate(whole["total"].to_pylist())
    )
    assert found == whole.to_pylist()
    assert verify(folder, recount=recount_rated)[1] == []


@pytest.mark.parametrize(("workers", "threads"), [(1, False), (2, False), (2, True)])
def test_parts_are_what_the_table_is(
    source: Path, tmp_path: Path, workers: int, threads: bool
) -> None:
    parts = parts_of([str(source)], part_rows=600)
    assert len(parts) > 6
    out = tmp_path / "out"
    manifest = write_parts(RatePart(HOUSE), parts, out, workers=workers, threads=threads)
    exact(out, manifest)


def test_what_parts_came_to_is_what_the_whole_comes_to(source: Path, tmp_path: Path) -> None:
    manifest = write_parts(RatePart(HOUSE), parts_of([str(source)]), tmp_path / "out")
    sums = Summarizer(HOUSE)
    for batch in HOUSE.rate_stream(TABLE):
        sums.add(batch)
    told = sums.summary().to_dict()
    found = summary_of(manifest)
    assert found == {name: told[name] for name in found}
    assert found["by_facility"]
    assert found["rejected"] == manifest.sums["rejected"] > 0
    assert list(found["statuses"]) == list(told["statuses"])


def test_the_same_parts_have_the_same_bytes(source: Path, tmp_path: Path) -> None:
    parts = parts_of([str(source)], part_rows=600)
    one = write_parts(RatePart(HOUSE), parts, tmp_path / "one", workers=1)
    two = write_parts(RatePart(HOUSE), parts, tmp_path / "two", workers=2)
    assert [made.sha256 for made in one.made] == [made.sha256 for made in two.made]


def test_a_part_is_rated_without_pandas(source: Path, tmp_path: Path) -> None:
    # Arrow imports it to look at a list or a number; that takes as long as a tenth of a part.
    job = (
        "import pickle, sys\n"
        "from pathlib import Path\n"
        "work, part = pickle.loads(Path(sys.argv[1]).read_bytes())\n"
        "print(work.write(part, Path(sys.argv[2]), lambda rows: None).rows)\n"
        "print('pandas' in sys.modules)\n"
    )
    (tmp_path / "job").write_bytes(pickle.dumps((RatePart(HOUSE), parts_of([str(source)])[0])))
    told = subprocess.run(
        [sys.executable, "-c", job, tmp_path / "job", tmp_path / "out.parquet"],
        capture_output=True, text=True, check=True,
        env={"PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)},
    )  # fmt: skip
    assert told.stdout.split()[1] == "False"
    assert int(told.stdout.split()[0]) > 0


def test_csv_is_rated_as_it_stands_and_its_notes_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(
        "facility,number,start,duration_ms\n"
        "f,+17135550123,2026-05-01T18:00:00Z,60000\n"
        "f,+17135550123,2026-05-01T18:00:00Z,60000,too many\n"
        "f,x,2026-05-01T18:00:00Z,60000\n"
    )
    parts = parts_of([str(path)])
    manifest = write_parts(RatePart(HOUSE), parts, tmp_path / "out")
    (made,) = manifest.made
    (note,) = made.written.detail["notes"]
    assert "calls.csv:3: has 5 cells, not 4; the row is not rated" in note
    assert manifest.rows == 3
    assert verify(tmp_path / "out", recount=recount_rated)[1] == []
    table = pa.csv.read_csv(tmp_path / "out" / "calls.csv")
    assert table["status"].to_pylist() == ["ok", "bad_facility", "bad_number"]
    assert made.written.sums["total"] == Decimal(str(table["total"][0].as_py()))


def test_the_digest_is_that_of_the_tariff_and_the_options() -> None:
    works = [
        *(RatePart(HOUSE), RatePart(HOUSE, explain=True), RatePart(HOUSE, replace=True)),
        RatePart(other_house()),
    ]
    assert len({work.digest for work in works}) == 4
    assert pickle.loads(pickle.dumps(works[0])).digest == works[0].digest


def test_options_reach_the_parts(source: Path, tmp_path: Path) -> None:
    once = write_parts(RatePart(HOUSE), parts_of([str(source)]), tmp_path / "once")
    paths = [str(tmp_path / "once")]
    with pytest.raises(SpreadError, match="replace=True"):
        write_parts(RatePart(HOUSE), parts_of(paths), tmp_path / "again")
    work = RatePart(HOUSE, explain=True, replace=True)
    twice = write_parts(work, parts_of(paths), tmp_path / "twice")
    assert twice.sums == once.sums
    for row in rated(tmp_path / "twice", twice):
        assert row["lines"] is None or sum(line["amount"] for line in row["lines"]) == row["total"]


def test_a_file_without_a_column_is_told_by_part(source: Path, tmp_path: Path) -> None:
    pq.write_table(TABLE.drop_columns("number"), source / "bad.parquet")
    with pytest.raises(SpreadError, match="1 of 5 parts could not be made") as caught:
        write_parts(RatePart(HOUSE), parts_of([str(source)]), tmp_path / "out")
    assert "column 'number' is missing" in caught.value.parts["bad.parquet"]
    work = RatePart(HOUSE)
    (part,) = parts_of([str(source / "bad.parquet")])
    with pytest.raises(ColumnError, match="number"):
        work.write(part, tmp_path / "draft", lambda rows: None)


def test_a_changed_amount_is_found_when_parts_are_counted_again(
    source: Path, tmp_path: Path
) -> None:
    write_parts(RatePart(HOUSE), parts_of([str(source)]), tmp_path)
    table = pq.read_table(tmp_path / "d.parquet")
    place = table.schema.get_field_index("total")
    more = pc.add(table["total"], pa.scalar(Decimal("0.000001"), pa.decimal128(18, 6)))
    pq.write_table(table.set_column(place, "total", more.cast(pa.decimal128(18, 6))),
                   tmp_path / "d.parquet")  # fmt: skip
    found = verify(tmp_path, recount=recount_rated, digests=False)[1]
    assert ("sum", "d.parquet") in [(one.kind, one.file) for one in found]


# Kills -------------------------------------------------------------------------------------------

LEAD = """
import sys
from tests.rating.test_part_work import lead
lead(sys.argv[1], sys.argv[2])
"""


class Slowly(RatePart):
    """Rates a part and then waits, so that somebody can kill it before it is put in place."""

    def write(self, part: Any, path: Path, tell: Any) -> Any:
        import time

        written = super().write(part, path, tell)
        time.sleep(0.1)
        return written


def lead(source: str, out: str) -> None:
    write_parts(Slowly(HOUSE), parts_of([source], part_rows=300), out, workers=2)


def test_workers_and_leaders_killed_by_process_id_lose_and_repeat_nothing(
    source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    path = os.pathsep.join(path or "." for path in sys.path)
    killed: set[int] = set()

    def begun() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", LEAD, source, out], env={**os.environ, "PYTHONPATH": path}
        )

    def writers() -> set[int]:
        found = (re.search(r"\.(\d+)-\d+\.part", one.name) for one in out.glob(".*.part"))
        return {int(match[1]) for match in found if match} - killed

    leader = begun()
    for _ in range(2):
        pid = wait_for(writers).pop()
        os.kill(pid, signal.SIGKILL)
        killed.add(pid)
    wait_for(writers)
    leader.kill()
    leader.wait(60)
    assert not (out / "_manifest.json").exists()
    leader = begun()
    pid = wait_for(writers).pop()
    os.kill(pid, signal.SIGKILL)
    assert leader.wait(120) == 0
    manifest, _ = verify(out)
    exact(out, manifest)
