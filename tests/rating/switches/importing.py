"""What tests of imports share: a tariff, a small layout, and rating row by row."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from securecall.errors import AmountOverflow, CallRejected
from securecall.rating.call import Call
from securecall.rating.layouts import asterisk_custom
from securecall.rating.records import Imported, read
from securecall.rating.tariff import Tariff

DATA = Path(__file__).parents[2] / "data" / "switches"
MASTER = DATA / "asterisk22_Master.csv"
HIRES = DATA / "asterisk22_Hires.csv"
FREESWITCH = DATA / "freeswitch1.10.12_Master.csv"
JSONS = DATA / "freeswitch_json"
KAMAILIO = DATA / "kamailio_acc_cdr.log"

HIRES_COLUMNS = (
    "src", "dst", "start", "answer", "end", "duration,f", "billsec,f", "disposition", "uniqueid",
    "linkedid",
)  # fmt: skip
TARIFF = Tariff.loads(
    """
    [[facility]]
    id = "TX-001"
    kind = "jail"
    adp = 120
    state = "TX"
    timezone = "America/Chicago"
    contract = "c"
    regulation = "none"
    [[contract]]
    id = "c"
    [[contract.rate]]
    id = "all"
    steps = [{ from_ms = 0, price = "0.06", per_ms = 60_000, increment_ms = 1_000 }]
    """
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rows(table: pa.Table, *names: str) -> list[tuple[object, ...]]:
    return list(zip(*(table.column(name).to_pylist() for name in names), strict=True))


def statuses(found: Imported) -> list[str]:
    """Rate every row on its own and return what became of it."""
    result = []
    for row in found.calls.to_pylist():
        start, duration = row["start"], row["duration_ms"]
        call = Call(
            facility=row["facility"] or "",
            number=row["number"] or "",
            start=-1 if start is None else start,
            duration_ms=-1 if duration is None else duration,
            medium=row["medium"] or "audio",
            bill_type=row["bill_type"] or "",
            authorized_ms=row["authorized_ms"],
            relay=row["relay"],
        )
        try:
            rated = TARIFF.rate(call)
            result.append(rated.status if rated.status != "ok" else str(rated.total))
        except (CallRejected, AmountOverflow) as error:
            result.append(getattr(error, "status", "overflow"))
    return result


def csv_bytes(*lines: str) -> io.BytesIO:
    return io.BytesIO("".join(line + "\n" for line in lines).encode())


SMALL = asterisk_custom(["uniqueid", "dst", "start", "answer", "billsec", "disposition"])
GOOD = '"7","17135550123","2026-05-01 13:00:00","2026-05-01 13:00:05",60,"ANSWERED"'


def small(*lines: str, **options: object) -> Imported:
    options = {"timezone": "UTC", "facility": "TX-001", **options}
    return read(csv_bytes(*lines), SMALL, **options)  # type: ignore[arg-type]
