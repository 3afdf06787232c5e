"""From a tariff's values to the engine's plan: what its numbers stand for, and its size."""

from __future__ import annotations

import pickle
import time
from datetime import UTC, datetime

import pytest

from securecall import _rating
from securecall.errors import BuildError, TariffError
from securecall.rating.call import Call
from securecall.rating.compile import ENGINE_VERSION, compile_document
from securecall.rating.reader import read_document
from securecall.rating.tariff import Tariff
from securecall.regulation import Rules

TEXT = """
[[facility]]
id = "tx"
kind = "jail"
adp = 500
state = "TX"
timezone = "America/Chicago"
contract = "c"
local = ["+1713"]
holidays = ["2026-12-25"]
cap_basis = "actual"
[[facility]]
id = "free"
timezone = "UTC"
contract = "d"
regulation = "none"
[[contract]]
id = "c"
[[contract.rate]]
id = "day"
steps = [{ price = "0.05", per_ms = 60_000, increment_ms = 1_000 }]
[[contract]]
id = "d"
[[contract.rate]]
id = "day"
steps = [{ price = "1.00", per_ms = 60_000, increment_ms = 60_000 }]
[[contract.rate]]
id = "mexico"
destinations = ["+52"]
steps = [{ price = "2.00", per_ms = 60_000, increment_ms = 60_000 }]
[[tax]]
id = "t"
percent = "10"
"""


def _compiled(text: str = TEXT):  # type: ignore[no-untyped-def]
    rules = Rules.default()
    document = read_document(text, "t.toml", lambda name: b"", rules.policies)
    return compile_document(document, rules)


def test_every_number_of_the_plan_stands_for_what_the_file_says() -> None:
    compiled = _compiled()
    assert compiled.facilities == {"tx": 0, "free": 1}
    assert compiled.rate_ids == ["day", "mexico"]  # a name is numbered once
    assert [one.rate.id for one in compiled.pricings] == ["day", "day", "mexico"]
    assert compiled.sources[0] == "contract"
    assert "FCC2025_interim" in compiled.sources
    assert [tax.id for tax in compiled.taxes] == ["t"]
    assert [zone.name for zone in compiled.zones] == ["America/Chicago", "UTC"]


def test_a_call_is_rated_by_its_facility_s_own_contract() -> None:
    tariff = Tariff.loads(TEXT)
    start = datetime(2026, 5, 1, tzinfo=UTC)
    nets = [
        tariff.rate(Call(facility, number, start, 60_000)).net
        for facility, number in (("tx", "+525512345678"), ("free", "+525512345678"), ("free", "0"))
    ]
    assert [str(net) for net in nets] == ["0.050000", "2.000000", "1.000000"]


def test_an_engine_of_another_version_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_rating, "VERSION", ENGINE_VERSION + 1)
    with pytest.raises(BuildError, match=r"the engine is of version 2, not 1"):
        _compiled()


def test_what_cannot_be_priced_exactly_is_told_for_every_rate_at_once() -> None:
    step = 'price = "999999999999", per_ms = 1, increment_ms = 1'
    dear = TEXT.replace('price = "1.00", per_ms = 60_000, increment_ms = 60_000', step)
    assert _compiled(dear).pricings  # exact: 10^18 micro-dollars a millisecond fit
    odd = "".join(
        f'[[contract.rate]]\nid = "o{n}"\ndestinations = ["+4"]\npriority = {n}\n'
        f'when = {{ to = "01:00" }}\n'
        f'steps = [{{ price = "0.000001", per_ms = {per_ms}, increment_ms = 1 }}]\n'
        for n, per_ms in enumerate((31_622_399, 31_622_389, 31_622_347, 31_622_323, 31_622_291))
    )
    with pytest.raises(TariffError) as caught:
        _compiled(TEXT.replace("[[tax]]", odd + "[[tax]]"))
    assert len(caught.value.faults) == 7  # of all in that contract, the plain ones too
    assert {fault.file for fault in caught.value.faults} == {"t.toml"}
    assert all(fault.line for fault in caught.value.faults)


def test_a_tariff_is_compiled_again_when_it_is_unpickled_and_is_equal() -> None:
    tariff = Tariff.loads(TEXT)
    again = pickle.loads(pickle.dumps(tariff))
    call = Call("tx", "+17135550123", 1_777_658_400_000, 613_000)
    assert again == tariff
    assert again.rate(call) == tariff.rate(call)


def test_100_000_prefixes_load_from_csv_in_under_a_second() -> None:
    header = "prefix,price,per_ms,initial_ms,increment_ms\n"
    rows = "".join(f"{2_000_000 + n},0.{n % 400:04},60000,30000,6000\n" for n in range(100_000))
    text = TEXT.replace("[[tax]]", '[[contract.deck]]\nfile = "az.csv"\n[[tax]]')
    begun = time.process_time()
    tariff = Tariff.loads(text, decks={"az.csv": header + rows})
    used_s = time.process_time() - begun
    rated = tariff.rate(Call("free", "+20000075", 1_777_658_400_000, 31_000))
    # Row 7 of the deck: $0.0007 a minute; of 31 s 36 are sold.
    assert (rated.rate_id, str(rated.net)) == ("+2000007", "0.000420")
    assert used_s < 3.0  # the promise is 1 s; 0.4 s alone on a small machine
