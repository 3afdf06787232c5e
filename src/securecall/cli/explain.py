"""``securecall explain``: why one call costs what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import typer

from securecall.cli.console import (
    OVERRIDES,
    TARIFF,
    as_json,
    duration_of,
    instant_of,
    load_tariff,
    say,
)
from securecall.errors import InputError
from securecall.rating.call import Call, RatedCall

NAME: Final = "explain"


def _from_file(path: str, given: str | None, call_id: str, facilities: Mapping[str, int]) -> Call:
    """Return the call of a file that has an id.

    Raises
    ------
    InputError
        No row of the file has it, the row names no call, or rating refuses a column.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    from securecall.rating.columns import Columns, calls_of, plain
    from securecall.rating.files import open_records

    records = open_records(path, given)
    # Refuses what rating refuses, such as local times.
    Columns(records.rating_schema, facilities, records.schema.names)
    if "call_id" not in records.schema.names:
        raise InputError(
            f"{path}: has no column call_id; there are {', '.join(records.schema.names)}"
        )
    for through, rating in records.batches:
        column = through.column("call_id")
        try:
            ids = plain(column).cast(pa.string())
        except pa.lib.ArrowException:
            raise InputError(f"{path}: column call_id is {column.type}, not text") from None
        row = pc.index(ids, call_id).as_py()
        if row >= 0:
            call = next(calls_of(rating.slice(row, 1)))
            if call is None:
                raise InputError(f"{path}: call {call_id!r} lacks what rating needs")
            return replace(call, call_id=call_id)  # which a CSV's typed columns lack
    raise InputError(f"{path}: has no call_id {call_id!r}")


def run(
    *,
    source: str | None = typer.Argument(None, metavar="[FILE]", help="A file of call records."),
    call_id: str | None = typer.Argument(None, metavar="[CALL_ID]", help="Which call of it."),
    tariff: str = TARIFF,
    facility: str | None = typer.Option(None, help="Or describe a call: its facility,"),
    number: str | None = typer.Option(None, help="the number called, +17135550123,"),
    start: str | None = typer.Option(None, help="when it began, with an offset,"),
    duration: str | None = typer.Option(None, help="how long it lasted, 10m13s."),
    medium: str = typer.Option("audio", help="audio or video."),
    bill_type: str = typer.Option("prepaid", help="prepaid, inmate_debit, direct_bill, ..."),
    authorized: str | None = typer.Option(None, help="How long it was authorised for."),
    relay: str = typer.Option("none", help="none, trs, vrs, tty, asl or cts."),
    format: str | None = typer.Option(None, help="Format of FILE."),
    known_at: str | None = typer.Option(None, help="Rules as believed on that day."),
    override: list[Path] = OVERRIDES,
    json: bool = typer.Option(False, "--json", help="Lines and amounts as JSON."),
) -> None:
    """Print a receipt that a person can check with a pencil."""
    compiled = load_tariff(tariff, override, known_at)
    if source is not None and call_id is not None:
        call = _from_file(source, format, call_id, compiled.compiled.facilities)
    elif facility is not None and number is not None and start is not None and duration is not None:
        call = Call(
            facility=facility,
            number=number,
            start=instant_of(start, "--start"),
            duration_ms=duration_of(duration, "--duration"),
            medium=medium,
            bill_type=bill_type,
            authorized_ms=None if authorized is None else duration_of(authorized, "--authorized"),
            relay=relay,
        )
    else:
        raise typer.BadParameter(
            "give FILE and CALL_ID, or --facility, --number, --start and --duration"
        )
    rated = compiled.rate(call)
    if json:
        as_json(_fields(rated))
    else:
        say(rated.explain())


def _fields(rated: RatedCall) -> dict[str, Any]:
    cap = rated.cap
    return {
        "call": asdict(rated.call),
        "status": rated.status,
        "jurisdiction": rated.jurisdiction,
        "rate_class": rated.rate_class,
        "rate_id": rated.rate_id,
        "billed_ms": rated.billed_ms,
        "net": rated.net,
        "state_paid": rated.state_paid,
        "tax": rated.tax,
        "total": rated.total,
        "lines": [asdict(line) for line in rated.lines],
        "cap": None
        if cap is None
        else {
            "per_minute": cap.per_minute,
            "source": cap.source,
            "citation": cap.citation,
            "confidence": cap.confidence,
            "saved": cap.saved,
        },
    }
