"""What platforms of this trade say they do, end to end: accounts, prices and fees of their day."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from tests.calls.county import ABROAD, FAR, LANDLINE, MOBILE, NOON_MS, SOON_MS, County

from securecall.ledger.instant import ms_of

MINUTE_MS = 60_000
HOUR_MS = 3_600_000


def day(year: int, month: int, day: int) -> int:
    """Return noon of a day in Houston, or one."""
    return ms_of(datetime(year, month, day, 18, tzinfo=UTC))


# The three kinds of accounts -------------------------------------------------------------------


def test_a_prepaid_family_account_pays_for_several_numbers(tmp_path: Path) -> None:
    county = County(tmp_path, kept=True)
    sent = county.families.set_up("ana", facility="tx-harris", number=LANDLINE, at=NOON_MS)
    ana = county.families.of("ana")
    assert ana.confirm(LANDLINE, sent.token, at=NOON_MS + 1) == "ok"
    more = ana.add_number(MOBILE, at=NOON_MS + 2)
    assert ana.confirm(MOBILE, more.token, at=NOON_MS + 3) == "ok"
    quoted = ana.quote(at=NOON_MS + 4, pays="0.25", method="card")
    assert ana.fund(quoted, at=NOON_MS + 5, request_id="d-ana").credited == Decimal("0.25")

    at_ms = NOON_MS + HOUR_MS
    for number, call_id in ((LANDLINE, "c-1"), (MOBILE, "c-2")):
        account = county.ledger.account_of(number)
        assert account == ana.profile.account
        wish = county.attempt(call_id, number=number, accounts=(account,))
        assert county.held(2 * MINUTE_MS, wish, at_ms).total == Decimal("0.10")
        at_ms += HOUR_MS
    assert ana.balance().available == Decimal("0.05")
    page = ana.statement(through=at_ms)
    assert [(line.kind, line.amount) for line in page.lines] == [
        ("deposit", Decimal("0.25")), ("charge", Decimal("-0.10")), ("charge", Decimal("-0.10")),
    ]  # fmt: skip
    assert page.statement.closing_balance == Decimal("0.05")
    county.close()


def test_direct_bill_goes_to_its_credit_limit_and_is_paid_later(tmp_path: Path) -> None:
    county = County(tmp_path, kept=True)
    ledger = county.ledger
    ledger.open_account("bill", kind="direct_bill", credit_limit="0.12", at=NOON_MS - 1)
    wish = {"bill_type": "direct_bill", "accounts": ("bill",)}
    record = county.held(10 * MINUTE_MS, county.attempt(**wish))
    assert (record.reason, record.total, record.duration_ms) == (
        "credit_exhausted", Decimal("0.10"), 2 * MINUTE_MS,
    )  # fmt: skip
    assert county.codes(county.attempt("c-2", **wish), NOON_MS + HOUR_MS) == ("credit_limit",)
    statement = ledger.statement("bill", through=NOON_MS + 2 * HOUR_MS)
    assert statement.closing == Decimal("0.10")
    assert ledger.pay("bill", "0.10", at=NOON_MS + 3 * HOUR_MS, request_id="paid").ok
    assert ledger.balance("bill").owed == 0
    again = county.held(MINUTE_MS, county.attempt("c-3", **wish), NOON_MS + 4 * HOUR_MS)
    assert (again.status, again.total) == ("ok", Decimal("0.05"))
    county.close()


def test_inmate_debit_is_the_callers_own_money(tmp_path: Path) -> None:
    county = County(tmp_path, kept=True)
    ledger = county.ledger
    ledger.open_account("p-77", kind="inmate_debit", at=NOON_MS - 2)
    ledger.deposit("p-77", "0.20", at=NOON_MS - 1, request_id="d-p-77")
    # The line called pays nothing, so that nobody asks whether it can.
    county.lines.put(LANDLINE, "denied", at=NOON_MS - 1, by="feed", why="no collect calls")
    wish = county.attempt(bill_type="inmate_debit", accounts=("p-77",))
    record = county.held(61_000, wish)
    assert (record.status, record.bill_type, record.total) == (
        "ok",
        "inmate_debit",
        Decimal("0.10"),
    )
    # On the day of release what is left goes to its owner.
    released = ledger.release("p-77", at=NOON_MS + HOUR_MS)
    assert (released.code, ledger.balance("p-77").available) == ("ok", 0)
    assert county.codes(county.attempt("c-2", accounts=("p-77",)), NOON_MS + 2 * HOUR_MS) == (
        "account_closed", "billing_denied",
    )  # fmt: skip
    county.close()


# Local, long distance, international -------------------------------------------------------------

# Two minutes from a jail of 8 932. The contract asks $0.05 a minute nearby, $0.30 and $1.75 for the
# call further away, $0.95 abroad; the orders leave of it what stands here (docs/regulation.md).
PRICES = [
    # The day, nearby, within the state, to another state, to Mexico (whose $0.02 come on top).
    (day(2012, 3, 2), "0.10", "2.35", "2.35", "1.90"),  # no ceilings
    (day(2015, 3, 2), "0.10", "2.35", "0.42", "1.90"),  # FCC 13-113: 0.21 between states
    (day(2022, 3, 2), "0.10", "2.35", "0.28", "0.32"),  # FCC 21-60: 0.14; abroad 0.14 + 0.02
    (day(2025, 2, 3), "0.10", "0.12", "0.12", "0.16"),  # FCC 24-75: 0.06 for all
    (day(2025, 8, 4), "0.10", "2.35", "0.28", "0.32"),  # suspended: as in 2022
    (day(2026, 5, 1), "0.10", "0.20", "0.20", "0.24"),  # FCC 25-75: 0.10 for all
]
DALLAS = "+12145550123"


@pytest.mark.parametrize("of_the_day", PRICES)
def test_local_long_distance_and_international_under_the_ceilings_of_their_day(
    tmp_path: Path, of_the_day: tuple[int, str, str, str, str]
) -> None:
    at_ms, near, state, far, abroad = of_the_day
    county = County(tmp_path, at_ms)
    county.directory.approve("p-77", DALLAS, at=at_ms - 1, by="sgt-12")
    county.lines.put(DALLAS, "billable", at=at_ms - 1, by="feed")
    wanted = {
        LANDLINE: ("local", "intrastate", near), DALLAS: ("intrastate", "intrastate", state),
        FAR: ("interstate", "interstate", far), ABROAD: ("international", "international", abroad),
    }  # fmt: skip
    spent = Decimal(0)
    for number, (rate_class, jurisdiction, total) in wanted.items():
        record = county.held(2 * MINUTE_MS, county.attempt(f"c{number}", number=number), at_ms)
        assert (record.rate_class, record.jurisdiction) == (rate_class, jurisdiction)
        assert record.total == Decimal(total)
        # Without the law the contract's own price would have stood.
        own = {"local": "0.10", "international": "1.90"}.get(rate_class, "2.35")
        assert record.cap_saved_micros == (Decimal(own) - Decimal(total)) * 1_000_000
        spent += record.total
        at_ms += HOUR_MS // 4
    assert county.ledger.balance("fam-1").available == 20 - spent
    county.close()


def test_a_collect_call_had_a_ceiling_of_its_own_in_2015(tmp_path: Path) -> None:
    at_ms = day(2015, 3, 2)
    county = County(tmp_path, at_ms)
    wish = county.attempt(number=FAR, bill_type="collect")
    record = county.held(2 * MINUTE_MS, wish, at_ms)
    assert (record.total, record.cap_source) == (Decimal("0.50"), "FCC2013_interim")
    county.close()


# Fees --------------------------------------------------------------------------------------------

# What the tariff asks: $3.95 by card, $7.95 through an agent, $9.95 for a transfer of somebody
# else's, $2.50 for opening the account. What the rules of the day leave of each (47 CFR 64.6020).
FEES = [
    (day(2012, 3, 2), "3.95", "7.95", "9.95", "2.50"),  # nothing was ruled
    (day(2018, 3, 2), "3.00", "5.95", "9.95", "0"),  # capped; set-up fees prohibited
    (day(2022, 3, 2), "3.00", "5.95", "6.95", "0"),  # transfers capped
    (day(2023, 3, 2), "3.00", "5.95", "3.00", "0"),  # transfers by machine
    (day(2025, 2, 3), "0", "0", "0", "0"),  # all prohibited
    (day(2025, 8, 4), "0", "0", "0", "0"),  # rates suspended, the ban not
    (day(2026, 5, 1), "0", "0", "0", "0"),
]


@pytest.mark.parametrize("of_the_day", FEES)
def test_deposit_payment_method_and_activation_fees_of_their_day(
    tmp_path: Path, of_the_day: tuple[int, str, str, str, str]
) -> None:
    at_ms, card, agent, wire, activation = of_the_day
    county = County(tmp_path, at_ms)
    sent = county.families.set_up("ana", facility="tx-harris", number=LANDLINE, at=at_ms)
    ana = county.families.of("ana")
    ana.confirm(LANDLINE, sent.token, at=at_ms)
    paid = fees = Decimal(0)
    for method, channel, fee in (
        ("first", "web", activation), ("card", "web", card), ("cash", "agent", agent),
        ("wire", "web", wire), ("cash", "kiosk", "0"),
    ):  # fmt: skip
        quoted = ana.quote(at=at_ms, pays="25.00", method=method, channel=channel)
        assert quoted.fees == Decimal(fee), (method, channel)
        done = ana.fund(quoted, at=at_ms, request_id=f"{method}-{channel}")
        assert done.credited == 25 - Decimal(fee)
        paid, fees = paid + 25, fees + Decimal(fee)
    assert ana.balance().available == paid - fees
    kept = [row["amount"] for row in county.ledger.entries().to_pylist() if row["kind"] == "fee"]
    assert abs(sum(kept, Decimal(0))) == fees
    county.close()


@pytest.mark.parametrize(("at_ms", "fee"), [(at_ms, card) for at_ms, card, *_ in FEES])
def test_automated_funding_and_its_fee_of_the_day(tmp_path: Path, at_ms: int, fee: str) -> None:
    county = County(tmp_path, at_ms, money="0.50")
    ledger = county.ledger
    ledger.set_auto_reload("fam-1", below="0.30", amount="10.00", at=at_ms)
    session = county.talk()
    accepted_ms = at_ms + SOON_MS
    assert session.cutoff_ms == accepted_ms + 10 * MINUTE_MS
    ledger.settle_due(at=accepted_ms + 5 * MINUTE_MS)  # six increments: 20 cents are left
    (asked,) = ledger.reloads("fam-1")
    quoted = county.tariff.quote_deposit(
        "10.00", facility="tx-harris", method="card", channel="reload", at=at_ms
    )
    assert quoted.fees == Decimal(fee)
    ledger.reload_result(asked.id, ok=True, at=accepted_ms + 6 * MINUTE_MS, fees=quoted)
    # The call never waited; what came moved its end to the longest time.
    assert session.cutoff_ms == accepted_ms + 15 * MINUTE_MS
    session.hang_up(accepted_ms + 8 * MINUTE_MS)
    assert ledger.balance("fam-1").available == Decimal("10.10") - Decimal(fee)
    county.close()


def test_what_must_be_paid_so_that_an_amount_arrives(tmp_path: Path) -> None:
    county = County(tmp_path, day(2018, 3, 2))
    quoted = county.tariff.quote_credit(
        "25.00", facility="tx-harris", method="card", channel="web", at=day(2018, 3, 2)
    )
    assert (quoted.paid, quoted.fees, quoted.credited) == (28, 3, 25)
    county.close()
