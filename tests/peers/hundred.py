"""A hundred calls that money ends, and a page of what the wire saw.

    python -m tests.peers.hundred [--calls 100] [--report PAGE.md] [--note TEXT] [--ahead]

It fails if a call's last packet is more than 20 ms from its cutoff, or a charge is not exact.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tests.peers.conftest import Started
from tests.peers.cutting import PACKET_MS, Cut, cut_off
from tests.peers.exchange import Exchange
from tests.peers.programs import go_ahead, missing

PROGRAMS: Final = ("kamailio", "rtpengine-daemon", "baresip-core", "sip-tester")


def at_share(values: Iterable[float], share: float) -> float:
    """Return the value below which a share of values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def same_amount(cut: Cut) -> bool:
    """Return whether the proxy's record comes to our amount."""
    return cut.proxy_micros == cut.total_micros


def shorter(cuts: list[Cut]) -> str:
    """Say by how much the proxy's records are shorter that come to less."""
    by = [cut.talk_ms - cut.proxy_ms for cut in cuts if not same_amount(cut)]
    return f"; the others are up to {max(by)} ms shorter, for it saw the answer later" if by else ""


def versions() -> list[str]:
    """Return the peers with their versions."""
    from importlib.metadata import version

    shown = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Version}\n", *PROGRAMS],
        capture_output=True, text=True, check=False,
    ).stdout.splitlines()  # fmt: skip
    return [*shown, f"baresip-python {version('baresip-python')}"]


def row(name: str, values: Iterable[float]) -> str:
    """Return a row of the page."""
    told = list(values)
    shares = (min(told), at_share(told, 0.5), at_share(told, 0.99), max(told))
    return f"| {name} | " + " | ".join(f"{value:+.1f}" for value in shares) + " |"


def page(cuts: list[Cut], *, took_s: float, loads: tuple[float, float], note: str) -> str:
    """Return what the wire saw, as Markdown."""
    within = sum(abs(cut.calling_ms) <= PACKET_MS for cut in cuts)
    exact = sum(cut.exact for cut in cuts)
    same = sum(map(same_amount, cuts))
    day = datetime.now(UTC).strftime("%Y-%m-%d %H:%M")
    pairs = sum(cut.account.startswith("pair-") for cut in cuts)
    tariffs = ("by the millisecond", "700 ms, then 37 ms, taxed", "0.25 and 100 ms")
    lines = [
        f"# {len(cuts)} calls cut off on the wire, {day} UTC",
        "",
        f"{note} Python {platform.python_version()}, {os.cpu_count()} cores, load {loads[0]:.2f} "
        f"before and {loads[1]:.2f} after; {took_s:.0f} s. Peers: {', '.join(versions())}.",
        "",
        f"- last packet within {PACKET_MS:g} ms of the cutoff, by RTP timestamp: "
        f"**{within} of {len(cuts)}**",
        f"- charge exact (taken once, what the judge says, all that the money buys): "
        f"**{exact} of {len(cuts)}**",
        f"- the proxy's call record, rated with what was authorised, comes to the same amount: "
        f"**{same} of {len(cuts)}**" + shorter(cuts),
        f"- {pairs} of them shared an account's money with another call that ran beside them, so "
        "that their cutoffs moved in mid-call; the table below is of the others",
        "",
        "Milliseconds after the cutoff. A packet is 20 ms, so that of a sender without any delay "
        "the last lies between -20 and 0; this one wakes every 4 ms, and its timer waits as long "
        "for packets that were due before the cutoff. The side cut off stops its own media: "
        "baresip, told to hang up; the other side is baresip too and stops at the BYE.",
        "",
        "| | least | p50 | p99 | most |",
        "|---|---|---|---|---|",
        row("last packet of the side cut off, RTP timestamp", (cut.calling_ms for cut in cuts)),
        row("last packet of the other side, RTP timestamp", (cut.called_ms for cut in cuts)),
        row("the telephone's timer fired, wall clock", (cut.timer_ms for cut in cuts)),
        row("last packet of either side at the relay, wall clock", (c.came_ms for c in cuts)),
        row("the proxy's duration beyond ours", (cut.proxy_ms - cut.talk_ms for cut in cuts)),
        "",
        "| tariff | calls | talk, ms | deposits, $ | left over, $ |",
        "|---|---|---|---|---|",
    ]
    for number, name in enumerate(tariffs):
        some = [cut for cut in cuts if cut.tariff == number and cut.account.startswith("fam-")]
        if some:
            talk = [cut.talk_ms for cut in some]
            paid, left = (
                [each / 1e6 for each in column]
                for column in (
                    [cut.deposit_micros for cut in some],
                    [cut.left_micros for cut in some],
                )
            )
            lines.append(
                f"| {name} | {len(some)} | {min(talk)} to {max(talk)} | {min(paid):.6f} to "
                f"{max(paid):.6f} | {min(left):.6f} to {max(left):.6f} |"
            )
    return "\n".join([*lines, ""])


def main() -> int:
    """Place the calls; return 0 if all of them ended as they must."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--side-by-side", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path)
    parser.add_argument("--note", default="")
    parser.add_argument("--keep", type=Path, help="an empty folder, to look at afterwards")
    parser.add_argument(
        "--ahead", action="store_true",
        help="as root, where the cores are busy: let the peers go before all else, as if they had "
        "machines of their own",
    )  # fmt: skip
    told = parser.parse_args()
    if told.ahead and not go_ahead():
        sys.exit("--ahead: only root may, and not in every container")
    if absent := missing():
        sys.exit(f"not installed: {', '.join(absent)}; as root: make peers")
    with ExitStack() as stack:
        folder = told.keep or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="securecall-"))
        )
        exchange = Exchange(folder)
        stack.callback(exchange.stop)
        before, began = os.getloadavg()[0], time.monotonic()
        cuts = cut_off(
            Started(exchange, folder, stack), exchange, folder, calls=told.calls,
            side_by_side=told.side_by_side, seed=told.seed,
        )  # fmt: skip
        loads = (before, os.getloadavg()[0])
        note = told.note + told.ahead * " The peers ran ahead of all else (SCHED_RR)."
        text = page(cuts, took_s=time.monotonic() - began, loads=loads, note=note)
    print(text)
    if told.report:
        told.report.write_text(text, encoding="utf-8")
    wrong = [
        cut for cut in cuts
        if abs(cut.calling_ms) > PACKET_MS or not (cut.exact and cut.proxy_agrees)
    ]  # fmt: skip
    for cut in wrong:
        print(cut, file=sys.stderr)
    return 1 if wrong or len(cuts) != told.calls else 0


if __name__ == "__main__":
    sys.exit(main())
