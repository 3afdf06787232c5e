"""What is asked of an installed package: it says what runs, and takes no wrong answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[2] / "tools" / "try_install.py"


def ran(text: str, place: Path) -> subprocess.CompletedProcess[str]:
    program = place / "tried.py"
    program.write_text(text, encoding="utf-8")
    command = [sys.executable, "-I", "-W", "error", str(program)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=place)


def test_it_says_in_one_line_what_runs(tmp_path: Path) -> None:
    done = ran(PROGRAM.read_text(encoding="utf-8"), tmp_path)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith("CPython 3.")
    assert line.endswith("price, table, digit and cutoff as they should be")


def test_an_answer_that_is_not_the_laws_ends_it(tmp_path: Path) -> None:
    text = PROGRAM.read_text(encoding="utf-8")
    for right, wrong in (('"1.021666"', '"1.02"'), ('["5"]', '["6"]'), ("== 300", "== 301")):
        done = ran(text.replace(right, wrong), tmp_path)
        assert done.returncode == 1
        assert "AssertionError" in done.stderr
