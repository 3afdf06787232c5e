"""The books as plain text that hledger or beancount reads and checks.

Both tools hold that a transaction adds up to zero, so that they find on their own what our chain
says as well. Names become what each tool allows, and stay apart: a letter, digit or hyphen stands
for itself, anything else, and the letter Z, becomes its code in hexadecimal between two Z.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Final

from securecall.ledger.instant import instant
from securecall.ledger.values.money import Entry
from securecall.money import dollars

__all__ = ["account_name", "write_text"]

_HEADS: Final = {
    "cash": "Assets:Cash",
    "revenue": "Income:Calls",
    "tax": "Liabilities:Tax",
    "fee": "Income:Fees",
    "refunds": "Expenses:Refunds",
    "unclaimed": "Liabilities:Unclaimed",
    "transfers": "Equity:Transfers",
    "opening": "Equity:Opening",
}
_PLAIN: Final = re.compile(r"[A-Ya-z0-9-]")


def _part(name: str) -> str:
    """Return a part of an account's name; it begins with a capital, as beancount wants."""
    return "X" + "".join(sign if _PLAIN.fullmatch(sign) else f"Z{ord(sign):x}Z" for sign in name)


def account_name(name: str, *, control: bool) -> str:
    """Return what both tools call an account of ours.

    Source
    ------
    own.

    Examples
    --------
    >>> account_name("fam 1", control=False), account_name("tax:ny", control=True)
    ('Liabilities:Customers:XfamZ20Z1', 'Liabilities:Tax:Xny')
    """
    if not control:
        return f"Liabilities:Customers:{_part(name)}"
    head, _, rest = name.partition(":")
    return f"{_HEADS[head]}:{_part(rest)}" if rest else _HEADS[head]


def write_text(entries: Iterable[Entry], path: Path, form: str) -> int:
    """Write entries as transactions, an operation each; return how many entries.

    Source
    ------
    own; hledger manual, "Journal"; beancount, "Language Syntax".
    """
    count = 0
    rows = sorted(entries, key=lambda each: (each.at_ms, each.seq))
    with path.open("w", encoding="utf-8") as file:
        if form == "beancount" and rows:
            file.writelines(_openings(rows))
        for (at_ms, op), group in groupby(rows, key=lambda each: (each.at_ms, each.op)):
            own = list(group)
            count += len(own)
            day = instant(at_ms).date().isoformat()
            kinds = ", ".join(dict.fromkeys(each.kind for each in own))
            title = f"operation {op}: {kinds}"
            file.write(f'{day} * "{title}"\n' if form == "beancount" else f"{day} {title}\n")
            for each in own:
                amount = dollars(each.amount_micros)
                # In both tools what we owe is negative.
                file.write(f"  {account_name(each.account, control=False)}  {-amount:f} USD\n")
                file.write(f"  {account_name(each.contra, control=True)}  {amount:f} USD\n")
            file.write("\n")
    return count


def _openings(rows: list[Entry]) -> Iterator[str]:
    names = {account_name(each.account, control=False) for each in rows}
    names |= {account_name(each.contra, control=True) for each in rows}
    day = instant(rows[0].at_ms).date().isoformat()
    yield 'option "operating_currency" "USD"\n\n'
    for name in sorted(names):
        yield f"{day} open {name}\n"
    yield "\n"
