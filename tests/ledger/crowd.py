"""One of several processes that send the same requests to one ledger: ``... crowd URL SEED LANES``.

Each lane is a thread; all use accounts that they share. What was answered is printed as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Final

from tests.ledger.torture.sending import send_all

from securecall.ledger.ledger import Ledger
from securecall.ledger.torture.workload import LOADERS, Step, script

__all__ = ["STEPS", "lanes_of", "start"]

STEPS: Final = 40


def lanes_of(seed: int, lanes: int) -> list[tuple[Step, ...]]:
    """Return what is sent."""
    return [script(seed, f"lane{lane}", STEPS, alone=False) for lane in range(lanes)]


def start(url: str, seed: int, lanes: int) -> subprocess.Popen[str]:
    """Start a process that sends all of it."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.ledger.crowd", url, str(seed), str(lanes)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def main(url: str, seed: int, lanes: int) -> None:
    """Send everything, and print what was answered."""
    acked: dict[str, str] = {}
    with Ledger.open(url, curves=LOADERS) as ledger:
        threads = [
            threading.Thread(target=lambda steps=steps: acked.update(send_all(ledger, steps)))
            for steps in lanes_of(seed, lanes)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print(json.dumps(acked))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
