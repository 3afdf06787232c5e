"""Receipts: lines that sum to the total, and a text that a person can check with a pencil."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st
from tests import strategies
from tests.harris import START_MS, by_minute, by_second, call, steps, tariff, text

from securecall.errors import AmountOverflow, CallRejected, TariffError
from securecall.rating.call import Call, RatedCall
from securecall.rating.receipt import ruling_of
from securecall.rating.tariff import Tariff

TAX = """[[tax]]
id = "state"
percent = "6.25"
[[tax]]
id = "city"
percent = "1"
base = "net+prior"
rounding = { mode = "up", unit = "0.000001" }
"""
AMOUNT = re.compile(r"^ +(-?\$[0-9.]+)  (.+)$", re.MULTILINE)


def kinds(rated: RatedCall) -> list[str]:
    return [line.kind for line in rated.lines]


def told(rated: RatedCall) -> list[tuple[Decimal, str]]:
    """Return the amounts of a receipt and what stands beside them."""
    return [(Decimal(a.replace("$", "")), what) for a, what in AMOUNT.findall(rated.explain())]


def test_a_plain_call_has_one_line_with_its_time_price_and_increments() -> None:
    rated = tariff(by_minute("0.10")).rate(call(90_000))
    (line,) = rated.lines
    assert line.kind == "usage"
    assert line.text == '2 min at $0.10/min, rate "r0", 2 x 1 min'
    assert (line.quantity_ms, line.unit_price, line.amount) == (
        120_000,
        Decimal("0.1"),
        Decimal("0.20"),
    )


def test_every_kind_of_line_in_its_order() -> None:
    rate = (
        steps((0, "0.10", 60_000, 60_000), (60_000, "0.08", 60_000, 1_000))
        + '\nconnect_fee = "0.25"\nfree_ms = 60_000\nmax_total = "1.00"'
    )
    head = 'rounding = { mode = "up", unit = "0.03" }'
    rated = tariff(rate, head=head, tail=TAX).rate(call(900_000))
    assert kinds(rated) == [
        "connect",
        "free",
        "usage",
        "ceiling",
        "rounding",
        "tax:state",
        "tax:city",
    ]
    amounts = [line.amount for line in rated.lines]
    assert amounts[0] == Decimal("0.25")
    assert amounts[1] == 0
    assert amounts[2] == Decimal("1.12")
    assert amounts[3] == Decimal("-0.37")
    assert amounts[4] == Decimal("-0.01")  # 34 units are 1.02, which is above the ceiling
    assert rated.net == Decimal("0.99")
    assert amounts[5] == Decimal("0.06")
    assert amounts[6] == Decimal("0.0105")
    assert rated.total == sum(amounts) == Decimal("1.0605")


def test_a_minimum_has_a_line_of_what_it_adds() -> None:
    rated = tariff(by_minute("0.10") + '\nmin_total = "0.35"').rate(call())
    assert [(line.kind, line.amount) for line in rated.lines] == [
        ("usage", Decimal("0.10")),
        ("minimum", Decimal("0.25")),
    ]


def test_usage_lines_are_differences_of_the_rounded_cumulative_price() -> None:
    thirds = tariff(steps((0, "1", 3_000, 1_000), (1_000, "1", 3_000, 500)))
    rated = thirds.rate(call(2_000))
    assert [line.amount for line in rated.lines] == [Decimal("0.333333"), Decimal("0.333334")]
    assert rated.total == Decimal("0.666667")


def test_two_windows_are_two_lines() -> None:
    evening = by_second("0.06") + '\nwhen = { from = "19:00", to = "07:00" }'
    house = tariff(by_minute("0.20"), evening)
    rated = house.rate(call(200_000, start=START_MS + 6 * 3_600_000 - 90_000))
    assert [line.text for line in rated.lines] == [
        '2 min at $0.20/min, rate "r0", 2 x 1 min',
        '80 s at $0.06/min, rate "r1", 80 x 1 s',
    ]


def test_a_removed_connect_fee_cites_the_rule() -> None:
    rated = tariff(by_minute("0.05") + '\nconnect_fee = "1.00"', regulated=True).rate(call())
    line = rated.lines[0]
    assert (line.kind, line.amount) == ("connect", 0)
    assert line.text.startswith("connect fee $1.00 removed: ")
    ruling = ruling_of(rated)
    assert ruling is not None
    assert ruling.per_call is not None
    assert ruling.per_call.citation in line.text


def test_a_price_held_to_the_ceiling_says_so() -> None:
    rated = tariff(by_minute("0.30"), regulated=True).rate(call())
    assert "at $0.30/min" in rated.lines[0].text
    assert rated.lines[0].text.endswith("held to $0.10/min")
    assert rated.lines[0].unit_price == Decimal("0.10")


def test_what_a_state_pays_is_taken_off_with_its_citation() -> None:
    # C.R.S. 17-42-103(1.5): from July 2024 to June 2025 Colorado pays 35 % in its prisons.
    prison = text(by_minute("0.05"), regulated=True)
    prison = prison.replace('state = "TX"', 'state = "CO"').replace('"jail"', '"prison"')
    in_2025 = 1_740_830_400_000  # 2025-03-01T12:00:00Z
    rated = Tariff.loads(prison).rate(call(number="+13035550123", start=in_2025))
    assert (rated.net, rated.state_paid) == (Decimal("0.05"), Decimal("0.0175"))
    assert rated.total == Decimal("0.0325")
    line = rated.lines[-1]
    assert (line.kind, line.amount) == ("state_paid", Decimal("-0.0175"))
    assert line.text.startswith("the state pays 35 %: C.R.S. 17-42-103(1.5)")


def test_the_text_of_a_receipt_adds_up_and_cites_the_ceiling() -> None:
    rated = tariff(by_minute("0.30"), regulated=True, tail=TAX).rate(call(150_000, call_id="c-7"))
    shown = rated.explain()
    assert shown.splitlines()[0] == "Call from f to +17135550123 (c-7)"
    assert "began 2026-05-01 13:00:00-05:00 America/Chicago, 2026-05-01T18:00:00Z" in shown
    assert "lasted 150 s, billed 3 min" in shown
    amounts = told(rated)
    assert amounts[-1] == (rated.total, "total")
    net = next(place for place, (_, what) in enumerate(amounts) if what == "net")
    assert amounts[net][0] == rated.net == sum(amount for amount, _ in amounts[:net])
    assert sum(amount for amount, _ in amounts[net + 1 : -1]) == rated.total - rated.net
    assert rated.cap is not None
    assert rated.cap.citation in shown
    assert "regulation took off $0.60" in shown


def test_a_receipt_of_an_unanswered_call_says_so() -> None:
    assert tariff().rate(call(0)).explain().endswith("not answered: nothing to pay")


def test_a_receipt_without_a_ceiling_says_why() -> None:
    assert "regulation is none and its contract has no limit" in tariff().rate(call()).explain()
    old = tariff(by_minute("0.10"), regulated=True).rate(call(start=1_000_000_000_000))
    assert old.cap is None
    assert "no ceiling was found for this call; that is no ceiling of 0" in old.explain()


def test_a_contracts_own_limit_is_cited_by_file_and_line() -> None:
    rated = tariff(by_minute("0.30") + '\nmax_per_started_minute = "0.25"').rate(call(61_000))
    assert rated.total == Decimal("0.50")
    assert rated.cap is not None
    assert rated.cap.per_minute == Decimal("0.25")
    assert 'max_per_started_minute $0.25 of rate "r0" of contract "c"' in rated.cap.citation
    assert "<text>:" in rated.cap.citation
    assert "$0.25 x 2 started minutes" in rated.explain()
    rated = tariff(by_minute("0.30") + '\nmax_total = "0.25"').rate(call(61_000))
    assert rated.cap is not None
    assert (rated.cap.source, rated.cap.per_minute) == ("contract", None)


def test_a_termination_add_on_raises_the_ceiling_of_a_call_abroad() -> None:
    tail = '[[termination]]\nprefix = "+52"\nper_minute = "0.03"\n'
    abroad = {"number": "+525512345678"}
    plain = tariff(by_minute("9.00"), regulated=True).rate(call(**abroad))
    more = tariff(by_minute("9.00"), regulated=True, tail=tail).rate(call(**abroad))
    assert plain.cap is not None
    assert more.cap is not None
    assert more.cap.per_minute == plain.cap.per_minute + Decimal("0.03")
    assert more.total == plain.total + Decimal("0.03")


@given(data=st.data())
def test_receipts_of_all_calls_add_up(data: st.DataObject) -> None:
    written = data.draw(strategies.tariffs(), label="tariff")
    one = data.draw(strategies.calls(tomllib.loads(written), bad=False), label="call")
    one["start"] = one.pop("start_ms")
    try:
        rated = Tariff.loads(written).rate(Call(**one))
    except (TariffError, CallRejected, AmountOverflow):
        assume(False)
    assert sum(line.amount for line in rated.lines) == rated.total
    assert rated.total == rated.net - rated.state_paid + rated.tax
    assert sum(line.amount for line in rated.lines if line.kind.startswith("tax:")) == rated.tax
    used = sum(line.quantity_ms or 0 for line in rated.lines if line.kind in ("usage", "free"))
    assert used == rated.billed_ms
    if rated.status == "unanswered":
        return
    amounts = told(rated)
    assert amounts[-1] == (rated.total, "total")
    net = [what for _, what in amounts].index("net")
    assert sum(amount for amount, _ in amounts[:net]) == amounts[net][0] == rated.net
    assert amounts[net][0] + sum(amount for amount, _ in amounts[net + 1 : -1]) == rated.total
    assert (rated.cap is None) == ("no ceiling" in rated.explain())
