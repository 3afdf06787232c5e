"""``securecall ledger post``: rated records into the books, many at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from securecall.cli.console import (
    EXIT_FAILURE,
    EXIT_REJECTED,
    as_json,
    complain,
    instant_of,
    progress,
    say,
)
from securecall.errors import InputError, Unknown
from securecall.ledger.ledger import Ledger
from securecall.ledger.values.posting import Posting, PostingState, Reconciliation
from securecall.money import shown

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["NAME", "address", "run"]

NAME: Final = "post"


def address(text: str) -> str:
    """Return the address of a ledger that is given as one or as a file.

    Raises
    ------
    InputError
        The file is not there.
    """
    if "://" in text or text == "memory:":
        return text
    if not Path(text).exists():
        raise InputError(f"{text} is not there; make it with: securecall ledger open FILE ACCOUNT")
    return f"sqlite:///{text}"


def _files(source: str) -> tuple[list[str], dict[str, Any]]:
    """Return the files of rated records, and the control totals that stand beside them.

    A folder that ``rate --workers`` wrote says which parts it has, and their rows and sums; parts
    that are not as it says are refused before anything is posted.
    """
    from securecall.spread.manifest import JOURNAL, MANIFEST
    from securecall.spread.verify import verify

    path = Path(source)
    if not path.is_dir():
        return [source], {}
    if (path / MANIFEST).exists() or (path / JOURNAL).exists():
        manifest, problems = verify(path)
        if problems:
            raise InputError(f"{source} is not what its manifest says: {problems[0]}")
        sums = {name: manifest.sums[name] for name in ("total", "tax") if name in manifest.sums}
        names = [str(path / one.part.name) for one in manifest.made]
        return names, {"rows": manifest.rows, **{name: str(sum) for name, sum in sums.items()}}
    found = sorted(
        str(each)
        for each in path.iterdir()
        if each.suffix.lower() in (".parquet", ".pq", ".csv", ".arrow", ".arrows", ".ipc")
    )
    if not found:
        raise InputError(f"{source} has no Parquet, CSV or Arrow files")
    return found, {}


def _batches(files: list[str], format: str | None) -> pa.RecordBatchReader:
    """Return one stream over all files; each must have the columns of the first."""
    import pyarrow as pa

    from securecall.rating.files import open_records

    first = open_records(files[0], format)

    def through() -> Iterator[pa.RecordBatch]:
        for number, name in enumerate(files):
            records = first if number == 0 else open_records(name, format)
            if records.schema.names != first.schema.names:
                raise InputError(f"{name}: its columns are not those of {files[0]}")
            for batch, _ in records.batches:
                yield batch.cast(first.schema) if batch.schema != first.schema else batch

    return pa.RecordBatchReader.from_batches(first.schema, through())


def run(
    *,
    rated: str = typer.Argument(
        ..., metavar="RATED", help="Rated records: a Parquet, CSV or Arrow file, or their folder."
    ),
    ledger: str = typer.Argument(
        ..., metavar="LEDGER", help="A ledger's file, or its address (postgresql://...)."
    ),
    request_id: str | None = typer.Option(
        None, "--request-id", help="The posting's name; default the name of RATED."
    ),
    at: str | None = typer.Option(None, help="When, with an offset; default now."),
    rows: int = typer.Option(4096, help="Records of one operation."),
    expect_rows: int | None = typer.Option(None, help="Control total: how many records."),
    expect_total: str | None = typer.Option(None, help="Control total: dollars of all records."),
    refused: Path | None = typer.Option(
        None, help="Write refused records with their reasons to this Parquet or CSV file."
    ),
    check: bool = typer.Option(True, help="Afterwards look every record up in the books."),
    format: str | None = typer.Option(None, help="Format of RATED: parquet, csv or arrow."),
    key: Path | None = typer.Option(None, help="File with the key that signs checkpoints."),
    json: bool = typer.Option(False, "--json", help="The result as JSON."),
) -> None:
    """Charge rated records to their accounts; each once, however often it is posted.

    Stopped at any point, it goes on where it was when it is started again. Exit code 3 says that
    records were refused, 1 that the books and the records do not agree.
    """
    files, expected = _files(rated)
    when = datetime.now(UTC) if at is None else instant_of(at, "--at")
    name = request_id or Path(rated).name
    if expect_rows is not None:
        expected["rows"] = expect_rows
    if expect_total is not None:
        expected["total"] = expect_total
    secret = b"" if key is None else key.read_bytes()
    with Ledger.open(address(ledger), key=secret) as books, _Refused(refused) as sink:
        with progress("posting", not json) as report:
            made = books.post_records(
                _batches(files, format),
                at=when,
                request_id=name,
                rows=rows,
                expected=expected,
                refusals=sink.add,
                progress=lambda done: report(done, None),
            )
        found = books.check_records(_batches(files, format)) if check else None
        state = _state(books, name)
    agrees = found is None or _agrees(made, found)
    if json:
        as_json(_plain(made, found, state))
    else:
        _tell(made, found, state, agrees)
    if not agrees:
        complain("the books and the records do not agree")
        raise typer.Exit(EXIT_FAILURE)
    if made.refused:
        raise typer.Exit(EXIT_REJECTED)


def _state(books: Ledger, name: str) -> PostingState | None:
    """Return what all runs have posted; nothing if another posting had put it there before."""
    try:
        return books.posting(name)
    except Unknown:
        return None


def _agrees(made: Posting, found: Reconciliation) -> bool:
    """Return whether the books have just what the posting says that they have."""
    return (
        found.rows == made.rows
        and found.stream_micros == made.stream_micros
        and found.there_micros == made.posted_micros + made.already_micros
    )


class _Refused:
    """Refused records, written as they come."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._writer: Any = None

    def __enter__(self) -> _Refused:
        return self

    def add(self, batch: pa.RecordBatch) -> None:
        """Write a batch."""
        if self._path is None:
            return
        if self._writer is None:
            import pyarrow.csv
            import pyarrow.parquet

            if self._path.suffix.lower() == ".csv":
                self._writer = pyarrow.csv.CSVWriter(self._path, batch.schema)
            else:
                self._writer = pyarrow.parquet.ParquetWriter(self._path, batch.schema)
        self._writer.write_batch(batch)

    def __exit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()


def _plain(
    made: Posting, found: Reconciliation | None, state: PostingState | None
) -> dict[str, Any]:
    counts = ("rows", "posted", "already", "free", "refused", "operations")
    totals = ("stream_total", "posted_total", "already_total", "refused_total", "parts")
    said: dict[str, Any] = {name: getattr(made, name) for name in ("name", *counts, *totals)}
    if state is not None:
        said["all_runs"] = {"posted": state.posted, "total": state.total, "parts": state.parts}
    if found is not None:
        names = ("there", "missing", "different", "unrated", "free", "there_total", "examples")
        said["check"] = {name: getattr(found, name) for name in names}
    return said


def _tell(
    made: Posting, found: Reconciliation | None, state: PostingState | None, agrees: bool
) -> None:
    def line(what: str, count: int, total: Decimal) -> None:
        say(f"{what:<22} {count:>12,} {shown(total):>20}")

    line("records", made.rows, made.stream_total)
    line("posted", made.posted, made.posted_total)
    line("there already", made.already, made.already_total)
    say(f"{'free':<22} {made.free:>12,}")
    for code, count in made.refused.items():
        say(f"refused: {code:<13} {count:>12,}" if len(code) < 14 else f"refused: {code} {count:,}")
    if made.refused:
        line("refused together", sum(made.refused.values()), made.refused_total)
    for name, amount in made.parts.items():
        say(f"  {name:<33} {shown(amount):>20}")
    if state is not None:
        line(f"{made.name}, all runs", state.posted, state.total)
    if found is not None and agrees:
        line("looked up, all there", found.there, found.there_total)
    elif found is not None:
        line("looked up and there", found.there, found.there_total)
        line("missing", found.missing, found.missing_total)
        line("different", found.different, found.different_total)
