"""A month of calls: rated, charged to accounts in bulk, and what is left when it is run again."""

from __future__ import annotations

from collections import Counter
from typing import Any

from securecall import Ledger
from securecall.calls import post_month
from securecall.testing import NOON, records, tariff

JUNE = NOON + 31 * 86_400_000


def main() -> None:
    month = records(20_000, accounts=200)
    with Ledger.open("memory:") as ledger:
        for number in range(199):  # the last family has no account
            ledger.open_account(f"fam-{number}", at=NOON, opening="40.00")
        refused: Counter[str] = Counter()

        def note(batch: Any) -> None:  # to a file, in earnest
            refused.update(batch["code"].to_pylist())

        made = post_month(tariff(), ledger, month, at=JUNE, request_id="may", refusals=note)
        print(f"{made.rows:,} records, {made.posted:,} posted: {made.posted_total} dollars")
        print(f"{made.free:,} cost nothing; refused: {dict(refused)}")

        again = post_month(tariff(), ledger, month, at=JUNE, request_id="may")
        print(f"run again: {again.posted} posted, {again.already:,} were there")

        for number in range(199):
            ledger.deposit(f"fam-{number}", "60.00", at=JUNE)
        ledger.open_account("fam-199", at=JUNE, opening="100.00")
        paid = post_month(tariff(), ledger, month, at=JUNE, request_id="may, after deposits")
        print(f"after deposits: {paid.posted:,} more, {sum(paid.refused.values())} refused")
        print("the books are right:", ledger.verify().ok, sum(ledger.totals().values()) == 0)


if __name__ == "__main__":
    main()
