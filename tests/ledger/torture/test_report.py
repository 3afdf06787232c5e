"""A report says what was found, what was not, and what was not tried."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from securecall.ledger.torture.part import Outcome
from securecall.ledger.torture.report import as_markdown, as_text
from securecall.ledger.torture.suite import Report


def report(*outcomes: Outcome) -> Report:
    began = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)
    return Report(7, began, outcomes, "3.40.1", "3.11.7", "linux")


HELD = Outcome("kill", "kills", 2_000, figures={"operations kept": 41_000}, seconds=12.0)
FAULT = Outcome("power", "power-cut replays", 9, ["cut 4: lost"], 1, seconds=1.0)
NOT_RUN = Outcome("full", "full disks", not_run="mounting a tmpfs: Operation not permitted")


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_every_figure_fault_and_reason_is_there(form: str) -> None:
    found = report(HELD, FAULT, NOT_RUN)
    text = "\n".join(as_text(found)) if form == "text" else as_markdown(found)
    for part in (
        "seed 7", "3.40.1", "2 000 kills", "operations kept", "41 000", "cut 4: lost", "NOT RUN",
        "Operation not permitted", "FAULT in power",
    ):  # fmt: skip
        assert part in text, part


def test_the_verdict_never_calls_well_what_was_not_tried() -> None:
    def verdict(*outcomes: Outcome) -> str:
        return list(as_text(report(*outcomes)))[-1]

    assert verdict(HELD).startswith("nothing acknowledged was lost")
    assert verdict(HELD, NOT_RUN) == "no fault was found; not run, so not known: full"
    assert verdict(HELD, NOT_RUN, FAULT) == "FAULT in power"
    # Nothing done is nothing shown.
    assert verdict(Outcome("kill", "kills")) == "FAULT in kill"


def test_the_page_is_dated_and_a_table_has_each_part() -> None:
    page = as_markdown(report(HELD, NOT_RUN), "commit abc")
    assert "commit abc. What" in page
    assert page.startswith("# Torture of the ledger, 2026-11-25\n")
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[0] for row in rows] == ["| part", "| kill", "| full"]
