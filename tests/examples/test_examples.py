"""Every example runs, from any folder, without a warning, and says what it is there to say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SAYS = {
    "rate_one_call": (
        "Call from co-moffat to +13035550123 (c-1)",
        "connect fee $0.50 removed: FCC 25-75",
        "to pay 1.368708, of it tax 0.040000; billed 618000 ms",
        "in August 2025, prepaid and without a ceiling: 2.743000",
    ),
    "live_call": (
        "$2.00 buys 1195.0 s, to 2026-05-02 00:18:25+00:00",
        "one increment more would make it 2.000400",
        "  60001    61000 0.116266",
    ),
    "whole_call": (
        "allowed: the money lasts for 100000 ms, of 900000 at most",
        "  6.020 s  set the switch's timer to 106.020 s",
        " 60.020 s  set the switch's timer to 156.020 s",
        "156.020 s  disconnect: balance_exhausted",
        "balance_exhausted after 150000 ms: 0.150000 dollars",
        "left on the account: 0.000000",
        "the same is True",
    ),
    # What is drawn at random may be drawn otherwise by another numpy.
    "polars_month": (r"/│ ok            ┆ 4\d{4} │", r"/│ ct    ┆ [67]\d\d   ┆ 0\.000000 "),
    "post_month": (
        "20,000 records, 18,798 posted: 6601.050000 dollars",
        "{'unknown_account': 94, 'insufficient_funds': 108}",
        "run again: 0 posted, 18,798 were there",
        "after deposits: 202 more, 0 refused",
        "the books are right: True True",
    ),
    "compare_dates": (
        r"/as believed on 2025-11-01: 1[0-3],\d{3} of 20,0\d\d calls change",
        r"/with cheaper video: [3-9]\d\d of 20,0\d\d calls change",
        r"/  tx-harris +ceiling +\d{3} +-\d+\.\d{6}",
    ),
    "deposit_fees": (
        "$25.00 by card: 22.000000 arrive, fees 3.000000",
        "card: $3.00; not allowed",
        "so that $25.00 arrive through an agent: 30.950000 are paid",
        "$2.00 in 2022: ",
    ),
    "policy": (
        " 60.0 s  warn, review  (rule three_way.disconnect; no disconnect: 0 of 1 warnings",
        " 95.0 s  warn, review, disconnect  (rule three_way.disconnect)",
        "approved, 0.450000 back: wrong disconnect for three_way, event 3: call waiting",
        "connect fee of the call back: 0.250000",
        "now the family has 9.500000",
    ),
    "own_detector": (
        "classed: hum from 18.00 s, known at 20.00 s",
        "stepped: hum from 18.20 s, known at 19.70 s",
        r"/own_detector:classed: \d of \d noises found, \d+ false alarms in 0\.05 h",
        r"/own_detector:stepped: \d of \d noises found, \d+ false alarms in 0\.05 h",
    ),
    "river_detector": (
        "surprise from 30.0 s, known at 32.0 s",
        r"/\d of \d noises found, \d+ false alarms in 0\.05 h",
    ),
    "sklearn_detector": (
        "fitted on 16 bands",
        "strange from 12.0 s, known at 13.5 s",
        r"/\d of \d noises found, \d+ false alarms in 0\.05 h",
    ),
    "threads": (r"/200,\d{3} records in 4 pieces on two threads: the same, row by row",),
}


def run(name: str, folder: Path, *options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py"), *options],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
        env={"PATH": "", "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_every_example_is_looked_at() -> None:
    # Those that write files have tests of their own.
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {*SAYS, "listen", "month", "three_way"}


@pytest.mark.parametrize("name", SAYS)
def test_an_example_says_what_it_is_there_to_say(name: str, tmp_path: Path) -> None:
    printed = run(name, tmp_path)
    for words in SAYS[name]:
        if words.startswith("/"):
            assert re.search(words[1:], printed), (words, printed)
        else:
            assert words in printed
    assert list(tmp_path.iterdir()) == []
