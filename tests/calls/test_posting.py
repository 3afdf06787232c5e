"""A month of call records, rated and charged as they pass."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from tests.harris import NUMBER, START_MS, by_minute, by_second, tariff

from securecall.calls import post_month
from securecall.calls.posting import with_accounts
from securecall.errors import TotalsDiffer
from securecall.ledger.ledger import Ledger
from securecall.rating.call import Call

NOW = START_MS + 86_400_000
TARIFF = tariff(by_minute("0.20"), tail='[[tax]]\nid = "ny"\npercent = "5"\n')


def month(*calls: dict[str, Any]) -> pa.Table:
    kinds = {"start": pa.timestamp("ms", "UTC"), "duration_ms": pa.int64()}
    rows = [
        {
            "call_id": f"c-{number}", "facility": "f", "number": NUMBER, "start": START_MS,
            "duration_ms": 60_000, "account": None, **call,
        }
        for number, call in enumerate(calls)
    ]  # fmt: skip
    return pa.table(
        {
            name: pa.array([row[name] for row in rows], kinds.get(name, pa.string()))
            for name in rows[0]
        }
    )


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger.open("memory:")
    made.open_account("fam-1", at=START_MS, opening="10", numbers=[NUMBER])
    made.open_account("fam-2", at=START_MS, opening="10")
    return made


def test_records_are_rated_and_charged_to_the_account_or_the_number_called(ledger: Ledger) -> None:
    calls = month(
        {"account": "fam-2"},
        {},
        {"number": "+12125550188"},
        {"number": "no number\n"},
        {"duration_ms": 0},
    )
    for already in (0, 2):
        made = post_month(TARIFF, ledger, calls, at=NOW, request_id=f"m{already}", explain=True)
        assert (made.posted, made.already) == (2 - already, already)
        assert made.refused == {"not_rated": 1, "no_account": 1}
    assert ledger.balance("fam-1").posted == ledger.balance("fam-2").posted == Decimal("9.79")
    assert ledger.totals()["*tax:ny"] == Decimal("0.02")
    assert sum(ledger.totals().values()) == 0


def test_records_without_a_column_of_accounts_are_charged_by_number(ledger: Ledger) -> None:
    calls = month({}, {}).drop_columns(["account"])
    told: list[int] = []
    made = post_month(TARIFF, ledger, calls, at=NOW, request_id="m", rows=1, progress=told.append)
    assert (made.posted, told) == (2, [1, 2])
    assert ledger.totals()["*tax:all"] == Decimal("0.02")
    with pytest.raises(TotalsDiffer):
        post_month(TARIFF, ledger, calls, at=NOW, request_id="m", expected={"rows": 1})


def test_accounts_that_are_words_of_a_dictionary_stay(ledger: Ledger) -> None:
    calls = month({"account": "fam-2"}, {})
    calls = calls.set_column(5, "account", calls["account"].dictionary_encode())
    reader = with_accounts(TARIFF.rate_stream(calls), ledger)
    assert reader.schema.field("account").type == pa.string()
    assert reader.read_all()["account"].to_pylist() == ["fam-2", "fam-1"]


@pytest.mark.parametrize("seed", range(3))
def test_a_month_that_was_metered_live_is_the_month_that_is_posted(seed: int) -> None:
    """What the ledger took call by call is what rating says, to the micro-dollar and each tax."""
    dice = Random(seed)
    taxed = tariff(
        by_second("0.07"),
        tail='[[tax]]\nid = "ny"\npercent = "8.875"\n[[tax]]\nid = "city"\npercent = "3"\n'
        'base = "net+prior"\n',
    )
    live, posted = Ledger.open("memory:"), Ledger.open("memory:")
    for ledger in (live, posted):
        for name in ("fam-1", "fam-2"):
            ledger.open_account(name, at=0, opening="1000")
    calls = []
    at = START_MS
    for number in range(40):
        at += dice.randrange(1, 600_000)
        account, length = f"fam-{dice.randrange(1, 3)}", dice.randrange(1, 900_000)
        call = {"call_id": f"c-{number}", "start": at, "duration_ms": length, "account": account}
        curve = taxed.curve(Call(facility="f", number=NUMBER, start=at, duration_ms=0))
        live.start_call(call["call_id"], [account], curve, at=at)
        live.end_call(call["call_id"], at=at + length)
        calls.append(call)
        at += length
    done = at + 1
    made = post_month(taxed, posted, month(*calls), at=done, request_id="m", explain=True, rows=7)
    assert made.posted == 40
    assert posted.totals() == live.totals()
    # The ledger that metered them knows each of them, with or without the names of taxes.
    for explain in (True, False):
        name = f"again {explain}"
        known = post_month(taxed, live, month(*calls), at=done, request_id=name, explain=explain)
        assert (known.posted, known.already, known.refused) == (0, 40, {})
    assert live.check_records(taxed.rate_batch(month(*calls))).ok
    statements = [each.statement("fam-1", through=done + 1) for each in (live, posted)]
    assert statements[0] == statements[1]
