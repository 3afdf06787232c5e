"""A host in a process of its own that a test kills: it holds calls, ticks, and beats.

    python -m tests.calls.host LEDGER HEARTBEAT CALLS

Its clock is its own: each turn of its loop is 50 ms of the calls' time. It says each beat that was
written, so that the test knows when it may be killed.
"""

from __future__ import annotations

import sys
import time

from tests.calls.house import NOON_MS, by_second, talking
from tests.harris import tariff

from securecall.calls.sessions import Sessions
from securecall.calls.terms import Terms
from securecall.ledger.heartbeat import Heartbeat
from securecall.ledger.ledger import Ledger

STEP_MS = 50


def main(ledger_path: str, heart_path: str, calls: int) -> None:
    ledger = Ledger.open(f"sqlite:///{ledger_path}")
    sessions = Sessions(Terms(ledger, tariff(by_second("0.60")), host="host-1"))
    for number in range(calls):
        talking(
            sessions, f"c-{number}", at_ms=NOON_MS + 10 * number,
            wants={"accounts": (f"fam-{number}",)}, privileged=number % 5 == 0,
        )  # fmt: skip
    now = NOON_MS + 1_000
    with Heartbeat(heart_path) as heart:
        while True:
            now += STEP_MS
            sessions.tick(now)
            for session in sessions:
                if hasattr(session, "feed"):
                    session.feed(bytes(800))
            if heart.beat(now):
                sys.stdout.write(f"{now}\n")
                sys.stdout.flush()
            time.sleep(0.001)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
