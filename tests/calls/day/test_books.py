"""The day's own books: who has what, and where it came from."""

from __future__ import annotations

from securecall.calls.day.books import FLOWS, Books


def test_each_flow_moves_an_account_its_own_way() -> None:
    books = Books(2, 1)
    books.open("fam-1", 100)
    for flow in ("deposits", "payments", "refunds", "chargebacks_won"):
        before = books.balance("fam-1")
        books.move("fam-1", flow, 10)
        assert books.balance("fam-1") == before + 10, flow
    for flow in ("fees", "charges", "withdrawals", "payouts", "chargebacks"):
        before = books.balance("fam-1")
        books.move("fam-1", flow, 10)
        assert books.balance("fam-1") == before - 10, flow
    assert books.left == 90
    assert set(books.flows) <= set(FLOWS)


def test_an_account_below_zero_is_overdrawn_unless_it_may_be() -> None:
    books = Books(3, 1)
    for account, credit in (("fam-0", False), ("fam-1", True), ("own-0", False)):
        books.open(account, credit=credit)
        books.move(account, "charges", 1)
    assert [books.overdrawn(each) for each in ("fam-0", "fam-1", "own-0")] == [True, False, True]
    books.allow_debt("fam-0")
    assert not books.overdrawn("fam-0")
    assert books.owed == 3
    assert books.left == -3


def test_accounts_that_were_never_begun_are_not_told() -> None:
    books = Books(4, 4)
    books.open("own-2")
    books.open("fam-3")
    assert list(books) == ["fam-3", "own-2"]
    assert books.is_open("own-2")
    assert not books.is_open("own-1")
    books.close("own-2")
    assert books.is_closed("own-2")


def test_what_is_part_of_another_flow_moves_no_account() -> None:
    books = Books(1, 1)
    books.note("chargeback_fees", 7)
    assert (books.left, books.flows["chargeback_fees"]) == (0, 7)
