"""The TOML door: what a file may say, and every fault of it at once, in file order."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from securecall.errors import TariffError
from securecall.money import Rounding
from securecall.rating.call import Call
from securecall.rating.contract import Document, Step
from securecall.rating.reader import read_document
from securecall.rating.tariff import Tariff
from securecall.rating.windows import DAY_MS, Window

FACILITY = """
[[facility]]
id = "f"
kind = "jail"
adp = 500
state = "TX"
timezone = "America/Chicago"
contract = "c"
"""
CONTRACT = """
[[contract]]
id = "c"
"""
STEPS = 'steps = [{ price = "0.12", per_ms = 60_000, increment_ms = 60_000 }]\n'
RATE = '[[contract.rate]]\nid = "r"\n' + STEPS
DECK = b"prefix,price,per_ms,initial_ms,increment_ms\n52,0.12,60000,30000,6000\n"
HOUR = 3_600_000


def _deck(name: str) -> bytes:
    if name != "az.csv":
        raise FileNotFoundError(2, "No such file or directory", name)
    return DECK


def read(text: str, read_file: Callable[[str], bytes] = _deck) -> Document:
    return read_document(text, "t.toml", read_file, {"CA", "NY_policy"})


def faults(text: str) -> list[str]:
    with pytest.raises(TariffError) as caught:
        read(text)
    return [str(fault) for fault in caught.value.faults]


def facility(line: str) -> list[str]:
    """Return the faults of a facility with one more line, without file and line."""
    return [fault.split(": ", 1)[1] for fault in faults(FACILITY + line + "\n" + CONTRACT + RATE)]


def rate(line: str, steps: str = STEPS) -> list[str]:
    text = f'{FACILITY}{CONTRACT}[[contract.rate]]\nid = "r"\n{line}\n{steps}'
    return [fault.split(": ", 1)[1] for fault in faults(text)]


# The promise -------------------------------------------------------------------------------------

# The tariff file of the public face, one key a line as it says a real file has.
PROMISED = """
currency = "USD"
rounding = { mode = "half_even", unit = "0.000001" }
[[facility]]
id = "tx-harris"
kind = "jail"
adp = 8932
state = "TX"
timezone = "America/Chicago"
contract = "harris-2026"
local = ["+1713", "+1281", "+1832", "+1346"]
holidays = ["2026-12-25"]
max_call_ms = 1_800_000
cap_basis = "billed"
commission = { per_minute = "0", kind = "contract" }
additive = "0.02"
regulation = "auto"
[[contract]]
id = "harris-2026"
[[contract.rate]]
id = "day"
medium = "audio"
destinations = ["local", "intrastate", "interstate"]
bill_types = ["prepaid", "inmate_debit", "direct_bill", "collect"]
effective_from = 2026-04-06T00:00:00-05:00
when = { days = ["mon", "tue"], from = "19:00", to = "07:00" }
connect_fee = "0.00"
steps = [ { from_ms = 0, price = "0.10", per_ms = 60_000, increment_ms = 60_000 },
          { from_ms = 60_000, price = "0.08", per_ms = 60_000, increment_ms = 1_000 } ]
switch = "increment_start"
max_total = "5.00"
max_per_started_minute = "0.16"
free_ms = 0
min_total = "0.00"
final = "whole"
priority = 0
[[contract.deck]]
file = "az.csv"
medium = "audio"
bill_types = ["prepaid"]
priority = 0
max_per_started_minute = "0.16"
[[tax]]
id = "tx-state"
states = ["TX"]
percent = "6.25"
base = "net"
rounding = { mode = "half_up", unit = "0.01" }
[[fee]]
id = "card"
kind = "automated_payment"
methods = ["card"]
channels = ["web", "app"]
flat = "3.00"
percent = "0"
base = "deposit"
mode = "deduct"
"""


def test_the_tariff_file_of_the_public_face_is_read_as_it_says() -> None:
    document = read(PROMISED)
    assert document.rounding == Rounding("half_even", 1)
    [prison] = document.facilities
    assert prison.local == ("1713", "1281", "1832", "1346")
    assert prison.holidays == (date(2026, 12, 25),)
    assert (prison.adp, prison.additive) == (Fraction(8932), Fraction("0.02"))
    assert prison.commission == (Fraction(0), "contract")
    assert prison.regulated
    [contract] = document.contracts
    [day] = contract.rates
    assert day.effective_from == datetime(2026, 4, 6, tzinfo=timezone(timedelta(hours=-5)))
    assert day.when == (Window(frozenset({0, 1}), False, 19 * HOUR, 31 * HOUR),)
    assert day.steps == (
        Step(0, Fraction("0.10"), 60_000, 60_000),
        Step(60_000, Fraction("0.08"), 60_000, 1_000),
    )
    assert (day.max_total, day.max_per_started_minute) == (5_000_000, Fraction("0.16"))
    [deck] = contract.decks
    assert (deck.prefixes, deck.options.max_per_started_minute) == (("52",), Fraction("0.16"))
    assert document.taxes[0].percent == Fraction("6.25")
    assert (document.fees[0].flat, document.fees[0].channels) == (3_000_000, {"web", "app"})


def test_the_tariff_file_of_the_public_face_rates_a_call(tmp_path: Path) -> None:
    (tmp_path / "tariff.toml").write_text(PROMISED)
    (tmp_path / "az.csv").write_bytes(DECK)
    tariff = Tariff.load(tmp_path / "tariff.toml")
    # Monday 19:30 in Houston: a minute at $0.10, then a second at $0.08 a minute, and 6.25 %.
    start = datetime(2026, 5, 5, 0, 30, tzinfo=UTC)
    rated = tariff.rate(Call("tx-harris", "+17135550123", start, 60_001))
    assert [str(amount) for amount in (rated.net, rated.tax)] == ["0.101333", "0.010000"]


def test_what_is_left_out_has_the_stated_default() -> None:
    document = read(FACILITY + CONTRACT + RATE)
    [only] = document.contracts[0].rates
    assert document.currency == "USD"
    assert only.destinations == ("any",)
    assert (only.medium, only.bill_types, only.when) == (None, None, None)
    assert (only.switch, only.final, only.priority) == ("increment_start", "whole", 0)
    [here] = document.facilities
    assert (here.cap_basis, here.max_call_ms, here.commission, here.additive) == (
        "billed", None, None, None,
    )  # fmt: skip


# All at once -------------------------------------------------------------------------------------


def test_every_fault_is_told_at_once_in_file_order() -> None:
    found = faults(
        """
currency = "usd"
colour = "red"
[[facility]]
id = "f"
kind = "jial"
state = "Texas"
timezone = "America/Chicgo"
contract = "d"
[[contract]]
id = "c"
[[contract.rate]]
id = "r"
medium = "vdeo"
steps = [{ price = 0.12, per_ms = 0, increment_ms = 60_000 }]
[[tax]]
id = "t"
"""
    )
    assert [fault.split(": ")[0:2] for fault in found] == [
        ["t.toml:2", 'currency = "usd"'],
        ["t.toml:3", 'colour = "red"'],
        ["t.toml:6", 'facility[0].kind = "jial"'],
        ["t.toml:7", 'facility[0].state = "Texas"'],
        ["t.toml:8", 'facility[0].timezone = "America/Chicgo"'],
        ["t.toml:9", 'facility[0].contract = "d"'],
        ["t.toml:14", 'contract[0].rate[0].medium = "vdeo"'],
        ["t.toml:15", "contract[0].rate[0].steps[0].price = 0.12"],
        ["t.toml:15", "contract[0].rate[0].steps[0].per_ms = 0"],
        ["t.toml:16", "tax[0].percent"],
    ]


def test_an_empty_file_lacks_contracts_and_facilities() -> None:
    assert faults("") == [
        "t.toml: contract: is missing; it must be tables headed [[contract]]",
        "t.toml: facility: is missing; it must be tables headed [[facility]]",
    ]


# Facilities --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("adp_ = 5", "is not known here; allowed: additive, adp, cap_basis, commission, contract, "
                     "holidays, id, kind, local, max_call_ms, opt_out, regulation, state, "
                     "timezone; did you mean 'adp'?"),
        ('holidays = ["2026-13-01"]', "must be a date such as '2026-12-25'"),
        ('holidays = ["2026-12-25", 2026-12-25]', "stands here twice"),
        ("holidays = [2026-12-25T00:00:00]", "must be a date such as '2026-12-25'"),
        ('holidays = "2026-12-25"', "must be a list of dates"),
        ('local = ["1713"]', "must be '+' and 1 to 15 digits, such as '+1713'"),
        ('local = ["+"]', "must be '+' and 1 to 15 digits, such as '+1713'"),
        ("max_call_ms = 0", "must be a whole number from 1 to 31622400000"),
        ('cap_basis = "actul"', 'must be one of "billed", "actual"; did you mean \'actual\'?'),
        ('commission = { per_minute = "-1" }', "must be 0 or more"),
        ('commission = { per_minute = "1", kind = "laws" }',
         'must be one of "contract", "law"; did you mean \'law\'?'),
        ('commission = { kind = "law" }',
         "is missing; it must be a decimal number in quotes, such as '0.07'"),
        ("additive = 0.02", "must be a decimal number in quotes, such as '0.07'"),
        ('regulation = "off"', 'must be one of "auto", "none"'),
        ('opt_out = ["NY_polcy"]',
         "must be one of \"CA\", \"NY_policy\"; did you mean 'NY_policy'?"),
    ],
)  # fmt: skip
def test_a_facility_s_fault_is_told(line: str, said: str) -> None:
    [found] = facility(line)
    assert found.split(": ", 1)[1] == said


@pytest.mark.parametrize("adp", ["-1", "nan", "inf", "10_000_001", "true", '"500"'])
def test_a_population_is_a_number_of_people(adp: str) -> None:
    text = (FACILITY + CONTRACT + RATE).replace("adp = 500", f"adp = {adp}")
    [found] = faults(text)
    assert found.startswith("t.toml:5: facility[0].adp = ")
    assert "a number of people" in found


def test_a_population_may_be_a_fraction_of_a_person() -> None:
    document = read((FACILITY + CONTRACT + RATE).replace("adp = 500", "adp = 499.5"))
    assert document.facilities[0].adp == Fraction(999, 2)


def test_a_facility_without_regulation_needs_neither_kind_nor_state() -> None:
    text = """
        [[facility]]
        id = "f"
        timezone = "Europe/London"
        contract = "c"
        regulation = "none"
    """
    document = read('currency = "GBP"\n' + text + CONTRACT + RATE)
    assert document.currency == "GBP"
    assert (document.facilities[0].kind, document.facilities[0].state) == (None, None)


def test_only_dollars_are_regulated() -> None:
    assert faults('currency = "GBP"\n' + FACILITY + CONTRACT + RATE) == [
        't.toml:1: currency = "GBP": must be USD unless every facility has regulation = "none"'
    ]


@pytest.mark.parametrize("currency", ["usd", "US", "USDX", "ÜSD", "Us1"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    assert faults(f'currency = "{currency}"\n' + FACILITY + CONTRACT + RATE) == [
        f't.toml:1: currency = "{currency}": must be three capital letters, such as USD'
    ]


def test_two_ids_that_are_missing_are_not_one_taken_twice() -> None:
    nameless = FACILITY.replace('id = "f"\n', "")
    found = faults(nameless + nameless + CONTRACT + RATE)
    assert [one.split(": ", 1)[1] for one in found] == [
        f"facility[{n}].id: is missing; it must be text in quotes" for n in range(2)
    ]


def test_the_first_year_that_is_rated_may_be_named() -> None:
    text = FACILITY + 'holidays = ["1970-01-01", "2099-12-31"]\n' + CONTRACT
    dated = text + RATE + "effective_from = 1970-01-01\n"
    assert read(dated).contracts[0].rates[0].effective_from == date(1970, 1, 1)
    assert len(read(dated).facilities[0].holidays) == 2


@pytest.mark.parametrize("kind", ["facility", "contract", "tax", "fee"])
def test_an_id_is_given_once_and_the_first_is_named(kind: str) -> None:
    tables = {
        "facility": FACILITY,
        "contract": CONTRACT + RATE,
        "tax": '[[tax]]\nid = "t"\npercent = "1"\n',
        "fee": '[[fee]]\nid = "e"\nkind = "paper_bill"\nflat = "1.00"\n',
    }
    text = "".join(tables[name] * (2 if name == kind else 1) for name in tables)
    [found] = faults(text)
    assert f": {kind}[1].id = " in found
    assert found.endswith(f"{kind}[0]")
    assert "is taken by t.toml:" in found


def test_two_rates_of_a_contract_have_different_ids_and_of_two_contracts_may_have_one() -> None:
    [found, *_] = [one for one in faults(FACILITY + CONTRACT + RATE + RATE) if ".id" in one]
    assert 'contract[0].rate[1].id = "r": is taken by t.toml:12: contract[0].rate[0]' in found
    other = CONTRACT.replace('"c"', '"d"')
    assert len(read(FACILITY + CONTRACT + RATE + other + RATE).contracts) == 2


# Rates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('destinations = ["intra-state"]',
         'must be one of "local", "intrastate", "interstate", "international", "any", or a prefix '
         "such as '+52'; did you mean 'intrastate'?"),
        ('destinations = ["+52x"]', "must be '+' and 1 to 15 digits, such as '+1713'"),
        ('destinations = ["any", "any"]', "stands here twice"),
        ("destinations = []", "must not be empty; leave it out or list texts"),
        ('bill_types = ["pre-paid"]',
         'must be one of "prepaid", "inmate_debit", "prepaid_collect", "collect", "direct_bill"; '
         "did you mean 'prepaid'?"),
        ('medium = "vidio"', 'must be one of "audio", "video"; did you mean \'video\'?'),
        ('switch = "splitt"',
         'must be one of "increment_start", "call_start", "split"; did you mean \'split\'?'),
        ('final = "prorated"', 'must be one of "whole", "prorate"; did you mean \'prorate\'?'),
        ("priority = 1_000_001", "must be a whole number from -1000000 to 1000000"),
        ("priority = 1.5", "must be a whole number from -1000000 to 1000000"),
        ("connect_fee = 0.5", "must be dollars in quotes, such as '0.50'"),
        ('min_total = "-0.01"', "must be 0 or more"),
        ("free_ms = -1", "must be a whole number from 0 to 31622400000"),
        ("effective_from = 2026-05-01\neffective_to = 2026-05-01",
         "must be later than effective_from"),
        ("effective_from = 2026-05-01T00:00:00Z\neffective_to = 2026-04-30T23:00:00-00:30",
         "must be later than effective_from"),
        ("when = { }\nwehn = 1", "is not known here"),
        ('when = { from = "19:00", to = "19:00" }',
         "must differ from 'from'; a whole day is 00:00 to 24:00"),
        ('when = { from = "24:00", to = "07:00" }', "must be before 24:00"),
        ('when = { days = ["monday"] }', 'must be one of "mon", "tue"'),
        ("when = []", "must not be empty; leave it out or write a window"),
        ("when = 5", "must be a table"),
        ('when = { holiday = true }', "is not known here; allowed: days, from, holidays, to; "
                                      "did you mean 'holidays'?"),
    ],
)  # fmt: skip
def test_a_rate_s_fault_is_told(line: str, said: str) -> None:
    [found] = rate(line)
    assert found.split(": ", 1)[1].startswith(said)


def test_a_fault_in_a_list_stands_at_its_own_place_though_others_are_left_out() -> None:
    found = rate('destinations = ["any", 5, "any", "zz"]')
    assert [one.split(" = ")[0] for one in found] == [
        f"contract[0].rate[0].destinations[{place}]" for place in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ("", "is missing; it must be tables headed [[steps]]"),
        ("steps = []", "must have at least one step"),
        ('steps = [{ from_ms = 1, price = "1", per_ms = 1, increment_ms = 1 }]',
         "of the first step must be 0"),
        ('steps = [{ price = "1", per_ms = 1, increment_ms = 1 }, '
         '{ price = "1", per_ms = 1, increment_ms = 1 }]',
         "is missing; it must be a whole number from 0 to 31622400000"),
        ('steps = [{ price = "1", per_ms = 1, increment_ms = 1 }, '
         '{ from_ms = 0, price = "1", per_ms = 1, increment_ms = 1 }]',
         "must be later than the step's before"),
        ('steps = [{ prize = "1", price = "1", per_ms = 1, increment_ms = 1 }]',
         "is not known here; allowed: from_ms, increment_ms, per_ms, price; "
         "did you mean 'price'?"),
        ('steps = [{ price = "1", per_ms = 1 }]',
         "is missing; it must be a whole number from 1 to 31622400000"),
    ],
)  # fmt: skip
def test_a_fault_of_steps_is_told(steps: str, said: str) -> None:
    [found] = rate("", steps)
    assert found.split(": ", 1)[1] == said


def test_a_window_without_days_is_every_day_and_one_for_holidays_only_them() -> None:
    def when(text: str) -> tuple[Window, ...] | None:
        line = f'[[contract.rate]]\nid = "r"\nwhen = {text}\n{STEPS}'
        return read(FACILITY + CONTRACT + line).contracts[0].rates[0].when

    assert when('{ from = "07:00" }') == (Window(frozenset(range(7)), False, 7 * HOUR, DAY_MS),)
    assert when("{ holidays = true }") == (Window(frozenset(), True, 0, DAY_MS),)
    assert when('{ days = ["sun"], holidays = true }') == (Window(frozenset({6}), True, 0, DAY_MS),)
    assert when('[{ from = "22:00", to = "24:00" }, { to = "06:00" }]') == (
        Window(from_ms=22 * HOUR, to_ms=DAY_MS),
        Window(to_ms=6 * HOUR),
    )


def test_a_wall_clock_s_date_and_an_instant_may_lie_within_a_day_of_each_other() -> None:
    # Local midnight in Chicago is 05:00 UTC: the rate holds for two hours, which is no fault.
    line = "effective_from = 2026-05-01T03:00:00Z\neffective_to = 2026-05-01\n"
    text = FACILITY + CONTRACT + '[[contract.rate]]\nid = "s"\n' + line + STEPS + RATE
    assert len(read(text).contracts[0].rates) == 2
    [found] = rate("effective_from = 2026-05-04T00:00:00Z\neffective_to = 2026-05-01")
    assert found.endswith("must be later than effective_from")


def test_a_tie_is_told_with_both_places_and_the_way_out() -> None:
    other = RATE.replace('"r"', '"s"')
    [found] = faults(FACILITY + CONTRACT + RATE + other)
    assert found == (
        't.toml:15: contract[0].rate[1] = "s": and rate "r" (t.toml:12: contract[0].rate[0]) for '
        "any tie on a Monday at 00:00: same priority, and nothing else decides; give one of them "
        "a higher priority"
    )


def test_a_contract_has_a_rate_or_a_deck() -> None:
    assert faults(FACILITY + CONTRACT) == [
        "t.toml:10: contract[0]: must have a [[contract.rate]] or a [[contract.deck]]"
    ]


def test_a_contract_that_is_named_must_be_there_and_the_nearest_is_told() -> None:
    text = FACILITY.replace('"c"', '"haris"') + CONTRACT.replace('"c"', '"harris"') + RATE
    assert faults(text) == [
        't.toml:8: facility[0].contract = "haris": must be the id of a [[contract]]; '
        "did you mean 'harris'?"
    ]


# Decks -------------------------------------------------------------------------------------------


def test_a_deck_that_cannot_be_read_is_told_at_its_line() -> None:
    text = FACILITY + CONTRACT + '[[contract.deck]]\nfile = "nm.csv"\n'
    assert faults(text) == [
        't.toml:13: contract[0].deck[0].file = "nm.csv": cannot be read: no such file or directory'
    ]


def test_faults_of_a_deck_stand_behind_those_of_the_file() -> None:
    text = FACILITY + 'colour = "red"\n' + CONTRACT + '[[contract.deck]]\nfile = "az.csv"\n'
    with pytest.raises(TariffError) as caught:
        read(text, lambda name: DECK + b"x,1,1,1,1\n")
    assert [fault.file for fault in caught.value.faults] == ["t.toml", "az.csv"]
    assert caught.value.faults[1].line == 3


def test_a_deck_may_not_say_what_only_rates_say() -> None:
    found = faults(FACILITY + CONTRACT + '[[contract.deck]]\nfile = "az.csv"\n' + STEPS)
    assert "contract[0].deck[0].steps" in found[0]
    assert "is not known here; allowed: bill_types, connect_fee, " in found[0]


# Taxes, fees, termination costs ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('states = ["Texas"]', "must be one of"),
        ('jurisdictions = ["local"]',
         'must be one of "intrastate", "interstate", "international"'),
        ('base = "net+tax"', 'must be one of "net", "net+prior"'),
        ('medium = "fax"', 'must be one of "audio", "video"'),
        ("rounding = { mode = 5 }", 'must be one of "up", "down", "half_up", "half_even"'),
        ('county = "Harris"', "is not known here; allowed: base, bill_types, effective_from, "),
    ],
)  # fmt: skip
def test_a_tax_s_fault_is_told(line: str, said: str) -> None:
    tail = f'[[tax]]\nid = "t"\npercent = "6.25"\n{line}\n'
    [found] = faults(FACILITY + CONTRACT + RATE + tail)
    assert found.startswith("t.toml:18: tax[0].")
    assert said in found


def test_a_percent_is_at_most_1000() -> None:
    tail = '[[tax]]\nid = "t"\npercent = "1000.01"\n'
    [found] = faults(FACILITY + CONTRACT + RATE + tail)
    assert found == 't.toml:17: tax[0].percent = "1000.01": must be 1000 or less'
    assert read(FACILITY + CONTRACT + RATE + tail.replace("1000.01", "1000")).taxes
    cost = '[[termination]]\nprefix = "+52"\nper_minute = "1000.01"\n'
    [found] = faults(FACILITY + CONTRACT + RATE + cost)
    assert found.endswith("must be 1000 or less")
    assert read(FACILITY + CONTRACT + RATE + cost.replace("1000.01", "1000")).terminations


def _fee(line: str) -> list[str]:
    tail = f'[[fee]]\nid = "e"\nkind = "automated_payment"\n{line}\n'
    return [fault.split(": ", 1)[1] for fault in faults(FACILITY + CONTRACT + RATE + tail)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('base = "card"', 'base = "card": must be one of "deposit", "running"'),
        ('mode = "ad"',
         'mode = "ad": must be one of "deduct", "add"; did you mean \'add\'?'),
        ('mode = "add"\nflat = "0.005"',
         'mode = "add": adds to a payment, which is whole cents: flat and rounding unit must be '
         "too"),
        ('mode = "add"\nrounding = { unit = "0.001" }',
         'mode = "add": adds to a payment, which is whole cents: flat and rounding unit must be '
         "too"),
    ],
)  # fmt: skip
def test_a_fee_s_fault_is_told(line: str, said: str) -> None:
    assert _fee(line) == ["fee[0]." + said]


def test_a_fee_s_base_is_an_earlier_fee_not_a_later_one() -> None:
    first = '[[fee]]\nid = "a"\nkind = "paper_bill"\nflat = "1.00"\n'
    second = '[[fee]]\nid = "b"\nkind = "paper_bill"\npercent = "1"\nbase = "a"\n'
    assert read(FACILITY + CONTRACT + RATE + first + second).fees[1].base == "a"
    [found] = faults(FACILITY + CONTRACT + RATE + second + first)
    assert 'must be one of "deposit", "running"' in found


def test_facilities_that_a_fee_names_must_be_there_each_told_at_its_own_line() -> None:
    assert _fee('facilities = [\n "zz",\n "f",\n "fe",\n]') == [
        'fee[0].facilities[0] = "zz": must be the id of a [[facility]]',
        "fee[0].facilities[2] = \"fe\": must be the id of a [[facility]]; did you mean 'f'?",
    ]
    tail = '[[fee]]\nid = "e"\nkind = "paper_bill"\nfacilities = [\n "f",\n "a",\n]\n'
    [found] = faults(FACILITY + CONTRACT + RATE + tail)
    assert found.startswith('t.toml:20: fee[0].facilities[1] = "a"')


def test_termination_costs_of_one_prefix_do_not_hold_at_once() -> None:
    first = '[[termination]]\nprefix = "+52"\nper_minute = "0.01"\neffective_to = 2026-01-01\n'
    then = '[[termination]]\nprefix = "+52"\nper_minute = "0.02"\neffective_from = 2026-01-01\n'
    both = read(FACILITY + CONTRACT + RATE + first + then).terminations
    assert [one.per_minute for one in both] == [Fraction("0.01"), Fraction("0.02")]
    [found] = faults(FACILITY + CONTRACT + RATE + first.replace("2026", "2027") + then)
    assert found == (
        't.toml:20: termination[1].prefix = "+52": holds at the same time as '
        "t.toml:15: termination[0]"
    )


def test_a_facility_opts_out_of_agency_policies_only_and_not_of_a_statute() -> None:
    # What the whole door says, because the rules say what may be opted out of.
    text = FACILITY + 'opt_out = ["FCC2025_interim"]\n' + CONTRACT + RATE
    with pytest.raises(TariffError) as caught:
        Tariff.loads(text, file="t.toml")
    assert [str(fault) for fault in caught.value.faults] == [
        't.toml:9: facility[0].opt_out[0] = "FCC2025_interim": must be one of "NY_DOCCS_free"'
    ]
    assert Tariff.loads(text.replace("FCC2025_interim", "NY_DOCCS_free")).document.facilities


# Anything at all ---------------------------------------------------------------------------------

_values = st.one_of(
    st.sampled_from(
        ("", "any", "+52", "24:00", "0.10", "-1", "1e3", "net", "r", "c", "f", "\u0663")
    ),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(timezones=st.none() | st.just(UTC)),
    st.builds(list),  # new ones each time: what is drawn is changed again
    st.builds(dict),
    st.lists(st.sampled_from(("a", "a", 1, 1.5, True)), max_size=3),
    st.builds(lambda: [{"price": "1"}]),
)


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        if isinstance(item, dict | list):
            yield from _places(item, (*path, key))


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(value[key])}" for key in value) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool | str):
        return json.dumps(value)
    if isinstance(value, float):
        return str(value)
    return value.isoformat() if isinstance(value, date) else str(value)


@given(st.data())
def test_whatever_stands_anywhere_a_file_is_read_or_every_fault_is_told(
    data: st.DataObject,
) -> None:
    document = tomllib.loads(PROMISED)
    for _ in range(data.draw(st.integers(1, 4))):
        *path, last = data.draw(st.sampled_from(list(_places(document))))
        around: Any = document
        for part in path:
            around = around[part]
        what = data.draw(st.sampled_from(("change", "drop", "add")))
        if what == "drop":
            del around[last]
        elif what == "add" and isinstance(around, dict):
            around["odd"] = data.draw(_values)
        else:
            around[last] = data.draw(_values)
    text = "\n".join(f"{json.dumps(key)} = {_toml(value)}" for key, value in document.items())
    try:
        read(text)
        return
    except TariffError as error:
        found = error.faults
    assert len(set(found)) == len(found) > 0
    for fault in found:
        assert fault.rule
        assert fault.key
        assert fault.line is not None or "is missing" in fault.rule
