"""``python -m securecall`` is the command."""

from __future__ import annotations

import subprocess
import sys

import securecall


def test_the_module_is_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "securecall", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (f"securecall {securecall.__version__}\n", "")


def test_it_calls_itself_by_its_name() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "securecall", "rate"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: securecall rate ")
