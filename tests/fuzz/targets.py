"""What must hold at each door whatever bytes come in; atheris and the seeded smoke both use it.

A target returns if the promise was kept and raises anything at all if it was not. What a door may
answer to bad bytes is its own error; what it lets in must obey the law.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from random import Random
from typing import Final

import pyarrow as pa
from tests.fuzz.ears import EARS_SEEDS, ears
from tests.fuzz.hostile import Cursor, hostile_batch
from tests.fuzz.wires import WIRE_SEEDS, WIRE_TARGETS

from securecall.errors import AmountOverflow, CallRejected, InputError, SecurecallError, TariffError
from securecall.rating.batch import Rater
from securecall.rating.call import Call, RatedCall
from securecall.rating.csv_records import csv_records
from securecall.rating.curve import PriceCurve
from securecall.rating.tariff import Tariff
from securecall.rating.words import REJECTED
from securecall.regulation import Rules

__all__ = ["SEEDS", "TARGETS", "check_rated"]

Target = Callable[[bytes], None]

START_MS: Final = 1_777_658_400_000  # 2026-05-01T18:00:00Z
MONEY: Final = ("net", "tax", "total", "state_paid", "cap_saved", "billed_ms")
TARIFF: Final = """currency = "USD"
rounding = { mode = "half_up", unit = "0.01" }
[[facility]]
id = "f"
kind = "jail"
adp = 300
state = "TX"
timezone = "America/Chicago"
contract = "c"
local = ["+1713"]
holidays = ["2026-12-25"]
max_call_ms = 1_800_000
cap_basis = "actual"
[[contract]]
id = "c"
[[contract.rate]]
id = "day"
medium = "audio"
destinations = ["any", "+52"]
bill_types = ["prepaid", "collect"]
effective_from = 2020-04-06T00:00:00-05:00
when = [{ days = ["mon", "fri"], from = "19:00", to = "07:00" }, { holidays = true }]
connect_fee = "0.50"
steps = [{ from_ms = 0, price = "0.10", per_ms = 60_000, increment_ms = 60_000 },
         { from_ms = 60_000, price = "0.08", per_ms = 60_000, increment_ms = 1_000 }]
switch = "split"
max_total = "5.00"
max_per_started_minute = "0.16"
free_ms = 1
min_total = "0.01"
final = "prorate"
priority = 1
[[contract.deck]]
file = "az.csv"
[[tax]]
id = "t"
states = ["TX"]
percent = "6.25"
base = "net+prior"
rounding = { mode = "up", unit = "0.01" }
[[fee]]
id = "card"
kind = "automated_payment"
flat = "3.00"
percent = "1"
"""
DECK: Final = (
    b"prefix,price,per_ms,initial_ms,increment_ms,connect_fee,rate_id\n"
    b"+1,0.10,60000,60000,60000,0.25,us\n52,0.000000000001,1,30000,6000,,\n"
)
CSV: Final = (
    b"facility,number,start,duration_ms,medium,bill_type,authorized_ms,note\n"
    b'f,+17135550123,2026-05-01T18:00:00Z,613000,audio,prepaid,,"a, b"\n'
    b"f,+525512345678,1777658400000,60001,video,collect,60000,\n"
)


@cache
def fixed_tariff() -> Tariff:
    return Tariff.loads(TARIFF, decks={"az.csv": DECK})


def _loaded(text: str, deck: bytes) -> Tariff | None:
    def read(name: str) -> bytes:
        if name != "az.csv":
            raise FileNotFoundError(2, "no such file", name)
        return deck

    try:
        return Tariff(text, "<fuzz>", read, Rules.default())
    except TariffError as error:
        refused = error
    assert refused.faults
    assert all(fault.rule for fault in refused.faults)
    assert str(refused)
    return None


def _rated(tariff: Tariff, call: Call) -> tuple[str, RatedCall | None]:
    try:
        rated = tariff.rate(call)
    except CallRejected as error:
        return error.status, None
    except AmountOverflow:
        return "overflow", None
    return rated.status, rated


def _ask(tariff: Tariff) -> None:
    """Rate calls under a tariff that was let in: by the scalar door, the batch and the curve."""
    calls = [
        Call(facility.id, number, START_MS, duration_ms)
        for facility in tariff.document.facilities[:3]
        for number in ("+17135550123", "+525512345678")
        for duration_ms in (1, 613_000)
    ]
    columns = ("facility", "number", "start", "duration_ms")
    rows = [{name: getattr(call, name) for name in columns} for call in calls]
    if not rows:
        return
    table = tariff.rate_batch(pa.Table.from_pylist(rows))
    check_rated(table)
    for call, row in zip(calls, table.to_pylist(), strict=True):
        status, rated = _rated(tariff, call)
        assert row["status"] == status
        if rated is None:
            continue
        assert row["total"] == rated.total
        assert sum(line.amount for line in rated.lines) == rated.total
        curve = tariff.curve(call)
        assert PriceCurve.loads(curve.dumps()) == curve


def toml(data: bytes) -> None:
    """The text of a tariff: a `TariffError` with its faults, or a tariff that rates."""
    errors = "surrogateescape" if data[:1] == b"#" else "replace"  # half characters, or none
    tariff = _loaded(data.decode("utf-8", errors), DECK)
    if tariff is not None:
        _ask(tariff)


def deck(data: bytes) -> None:
    """A deck's CSV: the same."""
    tariff = _loaded(TARIFF, data)
    if tariff is not None:
        _ask(tariff)


def check_rated(table: pa.Table) -> None:
    """Null money never without a status that says why, and never money with such a status."""
    table = table.select(["status", *MONEY])
    assert table["status"].null_count == 0
    for row in table.to_pylist():
        for name in MONEY:
            assert (row[name] is None) == (row["status"] in REJECTED), row


def records(data: bytes) -> None:
    """A CSV of call records: an `InputError`, or all its rows with a status each."""
    try:
        found = csv_records("fuzz.csv", io.BytesIO(data))
        rater = Rater(fixed_tariff(), found.schema, replace=True, rating_schema=found.rating_schema)
    except InputError:
        return
    rows = 0
    for through, rating in found.batches:
        assert through.num_rows == rating.num_rows
        for batch in rater.rate(through, rating):
            rows += batch.num_rows
            check_rated(pa.Table.from_batches([batch]))
    # Records of several lines are rarer than lines, blank lines are none.
    lines = len(data.replace(b"\r", b"\n").splitlines())
    assert rows <= lines
    if b'"' not in data:
        assert rows == sum(bool(line) for line in _lines(data)) - 1


def _lines(data: bytes) -> Iterator[bytes]:
    """Cut as CSV does: the header at its newline, the rest also at a lone carriage return."""
    head, _, rest = data.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    yield head
    yield from rest.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")


def arrow(data: bytes) -> None:
    """Arrow data from anywhere: our own error, or every row with a status; never a crash."""
    for batch in _batches(data):
        for explain in (False, True):
            try:
                table = fixed_tariff().rate_batch(batch, explain=explain, replace=True)
            except SecurecallError:
                continue
            assert table.num_rows == batch.num_rows
            check_rated(table)
        with suppress(SecurecallError):
            found = fixed_tariff().compare(batch, _dearer())
            assert found.compared == batch.num_rows
        try:
            if not {"facility", "number", "start"} <= set(batch.schema.names):
                continue
        except UnicodeDecodeError:
            continue
        with suppress(SecurecallError):
            # The number is no amount, mostly; the walk over its offsets is the same.
            deposits = batch.select(["facility", "number", "start"])
            quoted = _dearer().quote_batch(deposits.rename_columns(["facility", "amount", "at"]))
            assert quoted["status"].null_count == 0


@cache
def _dearer() -> Tariff:
    return Tariff.loads(TARIFF.replace('"0.10"', '"0.12"'), decks={"az.csv": DECK})


def _batches(data: bytes) -> Iterator[pa.RecordBatch]:
    if data[:1] != b"\xff":  # a stream of Arrow IPC begins so
        batch = hostile_batch(data)
        if batch is not None:
            yield batch
        return
    try:
        yield from pa.ipc.open_stream(data)
    except (pa.lib.ArrowException, OSError):
        return


def curve(data: bytes) -> None:
    """The bytes of a price curve: an `InputError`, or a curve that obeys the law."""
    try:
        found = PriceCurve.loads(data if data[:1] in b"[{" else _changed_curve(data))
    except InputError:
        return
    assert PriceCurve.loads(found.dumps()) == found
    before = 0
    for bought_ms in (0, 1, 999, 60_000, 60_001, 3_600_000, 1 << 40):
        try:
            total = found.total_micros(bought_ms)
        except OverflowError:
            break
        assert total >= before
        assert bought_ms or total == 0
        before = total
    for balance in (-1, 0, 1, 10_000_000, 999_999_999_999_999_999):
        reached = found.reach_micros(balance)
        if reached is None:
            continue
        assert found.total_micros(reached) <= max(balance, 0)
        if not found.prorate:
            try:
                assert found.total_micros(found.next(reached)) > max(balance, 0)
            except OverflowError:
                continue


def _changed_curve(data: bytes) -> bytes:
    """Return a good curve with fields changed as the bytes say: any numbers, of any length."""
    cursor = Cursor(data)
    body = json.loads(_long_curve() if cursor.below(2) else _curve())
    names = sorted(body)

    def number() -> int:
        size = cursor.below(18)
        return int.from_bytes(cursor.take(size), "little", signed=cursor.below(8) == 7)

    for _ in range(1 + cursor.below(4)):
        name = names[cursor.below(len(names))]
        if name == "taxes":
            body[name] = [[number() for _ in range(6)] for _ in range(cursor.below(4))]
            body["tax_ids"] = []
        elif name in ("billing", "prices"):
            begins, rows = 0, []
            for _ in range(cursor.below(6)):
                rows.append([begins, number()])
                step = rows[-1][1] if name == "billing" else 1
                begins += step * (1 + cursor.below(200))
            body[name] = rows
        elif type(body[name]) is int:
            body[name] = number()
    return json.dumps(body).encode()


TARGETS: Final[dict[str, Target]] = {
    "toml": toml,
    "deck": deck,
    "records": records,
    "arrow": arrow,
    "curve": curve,
    "ears": ears,
    **WIRE_TARGETS,
}


def _stream() -> bytes:
    """Return call records as an Arrow IPC stream."""
    table = pa.table(
        {
            "facility": pa.array(["f", None]).dictionary_encode(),
            "number": ["+17135550123", "1"],
            "start": pa.array([START_MS, None], pa.timestamp("ms", "UTC")),
            "duration_ms": [613_000, 1],
            "medium": pa.array(["audio", "video"], pa.string_view()),
            "authorized_ms": pa.array([None, 5], pa.int32()),
        }
    )
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _curve() -> bytes:
    return fixed_tariff().curve(Call("f", "+17135550123", START_MS)).dumps()


def _long_curve() -> bytes:
    body = json.loads(_curve())
    body["taxes"] = [[1, 16, 10_000, 1, 0, 0], [1, 3, 1, 3, 1, 1]]
    body["prices"] = [[0, 0], [1, 7], [60_000, 1 << 90]]
    return json.dumps(body).encode()


@cache
def _seeds() -> dict[str, tuple[bytes, ...]]:
    return {
        "toml": (TARIFF.encode(), b"[[contract]]\n", b"a.b.c=[[{x=1}]]\n", b"#\xed\xa0\x80"),
        "deck": (DECK, DECK.replace(b"\n", b"\r\n"), b"prefix,price\n", b'"'),
        "records": (CSV, b"\xef\xbb\xbf" + CSV, CSV + b'f,"x', CSV.replace(b",", b',"', 9)),
        # Long ones, so that there is something to lie about; the last of any bytes.
        "arrow": (
            _stream(),
            bytes(range(256)) * 8,
            b"\x03" * 400,
            *(Random(seed).randbytes(3000) for seed in range(4)),
        ),
        "curve": (_curve(), _long_curve(), b"{}", b"[" * 5000, bytes(range(1, 200))),
        "ears": EARS_SEEDS,
        **WIRE_SEEDS,
    }


SEEDS: Final = _seeds
