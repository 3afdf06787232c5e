"""A line language for scenarios of the ledger: an operation a line, its outcome in the last column.

::

    0      open      alice prepaid          ok
    0      deposit   alice 1.00 d1          ok
    0      start     c1 alice 0.21/60       cutoff 240
    60     withdraw  alice 0.59             insufficient_funds
    250    balance   alice                  0.16

Times are seconds from the scenario's beginning; a price is dollars an increment of so many seconds.
Words in ``[...]`` may be left out, ``key=value`` may follow:

    open <account> <kind> [limit=] [opening=]        pay|withdraw|limit <account> <dollars> [id]
    deposit <account> <dollars> [id]                 transfer <from> <to> [dollars]
    start <call> <account+account> <price> [max=] [split=yes]
    hangup <call> [why=] | recover <call> alive=     settle
    refund <call> full|<dollars>|until=<seconds>     chargeback <deposit> <id> [fee=]
    result <chargeback> won|lost                     statement <account>
    release <account> | touch <account>              spend <account> <dollars> <period>
    balance|held|available|owed <account>            call <call>
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.ledger.pricing import Flat

from securecall.errors import SecurecallError
from securecall.ledger.ledger import Ledger
from securecall.money import micros

__all__ = ["T0", "check"]

T0 = 1_767_625_200_000


def check(ledger: Ledger, text: str) -> None:
    """Do every line, and compare what came of it with its last column."""
    for line in text.strip().splitlines():
        if not line.strip():
            continue
        words = line.split()
        at = T0 + round(Decimal(words[0]) * 1000)
        verb, rest = words[1], words[2:]
        expected, args = _split(line, rest)
        found = _do(ledger, verb, args, at)
        assert found == expected, f"{line.strip()}: found {found!r}"


def _split(line: str, rest: list[str]) -> tuple[str, list[str]]:
    """Tell the outcome from the arguments: there are two blanks before the last column."""
    columns = [part for part in line.strip().split("  ") if part.strip()]
    expected = columns[-1].strip()
    return expected, rest[: len(rest) - len(expected.split())]


def _plain(amount: Decimal) -> str:
    text = f"{amount.normalize():f}"
    return text if "." in text and len(text.split(".")[1]) > 2 else f"{amount:.2f}"


def _do(ledger: Ledger, verb: str, args: list[str], at: int) -> str:
    words = [word for word in args if "=" not in word]
    options = dict(word.split("=", 1) for word in args if "=" in word)
    try:
        return str(globals()[f"_{verb}"](ledger, words, options, at))
    except SecurecallError as error:
        return type(error).__name__


def _open(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    return ledger.open_account(
        words[0],
        words[1],
        at=at,
        credit_limit=options.get("limit"),
        opening=options.get("opening", "0"),
    ).code


def _deposit(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    request = words[2] if len(words) > 2 else None
    return ledger.deposit(words[0], words[1], at=at, request_id=request).code


def _pay(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    return ledger.pay(words[0], words[1], at=at).code


def _withdraw(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    return ledger.withdraw(words[0], words[1], at=at).code


def _limit(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    return ledger.set_credit_limit(words[0], words[1], at=at).code


def _transfer(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    return ledger.transfer(words[0], words[1], words[2] if len(words) > 2 else None, at=at).code


def _start(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    price, seconds = words[2].split("/")
    most = options.get("max")
    answer = ledger.start_call(
        words[0],
        words[1].split("+"),
        Flat(micros(price), round(Decimal(seconds) * 1000)),
        at=at,
        split="split" in options,
        max_ms=None if most is None else round(Decimal(most) * 1000),
    )
    if answer.refused:
        return answer.code
    if answer.cutoff_ms is None:
        return "no cutoff"
    return (
        f"{'cutoff' if answer.reason == 'balance' else answer.reason} {_seconds(answer.cutoff_ms)}"
    )


def _seconds(at_ms: int) -> str:
    return f"{Decimal(at_ms - T0) / 1000:f}".removesuffix(".000")


def _ended(answer: Any) -> str:
    return f"{answer.reason} {_seconds(answer.ended_ms)} {_plain(answer.charged)}"


def _hangup(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    return _ended(ledger.end_call(words[0], at=at, reason=options.get("why", "hangup")))


def _recover(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    alive = T0 + round(Decimal(options["alive"]) * 1000)
    return _ended(ledger.recover(words[0], last_alive_ms=alive, at=at))


def _settle(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    return "+".join(one.call_id for one in ledger.settle_due(at=at)) or "nothing"


def _refund(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    if "until" in options:
        until = round(Decimal(options["until"]) * 1000)
        answer = ledger.refund(words[0], policy="rerate", until_ms=until, at=at)
    elif words[1] == "full":
        answer = ledger.refund(words[0], at=at)
    else:
        answer = ledger.refund(words[0], policy="amount", amount=words[1], at=at)
    return _plain(answer.refunded) if answer.ok else answer.code


def _chargeback(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    answer = ledger.chargeback(words[0], fee=options.get("fee", "0"), at=at, request_id=words[1])
    return _plain(answer.debited) if answer.ok else answer.code


def _result(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    answer = ledger.chargeback_result(words[0], won=words[1] == "won", at=at)
    return answer.state if answer.ok else answer.code


def _statement(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    found = ledger.statement(words[0], through=at)
    if found.refused:
        return found.code
    sums = (found.opening, found.charges, found.adjustments, found.payments, found.closing)
    assert sums[0] + sums[1] + sums[2] - sums[3] == sums[4]
    return " ".join(_plain(each) for each in sums)


def _release(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    answer = ledger.release(words[0], at=at)
    return _plain(answer.amount) if answer.ok else answer.code


def _touch(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    return ledger.touch(words[0], at=at).code


def _spend(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    return ledger.set_spending_limit(words[0], words[1], period=words[2], at=at).code


def _balance(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    return _plain(ledger.balance(words[0], at).posted)


def _held(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    return _plain(ledger.balance(words[0], at).held)


def _available(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    return _plain(ledger.balance(words[0], at).available)


def _owed(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    return _plain(ledger.balance(words[0], at).owed)


def _call(ledger: Ledger, words: list[str], options: dict[str, str], at: int) -> str:
    state = ledger.call(words[0], at)
    if state.running:
        return f"running {_plain(state.charged)}"
    assert state.ended_ms is not None
    return f"{state.reason} {_seconds(state.ended_ms)} {_plain(state.charged)}"
