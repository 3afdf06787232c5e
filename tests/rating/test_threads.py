"""One tariff, many threads: it is never changed, so whoever asks gets what one thread would get."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pyarrow as pa
import pytest

from securecall import Call, PriceCurve, Tariff
from securecall.errors import CallRejected

THREADS = 8
ROWS = 30_000

TEXT = """
rounding = { mode = "half_up", unit = "0.01" }
[[facility]]
id = "tx"
kind = "jail"
adp = 8932
state = "TX"
timezone = "America/Chicago"
local = ["+1713"]
holidays = ["2026-12-25"]
contract = "c"
[[facility]]
id = "ca"
kind = "prison"
state = "CA"
timezone = "America/Los_Angeles"
contract = "c"
[[contract]]
id = "c"
[[contract.rate]]
id = "night"
when = { from = "21:00", to = "07:00" }
steps = [{ price = "0.05", per_ms = 60_000, increment_ms = 6_000 }]
switch = "split"
[[contract.rate]]
id = "day"
connect_fee = "0.10"
steps = [
  { from_ms = 0, price = "0.14", per_ms = 60_000, increment_ms = 60_000 },
  { from_ms = 60_000, price = "0.11", per_ms = 60_000, increment_ms = 1_000 },
]
[[contract.deck]]
file = "deck.csv"
medium = "audio"
[[tax]]
id = "state"
states = ["TX"]
percent = "6.25"
[[tax]]
id = "excise"
percent = "3"
base = "net+prior"
[[fee]]
id = "card"
kind = "automated_payment"
flat = "3.95"
"""
DECK = "prefix,price,per_ms,initial_ms,increment_ms\n" + "".join(
    f"{prefix},0.{prefix % 90 + 10},60000,30000,6000\n" for prefix in range(5200, 5299)
)


def load() -> Tariff:
    return Tariff.loads(TEXT, decks={"deck.csv": DECK})


def records() -> pa.Table:
    """Return records of every kind, good and bad, in no order."""
    draw = random.Random(7)
    numbers = ("+17135550123", "+12145550123", "+14155550123", "+525512345678", "+18005550100", "x")
    return pa.table(
        {
            "facility": draw.choices(["tx", "ca", "nowhere"], [60, 39, 1], k=ROWS),
            "number": draw.choices(numbers, [30, 20, 20, 20, 9, 1], k=ROWS),
            "start": pa.array(
                [draw.randrange(1_760_000_000_000, 1_790_000_000_000) for _ in range(ROWS)],
                pa.int64(),
            ),
            "duration_ms": pa.array([draw.randrange(0, 3_600_000) for _ in range(ROWS)]),
            "medium": draw.choices(["audio", "video"], [9, 1], k=ROWS),
        }
    )


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Let threads take turns as often as the interpreter can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_threads_rate_the_pieces_of_a_table_with_one_tariff() -> None:
    tariff, table = load(), records()
    whole = tariff.rate_batch(table)
    size = 997
    pieces = [table.slice(first, size) for first in range(0, ROWS, size)]
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(3):
            rated = pa.concat_tables(pool.map(tariff.rate_batch, pieces))
            assert rated.equals(whole)


def test_threads_with_a_tariff_each_agree() -> None:
    table = records()
    whole = load().rate_batch(table)
    barrier = threading.Barrier(THREADS)

    def own(_: int) -> bool:
        barrier.wait()  # all compile at the same time
        tariff = load()
        return bool(tariff.rate_batch(table).equals(whole))

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(own, range(THREADS)))


def asked(tariff: Tariff, call: Call) -> tuple[object, ...]:
    """Return what one call comes to, by every door for one call."""
    try:
        rated = tariff.rate(call)
    except CallRejected as rejected:
        return (rejected.status,)
    curve = tariff.curve(call)
    return (
        rated,
        rated.explain(),
        rated.cap,
        curve.reach("7.50"),
        curve.total(call.duration_ms),
        PriceCurve.loads(curve.dumps()),
        tariff.quote_deposit("25.00", facility=call.facility, at=call.start),
    )


def test_threads_ask_one_tariff_about_single_calls() -> None:
    tariff = load()
    calls = [
        Call(row["facility"], row["number"], row["start"], row["duration_ms"], row["medium"])
        for row in records().slice(0, 120).to_pylist()
    ]
    alone = [asked(tariff, call) for call in calls]
    fresh = load()  # nothing is filled in lazily that a thread could see half of
    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(lambda call: asked(fresh, call), calls * 3))
    assert found == alone * 3


def test_threads_read_one_stream_each() -> None:
    tariff, table = load(), records()
    whole = tariff.rate_batch(table)

    def streamed(_: int) -> bool:
        return bool(tariff.rate_stream(table.to_reader(4_099)).read_all().equals(whole))

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(streamed, range(THREADS)))


def test_one_curve_answers_many_threads() -> None:
    tariff = load()
    curve = tariff.curve(Call("tx", "+17135550123", 1_777_658_400_000))
    balances = [f"{cents / 100:.2f}" for cents in range(0, 5_000, 7)]
    alone = [curve.reach(balance) for balance in balances]
    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(curve.reach, balances)) == alone
