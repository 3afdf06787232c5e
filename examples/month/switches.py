"""What real switches wrote, rated: Asterisk, FreeSWITCH and Kamailio, captured in a laboratory.

The files are those of the tests; ``tests/data/switches/README.md`` says where they come from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from securecall.rating.batch import Rater
from securecall.rating.layouts import asterisk_custom
from securecall.rating.records import Field, Imported, read
from securecall.rating.summarizer import Summarizer
from securecall.rating.summary import Summary
from securecall.rating.tariff import Tariff

ROOT = Path(__file__).parents[2]
CAPTURED = ROOT / "tests" / "data" / "switches"
TARIFF = Path(__file__).with_name("switches.toml")


@dataclass(frozen=True, slots=True)
class Captured:
    """One file, or folder, of a switch's records, and what they came to."""

    switch: str
    found: Imported
    summary: Summary


def dialled(digits: str) -> str | None:
    """Return E.164 of what was dialled in the laboratory, whose extensions are local lines."""
    if len(digits) == 3 and digits.isdigit():
        return f"+17135550{digits}"
    if len(digits) == 11 and digits.startswith("1"):
        return f"+{digits}"
    return None


def _imports() -> Iterator[tuple[str, Imported]]:
    given: dict[str, Any] = {"facility": "TX-001", "timezone": "UTC", "dial_plan": dialled}
    hires = asterisk_custom(
        ["src", "dst", "start", "answer", "end", "duration,f", "billsec,f", "disposition",
         "uniqueid", "linkedid"]
    )  # fmt: skip
    # The switch was told by L(3000...) to stop after three seconds, and stopped a little later.
    limit = Field("lastdata", r"L\(([0-9]+)")
    yield (
        "Asterisk 22, Master.csv",
        read(CAPTURED / "asterisk22_Master.csv", "asterisk_master", authorized_ms=limit, **given),
    )
    yield "Asterisk 22, custom", read(CAPTURED / "asterisk22_Hires.csv", hires, **given)
    yield (
        "FreeSWITCH 1.10, CSV",
        read(CAPTURED / "freeswitch1.10.12_Master.csv", "freeswitch_csv", **given),
    )
    yield "FreeSWITCH 1.10, JSON", read(CAPTURED / "freeswitch_json", "freeswitch_json", **given)
    yield (
        "Kamailio 5.6, acc",
        read(CAPTURED / "kamailio_acc_cdr.log", "kamailio_acc", account=Field("pin"), **given),
    )


def rate_captured() -> list[Captured]:
    """Import and rate what each switch wrote."""
    tariff = Tariff.load(TARIFF)
    results = []
    for switch, found in _imports():
        rater = Rater(tariff, found.calls.schema)
        sums = Summarizer(tariff)
        for batch in found.calls.to_batches():
            for rated in rater.rate(batch):
                sums.add(rated)
        results.append(Captured(switch, found, sums.summary()))
    return results
