"""Calls with little money, cut off at the instant that the ledger solved; and what the wire says.

The instant is read from RTP: the last packet's timestamp, on the clock that all of them set. What
the call cost is judged by `tests/oracles/charging.py`, and once more from the proxy's call record.
"""

from __future__ import annotations

import random
import time
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
from tests.harris import steps, text
from tests.oracles.charging import NO_REGULATION, rate
from tests.peers.conftest import Started
from tests.peers.exchange import Exchange
from tests.peers.packets import streams
from tests.peers.placing import attempt, micros, placed
from tests.peers.programs import wait_for
from tests.peers.scripts import write_wav

from securecall import Call, Ledger, Tariff
from securecall.rating import records

__all__ = ["MICROS", "PACKET_MS", "TARIFF", "Cut", "cut_off", "judged", "proxy_log"]

MICROS: Final = 1_000_000
PACKET_MS: Final = 20.0
OPENED: Final = 60_000  # how long before the first call the accounts were opened
#: By the millisecond; a first stretch and odd increments, and a tax; a connect fee.
TARIFF: Final = text(
    'destinations = ["+1713555010"]\n' + steps((0, "0.06", 60_000, 1)),
    'destinations = ["+1713555011"]\n' + steps((0, "3.00", 60_000, 700), (700, "1.20", 60_000, 37)),
    'destinations = ["+1713555012"]\nconnect_fee = "0.25"\n' + steps((0, "0.90", 60_000, 100)),
    tail='[[tax]]\nid = "state"\nstates = ["TX"]\npercent = "6.25"\nbase = "net"\n'
    'rounding = { mode = "half_up", unit = "0.000001" }',
)
NUMBERS: Final = ("+1713555010{}", "+1713555011{}", "+1713555012{}")


@dataclass(frozen=True)
class Cut:
    """A call that was cut off: what was solved, what the wire saw, what it cost."""

    call: str
    tariff: int
    cutoff_ms: int
    talk_ms: int
    calling_ms: float  # the last packet's RTP instant after the cutoff, of the side cut off
    called_ms: float  # and of the other side, which hears of it by SIP
    timer_ms: float  # when the telephone's timer fired, after the cutoff
    came_ms: float  # when the last packet of either side came to the relay, after the cutoff
    total_micros: int
    judged_micros: int
    account: str
    deposit_micros: int
    charged_micros: int  # to the account, for this call and one beside it that shared the money
    left_micros: int
    more_micros: int  # what the next increment would have cost on top
    reason: str
    proxy_ms: int  # the proxy's duration
    proxy_micros: int  # its call record, rated with what was authorised
    proxy_judged_micros: int

    @property
    def exact(self) -> bool:
        """Whether the charge is what the judge says, was taken once, and is all that fits."""
        return (
            self.total_micros == self.judged_micros
            and self.deposit_micros - self.left_micros == self.charged_micros
            and 0 <= self.left_micros < self.more_micros
        )

    @property
    def proxy_agrees(self) -> bool:
        """Whether the proxy's record comes to the same amount.

        Its clock is another one: it may have seen the answer a millisecond later than we did, and
        then its record is worth what its own duration costs by the judge, and no more than ours.
        """
        if self.proxy_ms >= self.talk_ms:
            return self.proxy_micros == self.total_micros
        return self.proxy_micros == self.proxy_judged_micros <= self.total_micros


def cut_off(
    started: Started, exchange: Exchange, folder: Path, *, calls: int, side_by_side: int,
    seed: int = 1,
) -> list[Cut]:  # fmt: skip
    """Place calls that money ends, and return what became of each."""
    draw = random.Random(seed)
    seconds = np.arange(8000 * 6) / 8000
    tone = np.rint(8000 * np.sin(2 * np.pi * 500 * seconds)).astype(np.int16)
    wav = write_wav(folder / "tone.wav", tone)
    (folder / "tariff.toml").write_text(TARIFF, encoding="utf-8")
    sockets = started.telephones([wav] * side_by_side)
    # Each telephone calls a number of its own: a baresip that hangs one call up lets others wait.
    for place in range(side_by_side):
        started.number(NUMBERS[place % 3].format(place // 3), wav)
    url = f"sqlite:///{folder}/ledger.db"
    deposits = _funded(url, calls, side_by_side, draw)
    telephones: dict[str, list[dict[str, Any]]] = {socket: [] for socket in sockets}
    for number in range(calls):
        place = number % side_by_side
        telephones[sockets[place]].append(
            {
                "attempt": attempt(
                    f"c-{number}", NUMBERS[place % 3].format(place // 3), place=place,
                    account=_account(number, side_by_side),
                )
            }
        )  # fmt: skip
    plan = {
        "ledger": url, "tariff": str(folder / "tariff.toml"), "out": str(folder / "calls.jsonl"),
        "facility": {"id": "f", "timezone": "America/Chicago", "monitor": False},
        "telephones": telephones,
    }  # fmt: skip
    kept = placed(folder, plan, limit_s=30 + 4 * calls / side_by_side)
    unplaced = [each for each in kept if not each.get("sip_call_id")]
    assert not unplaced, unplaced
    return measured(exchange, folder, kept, deposits, url)


def _account(number: int, side_by_side: int) -> str:
    """Return who pays for a call: of those that begin together, two share an account."""
    return f"pair-{number // 2}" if number < side_by_side // 2 * 2 else f"fam-{number}"


def _funded(url: str, calls: int, side_by_side: int, draw: random.Random) -> dict[str, int]:
    """Open the accounts, with money for one or two seconds of each call; return how much."""
    at = time.time_ns() // MICROS - OPENED
    found: dict[str, int] = {}
    for number in range(calls):
        money = (
            draw.randint(900, 2000),
            draw.randint(50_000, 75_000),
            draw.randint(285_000, 300_000),
        )[number % side_by_side % 3]
        account = _account(number, side_by_side)
        found[account] = found.get(account, 0) + money
    with Ledger.open(url) as ledger:
        for account, money in found.items():
            ledger.open_account(account, kind="prepaid", at=at, request_id=f"open-{account}")
            ledger.deposit(account, Decimal(money) / MICROS, at=at, request_id=f"paid-{account}")
    return found


def judged(number: str, start_ms: int, duration_ms: int, authorized_ms: int | None) -> int:
    """Return what a call costs by the judge, micro-dollars."""
    call = {
        "facility": "f", "number": number, "start_ms": start_ms, "duration_ms": duration_ms,
        "bill_type": "prepaid", "authorized_ms": authorized_ms,
    }  # fmt: skip
    result = rate(tomllib.loads(TARIFF), call, lambda *_: NO_REGULATION)
    assert result.total is not None, result.status
    return result.total


def proxy_log(exchange: Exchange, folder: Path, wanted: Iterable[str]) -> Path:
    """Return a copy of the proxy's log when the call records of some SIP Call-IDs are in it."""
    ids = set(wanted)
    wait_for(
        "the proxy's call records",
        lambda: all(f"; ci={each}" in exchange.call_log for each in ids),
    )
    log = folder / "acc.log"
    log.write_text(exchange.call_log, encoding="utf-8")
    return log


def proxy_records(exchange: Exchange, folder: Path, wanted: Iterable[str]) -> dict[str, Any]:
    """Return the proxy's call records by SIP Call-ID, in our columns."""
    ids = set(wanted)
    table = records.read(proxy_log(exchange, folder, ids), "kamailio_acc", facility="f").calls
    return {row["call_id"]: row for row in table.to_pylist() if row["call_id"] in ids}


def measured(
    exchange: Exchange, folder: Path, kept: Sequence[dict[str, Any]], deposits: dict[str, int],
    url: str,
) -> list[Cut]:  # fmt: skip
    """Hold what the host kept against the wire, the judge and the proxy."""
    proxy = proxy_records(exchange, folder, (each["sip_call_id"] for each in kept))
    tariff = Tariff.loads(TARIFF)
    charged: dict[str, int] = {}
    for each in kept:
        [account] = each["record"]["accounts"]
        charged[account] = charged.get(account, 0) + micros(each["record"]["total"])
    found = []
    with Ledger.open(url) as ledger:
        ledger.verify()
        for each in kept:
            record = each["record"]
            [account] = record["accounts"]
            cutoff_ms = _ms(record["cutoff_at"])
            accepted_ms = _ms(record["accepted_at"])
            talk_ms = cutoff_ms - accepted_ms
            row = proxy[each["sip_call_id"]]
            number = record["number"]
            rated = tariff.rate(tariff_call(row, authorized_ms=talk_ms))
            sides = streams(exchange.recordings, each["sip_call_id"])
            billed_ms = record["billed_ms"]
            found.append(
                Cut(
                    call=each["call"],
                    tariff=next(at for at, each in enumerate(NUMBERS) if number[:-1] == each[:-2]),
                    cutoff_ms=cutoff_ms,
                    talk_ms=talk_ms,
                    calling_ms=sides["calling"].last_ms - cutoff_ms,
                    called_ms=sides["called"].last_ms - cutoff_ms,
                    timer_ms=each["hung_up"]["at_ms"] - cutoff_ms,
                    came_ms=max(side.last_came_ms for side in sides.values()) - cutoff_ms,
                    total_micros=micros(record["total"]),
                    judged_micros=judged(number, accepted_ms, talk_ms, talk_ms),
                    account=account,
                    deposit_micros=deposits[account],
                    charged_micros=charged[account],
                    left_micros=int(ledger.balance(account).posted * MICROS),
                    more_micros=judged(number, accepted_ms, billed_ms + 1, None)
                    - micros(record["total"]),
                    reason=record["reason"],
                    proxy_ms=row["duration_ms"],
                    proxy_micros=int(rated.total * MICROS),
                    proxy_judged_micros=judged(number, accepted_ms, row["duration_ms"], talk_ms),
                )
            )
    return found


def tariff_call(row: dict[str, Any], *, authorized_ms: int) -> Call:
    """Make a call to rate of a row of the proxy's records."""
    return Call(
        facility="f", number=row["number"], start=row["start"], duration_ms=row["duration_ms"],
        authorized_ms=authorized_ms,
    )  # fmt: skip


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)
