"""How values look in a notebook."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from html.parser import HTMLParser
from typing import Any

import pytest

from securecall import Finding, Tariff
from securecall.calls import ENDINGS, CallAttempt
from securecall.errors import InputTypeError
from securecall.fraud.event import Event
from securecall.ledger.outcome import Outcome
from securecall.notebook import Codes, Html, money, show, table
from securecall.rating.call import Call
from securecall.testing import FACILITY, NOON, NUMBER, SmallJail, records, tariff


class Reader(HTMLParser):
    """Reads a table's cells; every element that is opened is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1] in ("td", "th"):
            self.rows[-1][-1] += data
        else:
            self.text.append(data)


def rows(value: Any) -> list[list[str]]:
    return Reader(value._repr_html_()).rows


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("0", "$0.00"), ("1234.5", "$1,234.50"), ("0.000001", "$0.000001"),
        ("-0.21", "-$0.21"), ("100", "$100.00"),
    ],
)  # fmt: skip
def test_dollars_have_two_decimals_and_those_that_they_need(amount: str, told: str) -> None:
    assert money(Decimal(amount)) == told


def test_every_text_is_escaped() -> None:
    html = table("<b>", ("a&b",), [("<script>",)], total=("</td>",), note="<i>")
    assert "<script>" not in html
    assert Reader(html).rows == [["a&b"], ["<script>"], ["</td>"]]
    assert Reader(html).text == ["<b>", "<i>"]


def test_a_long_table_says_how_much_is_left_out() -> None:
    found = Reader(table("", (), [(number,) for number in range(1_300)]))
    assert len(found.rows) == 200
    assert found.text[-1] == "and 1,100 more"


def test_a_receipt_adds_up() -> None:
    rated = tariff().rate(Call(facility=FACILITY, number=NUMBER, start=NOON, duration_ms=119_000))
    told = rows(rated)
    assert told[-1] == ["total", "$0.13"]
    amounts = [Decimal(amount.replace("$", "")) for _, amount in told[1:]]
    assert sum(amounts[:-1]) == amounts[-1]
    unanswered = tariff().rate(Call(facility=FACILITY, number=NUMBER, start=NOON, duration_ms=0))
    assert rows(unanswered)[-1] == ["total", "$0.00"]


REGULATED = """
[[facility]]
id = "tx-harris"
kind = "jail"
adp = 8932
state = "TX"
timezone = "America/Chicago"
contract = "c"
[[contract]]
id = "c"
[[contract.rate]]
id = "all"
steps = [{ price = "0.30", per_ms = 60_000, increment_ms = 60_000 }]
[[fee]]
id = "card"
kind = "automated_payment"
methods = ["card"]
flat = "3.95"
"""


def test_a_receipt_cites_the_ceiling_and_a_quote_what_was_taken_off() -> None:
    held = Tariff.loads(REGULATED)
    rated = held.rate(Call(facility="tx-harris", number=NUMBER, start=NOON, duration_ms=60_000))
    assert rated.cap is not None
    assert rated.cap.citation in " ".join(Reader(rated._repr_html_()).text)
    quote = held.quote_deposit("25.00", facility="tx-harris", method="card", channel="web", at=NOON)
    told = Reader(quote._repr_html_())
    assert told.rows[1] == ["paid", "$25.00"]
    assert told.rows[-1] == ["credited", money(quote.credited)]
    assert ("regulation took" in told.text[-1]) == bool(quote.removed)


@pytest.fixture
def jail() -> SmallJail:
    jail = SmallJail()
    jail.open_account("fam-1", "0.20")
    return jail


def test_values_of_the_ledger_are_shown_in_dollars_and_instants(jail: SmallJail) -> None:
    ledger = jail.ledger
    call = jail.call("fam-1")
    assert rows(ledger.balance("fam-1")) == [
        ["posted", "$0.20"], ["held", "$0.06"], ["available", "$0.14"], ["owed", "$0.00"],
    ]  # fmt: skip
    assert rows(ledger.cutoffs("fam-1"))[1] == ["call-1", "2026-05-01 18:03:08+00:00"]
    assert ["charged", "$0.06"] in rows(ledger.call("call-1"))
    call.talk(minutes=10)
    assert ledger.cutoffs("fam-1") == {}
    settled = ledger.end_call("call-1", at=jail.clock.ms)
    assert ["by_account", "fam-1: $0.19"] in rows(settled)
    statement = ledger.statement("fam-1", through=jail.clock.ms + 1)
    assert rows(statement) == [
        ["what is owed", "dollars"], ["opening", "-$0.20"], ["+ charges", "$0.19"],
        ["+ adjustments", "$0.00"], ["- payments", "$0.00"], ["= closing", "-$0.01"],
    ]  # fmt: skip
    late = ledger.statement("fam-1", through=jail.clock.ms)
    assert ["code", "late"] in rows(late)
    assert ["ops", str(ledger.verify().ops)] in rows(ledger.verify())
    made = ledger.post_records(
        tariff().rate_batch(records(5, accounts=1)), at=jail.clock.pass_by(days=40), request_id="m"
    )
    assert ["refused", "unknown_account: 5"] in rows(made)


def test_codes_are_told_with_what_they_mean(jail: SmallJail) -> None:
    codes = jail.ledger.code_words()
    assert codes == tuple(each.value for each in Outcome)
    told = rows(codes)
    assert told[1][0] == "late"
    assert told[1][1].endswith("was settled at a later instant.")
    assert all(meaning for _, meaning in told)
    assert rows(show(Outcome)) == told


class Untold(StrEnum):
    A = "a"


def test_codes_without_a_word_are_shown_alone() -> None:
    assert rows(Codes.of(Untold)) == [["code", "when"], ["a", ""]]


def test_decisions_and_records_of_calls_are_shown(jail: SmallJail) -> None:
    attempt = CallAttempt("c", "p", NUMBER, "T-1", accounts=("fam-1",))
    jail.clock.pass_by(hours=12)
    told = rows(jail.gate.check(attempt, at=jail.clock.ms))
    assert told[1][:2] == ["refusal", "facility_schedule"]
    jail.clock.pass_by(hours=12)
    record = jail.call("fam-1").hang_up().record
    assert ["reason", "completed_caller_hangup"] in rows(record)


def test_lists_mappings_and_events_become_rows() -> None:
    events = [Event(number, "dtmf", "note", 0.0, 40.0, 60.0, 0.99, "5", -12.0) for number in (1, 2)]
    found = Reader(str(show(events)))
    assert found.text == ["2 Event"]
    assert found.rows[0][:3] == ["id", "kind", "grade"]
    assert len(found.rows) == 3
    assert rows(events[0])[1] == ["kind", "dtmf"]
    assert len(rows(show(ENDINGS, "Endings"))) == len(ENDINGS) + 1
    assert rows(show({"a": True, "b": None})) == [["a", "yes"], ["b", ""]]
    assert rows(show(["a", 1_000])) == [["a"], ["1,000"]]
    assert rows(show([])) == []
    assert isinstance(show(events[0]), Html)
    found_in = [each for each in Tariff.loads(REGULATED).lint() if isinstance(each, Finding)]
    assert len(rows(show(found_in))) == len(found_in) + (1 if found_in else 0)


@pytest.mark.parametrize("value", [7, "text", None])
def test_what_has_no_rows_is_refused(value: Any) -> None:
    with pytest.raises(InputTypeError):
        show(value)


def test_a_comparison_shows_its_totals() -> None:
    dearer = Tariff.loads(REGULATED.replace("0.30", "0.05"))
    month = records(5)
    month = month.set_column(1, "facility", [["tx-harris"] * 5])
    compared = Tariff.loads(REGULATED).compare(month, dearer)
    assert rows(compared)[0] == compared.totals.column_names
    assert "rows change" in Reader(compared._repr_html_()).text[-1]
