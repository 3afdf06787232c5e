"""A compiled tariff in a file: the same charges, in milliseconds, and no damage unseen."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import time
import tomllib
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import strategies
from tests.harris import call
from tests.rating.test_batch import many
from tests.rating.test_three_speeds import SCHEMA, _row, fits_arrow
from tests.rating.test_three_speeds import load as load_drawn
from tests.regulation.test_library import CEILINGS

from securecall import Call, Tariff, _rating, load_compiled
from securecall.errors import CallRejected, InputError, InputTypeError, TariffError
from securecall.rating import compiled_file
from securecall.rating.compiled_file import dumps, is_compiled, loads
from securecall.regulation import Rules

TEXT = """
rounding = { mode = "half_up", unit = "0.01" }
[[facility]]
id = "f"
kind = "jail"
adp = 8932
state = "TX"
timezone = "America/Chicago"
local = ["+1713"]
holidays = ["2026-12-25"]
max_call_ms = 900_000
contract = "c"
[[facility]]
id = "prison"
kind = "prison"
state = "CA"
timezone = "America/Los_Angeles"
contract = "c"
[[contract]]
id = "c"
[[contract.rate]]
id = "day"
connect_fee = "0.10"
steps = [
  { from_ms = 0, price = "0.14", per_ms = 60_000, increment_ms = 60_000 },
  { from_ms = 60_000, price = "0.11", per_ms = 60_000, increment_ms = 1_000 },
]
[[contract.rate]]
id = "night"
when = { from = "21:00", to = "07:00" }
steps = [{ price = "0.05", per_ms = 60_000, increment_ms = 6_000 }]
switch = "split"
[[contract.deck]]
file = "deck.csv"
medium = "audio"
[[tax]]
id = "state"
states = ["TX"]
percent = "6.25"
[[fee]]
id = "card"
kind = "automated_payment"
flat = "3.95"
"""
DECK = "prefix,price,per_ms,initial_ms,increment_ms\n" + "".join(
    f"{prefix},0.{prefix % 90 + 10},60000,30000,6000\n" for prefix in range(5200, 5299)
)


def house(**options: Any) -> Tariff:
    return Tariff.loads(TEXT, file="f.toml", decks={"deck.csv": DECK}, **options)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "f.tariff"


def same(one: Tariff, other: Tariff, calls: list[Call]) -> None:
    """Assert that two tariffs say the same of calls, by every door for one call."""
    for each in calls:
        try:
            rated = one.rate(each)
        except CallRejected as rejected:
            with pytest.raises(CallRejected, match=rejected.status):
                other.rate(each)
            continue
        assert other.rate(each) == rated
        assert other.rate(each).explain() == rated.explain()
        assert other.curve(each).dumps() == one.curve(each).dumps()


# The same tariff ---------------------------------------------------------------------------------


def test_a_loaded_file_is_the_tariff_that_was_saved(path: Path) -> None:
    tariff = house()
    tariff.save(path)
    again = load_compiled(path)
    assert (again, hash(again), again.digest) == (tariff, hash(tariff), tariff.digest)
    assert repr(again) == repr(tariff)
    assert again.compiled.facilities == tariff.compiled.facilities
    assert again.compiled.rate_ids == tariff.compiled.rate_ids
    assert again.rate_batch(many(500)).equals(tariff.rate_batch(many(500)))
    numbers = ("+17135550123", "+12125550123", "+525212345678", "+442071234567", "x")
    same(tariff, again, [call(613_000, number=number) for number in numbers])
    same(tariff, again, [call(facility="prison"), call(facility="nowhere"), call(-1)])


def test_what_the_engine_does_not_know_comes_from_the_source(path: Path) -> None:
    tariff = house()
    tariff.save(path)
    again = load_compiled(path)
    assert again.document == tariff.document
    assert again.rules == tariff.rules
    assert again.lint() == tariff.lint()
    assert again.compiled.zones == tariff.compiled.zones
    assert [one.id for one in again.compiled.taxes] == ["state"]
    assert len(again.compiled.rulings) == len(tariff.compiled.rulings)
    quote = {"facility": "f", "at": 1_651_428_000_000}
    assert again.quote_deposit("25.00", **quote) == tariff.quote_deposit("25.00", **quote)
    early = date(2025, 7, 1)
    assert again.known(early) == tariff.known(early) == house(known_at=early)


def test_the_user_s_own_rules_and_their_day_travel_along(path: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    line = "mine,2026-01-01,,audio,all,all,,,0.05,contract 7,f,\n"
    own.write_text(CEILINGS + line, encoding="utf-8")
    tariff = house(rules=Rules.load([own]))
    tariff.save(path)
    own.unlink()
    again = load_compiled(path)
    assert again.rules == tariff.rules != Rules.default()
    assert again.rate(call(60_000)) == tariff.rate(call(60_000))
    assert again.rate(call(60_000)).explain() == tariff.rate(call(60_000)).explain()


@settings(max_examples=60)
@given(st.data())
def test_any_tariff_says_the_same_from_its_bytes(data: st.DataObject) -> None:
    drawn = data.draw(strategies.tariffs())
    tariff = load_drawn(drawn)
    again = loads(dumps(tariff))
    asked = data.draw(st.lists(strategies.calls(tomllib.loads(drawn)), min_size=1, max_size=4))
    rows = [_row(each) for each in asked if fits_arrow(each)]
    table = pa.Table.from_pylist(rows, SCHEMA)
    assert again.rate_batch(table).equals(tariff.rate_batch(table))


def test_a_pickle_is_the_compiled_bytes(path: Path) -> None:
    tariff = house()
    tariff.save(path)
    packed = pickle.dumps(tariff)
    assert path.read_bytes() in packed
    for again in (pickle.loads(packed), pickle.loads(pickle.dumps(load_compiled(path)))):
        assert again == tariff
        assert again.rate_batch(many(100)).equals(tariff.rate_batch(many(100)))
        assert pickle.dumps(again) == packed


def test_the_same_tariff_gives_the_same_bytes(path: Path) -> None:
    house().save(path)
    assert path.read_bytes() == dumps(house()) == dumps(load_compiled(path))


def test_a_process_that_loads_it_reads_no_source_and_no_rules(path: Path) -> None:
    house().save(path)
    code = (
        "import sys, securecall as sc\n"
        "tariff = sc.load_compiled(sys.argv[1])\n"
        "call = sc.Call('f', '+17135550123', 1_777_658_400_000, 613_000)\n"
        "print(tariff.rate(call).total, tariff.curve(call).reach('5.00'))\n"
        "print(tariff._document._made, tariff.source._made)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, text=True, check=True
    )
    asked = call(613_000)
    wanted = f"{house().rate(asked).total} {house().curve(asked).reach('5.00')}"
    assert told.stdout.splitlines() == [wanted, "None None"]


def test_100_000_prefixes_load_in_milliseconds(path: Path) -> None:
    rows = "".join(f"{2_000_000 + n},0.{n % 400:04},60000,30000,6000\n" for n in range(100_000))
    header = "prefix,price,per_ms,initial_ms,increment_ms\n"
    tariff = Tariff.loads(TEXT, decks={"deck.csv": header + rows})
    tariff.save(path)
    begun = time.process_time()
    again = load_compiled(path)
    used_s = time.process_time() - begun
    asked = call(31_000, number="+20000075")
    assert again.rate(asked) == tariff.rate(asked)
    assert again.rate(asked).rate_id == "+2000007"
    assert used_s < 0.2  # some 2 ms alone on a small machine


# Files -------------------------------------------------------------------------------------------


def test_a_file_may_be_replaced_and_deleted_while_it_is_used(path: Path) -> None:
    tariff = house()
    tariff.save(path)
    again = load_compiled(path)
    house(known_at=date(2025, 7, 1)).save(path)
    path.unlink()
    assert again.rate_batch(many(200)).equals(tariff.rate_batch(many(200)))
    assert os.listdir(path.parent) == []


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing/f\.tariff: cannot be written: No such file"):
        house().save(tmp_path / "missing" / "f.tariff")


def test_what_is_no_compiled_tariff_is_told_by_name(path: Path) -> None:
    with pytest.raises(InputError, match=r"f\.tariff: cannot be read: no such file"):
        load_compiled(path)
    with pytest.raises(InputTypeError, match="path must be a path, not int"):
        load_compiled(3)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="cannot be read: is a directory"):
        load_compiled(path.parent)
    path.write_bytes(b"")
    with pytest.raises(InputError, match=r"f\.tariff: is no compiled tariff: it is empty"):
        load_compiled(path)
    for content in (b"x", b"PAR1" * 100, TEXT.encode()):
        path.write_bytes(content)
        assert not is_compiled(path)
        with pytest.raises(InputError, match=r"f\.tariff: is no compiled tariff$"):
            load_compiled(path)
    toml = path.with_name("f.toml")
    toml.write_text(TEXT, encoding="utf-8")
    with pytest.raises(InputError, match=r"is no compiled tariff; load a TOML file with Tariff"):
        load_compiled(toml)


def test_the_other_door_says_which_door_it_is(path: Path) -> None:
    house().save(path)
    assert is_compiled(path)
    with pytest.raises(TariffError, match=r"is a compiled tariff; load it with securecall\.load"):
        Tariff.load(path)


def test_a_file_that_ends_too_early_is_damaged(path: Path) -> None:
    whole = dumps(house())
    for length in (*range(8, 80, 9), 200, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"f\.tariff: is damaged"):
            load_compiled(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(InputError, match=r"f\.tariff: is damaged"):
        load_compiled(path)


WHOLE = dumps(house())


@settings(max_examples=300)
@given(place=st.integers(0, len(WHOLE) - 1), bit=st.integers(0, 7))
def test_no_turned_bit_is_believed(place: int, bit: int) -> None:
    turned = bytearray(WHOLE)
    turned[place] ^= 1 << bit
    if 20 <= place < 64:
        assert loads(bytes(turned)) == house()  # zeros that nobody reads
        return
    with pytest.raises(InputError, match="a pickled tariff: is"):
        loads(bytes(turned))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"securecall": "0.0.1"}, r"was compiled for securecall 0\.0\.1, and this is 0\."),
        ({"engine": 7}, r"was compiled for engine 7, and this is 1"),
        ({"byteorder": "big"}, r"was compiled for byteorder big, and this is little"),
        ({"layout": [1, 2]}, r"was compiled for layout"),
    ],
)
def test_a_file_of_another_version_is_refused_by_name(
    path: Path, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], said: str
) -> None:
    made = {**compiled_file._made_for(), **changed}
    with monkeypatch.context() as patched:
        patched.setattr(compiled_file, "_made_for", lambda: made)
        house().save(path)
    with pytest.raises(InputError, match=rf"f\.tariff: {said}.*; save it again"):
        load_compiled(path)


def test_a_file_of_another_format_is_refused_by_name(path: Path) -> None:
    other = bytearray(WHOLE)
    other[8] = 9
    path.write_bytes(other)
    with pytest.raises(InputError, match=r"f\.tariff: is a compiled tariff of format 9, not 1"):
        load_compiled(path)


def test_a_source_that_is_another_s_is_not_believed(path: Path) -> None:
    # Whole by its checksum, and wrong: the header says another tariff's digest.
    _, _, length, _ = compiled_file._HEAD.unpack_from(WHOLE)
    header = json.loads(WHOLE[64 : 64 + length])
    header["digest"] = "0" * 64
    told = json.dumps(header).encode()
    assert len(told) <= length
    rest = told.ljust(length) + WHOLE[64 + length :]
    head = compiled_file._HEAD.pack(compiled_file.MAGIC, 1, length, zlib.crc32(rest))
    path.write_bytes(head.ljust(64, b"\0") + rest)
    again = load_compiled(path)
    with pytest.raises(InputError, match="its source is not the one that it was compiled from"):
        again.rate(call(60_000)).explain()


def test_the_engine_refuses_tables_that_do_not_lie_in_the_buffer() -> None:
    plan = house().compiled.plan
    tables = plan.dump()
    room = bytes(1 << 20)
    with pytest.raises(ValueError, match="there are 1 tables, not 29"):
        _rating.mapped(room, [(0, 8)], plan.scalars)
    with pytest.raises(ValueError, match="table 28 does not lie in the buffer"):
        _rating.mapped(_page(), [(0, 0)] * 28 + [(0, 4096)], plan.scalars)
    with pytest.raises(ValueError, match="table 0 does not begin at a multiple of 64"):
        _rating.mapped(_page(), [(8, 0)] * 29, plan.scalars)
    assert len(tables) == _rating.layout()[-1] == 29


def _page() -> Any:
    import mmap

    return mmap.mmap(-1, 4096)
