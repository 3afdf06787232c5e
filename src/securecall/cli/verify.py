"""``securecall verify``: whether a folder of parts is what its manifest says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from securecall.cli.console import EXIT_FAILURE, as_json, people, progress, say
from securecall.errors import ColumnError

if TYPE_CHECKING:
    from securecall.spread import Manifest

NAME: Final = "verify"
SHOWN: Final = 10


def run(
    *,
    folder: str = typer.Argument(..., metavar="OUT", help="A folder of parts."),
    recount: bool = typer.Option(True, help="Read every part and add up its amounts again."),
    ids: str | None = typer.Option(None, help="Also: no value of this column comes twice."),
    json: bool = typer.Option(False, "--json", help="What was found, as JSON."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Say nothing: the exit code tells."),
) -> None:
    """Verify a folder that `rate --workers` wrote: missing, changed, doubled and foreign files.

    Exit code 1 says that something is not as it should be.
    """
    from securecall.rating.part_work import recount_rated
    from securecall.spread import Problem, verify

    with progress("verifying", not quiet) as tell:
        manifest, problems = verify(
            folder, recount=recount_rated if recount else None, progress=tell
        )
    if ids is not None:
        gone = {one.file for one in problems if one.kind in ("missing", "unreadable")}
        problems += [
            Problem("duplicate", "", f"{ids} {value!r} comes {count} times")
            for value, count in _twice(Path(folder), manifest, ids, gone)
        ]
    if json:
        as_json(
            {
                "folder": folder,
                "parts": len(manifest.made),
                "rows": manifest.rows,
                "sums": manifest.sums,
                "problems": [
                    {"kind": one.kind, "file": one.file, "text": one.text} for one in problems
                ],
            }
        )
    elif not quiet:
        for one in problems:
            say(str(one))
        found = f"{len(problems)} problems" if problems else "all is well"
        people().print(f"{folder}: {len(manifest.made):,} parts, {manifest.rows:,} rows: {found}")
    if problems:
        raise typer.Exit(EXIT_FAILURE)


def _twice(folder: Path, manifest: Manifest, ids: str, gone: set[str]) -> list[tuple[Any, int]]:
    """Return values of a column that come more than once over all parts, the first few of them.

    Takes the memory of the whole column.

    Raises
    ------
    ColumnError
        A part has no such column.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from securecall.rating.columns import plain
    from securecall.rating.files import format_of, open_records

    values: list[pa.Array] = []
    for made in manifest.made:
        if made.part.name in gone:
            continue
        records = open_records(str(folder / made.part.name), format_of(made.part.name))
        if ids not in records.schema.names:
            raise ColumnError(ids, f"is missing in {made.part.name}")
        values += [plain(batch.column(ids)) for batch, _ in records.batches]
    kinds = {column.type for column in values}
    if len(kinds) > 1:
        values = [column.cast(pa.string()) for column in values]
    if not values:
        return []
    counted = pc.value_counts(pa.chunked_array(values).drop_null())
    twice = counted.filter(pc.greater(counted.field("counts"), 1))
    found = [(item["values"], item["counts"]) for item in twice.slice(0, SHOWN).to_pylist()]
    return sorted(found, key=lambda one: -one[1])
