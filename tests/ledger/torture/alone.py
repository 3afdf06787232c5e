"""Runs parts of the suite in an interpreter of their own: they fork, and pytest has threads."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from securecall.ledger.torture import TARGETS

__all__ = ["part_alone", "python_alone", "tenth"]

CODE = """
import json, sys
from securecall.ledger.torture import run
print(json.dumps(run(**json.loads(sys.argv[1])).as_dict()))
"""


def python_alone(code: str, *arguments: str) -> str:
    """Run a script; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tenth(name: str) -> int:
    """Return a tenth of how often a release must show a part."""
    return -(-TARGETS[name] // 10)


def part_alone(name: str, times: int, seed: int = 20260501, **more: Any) -> dict[str, Any]:
    """Run one part so many times; return what it found."""
    asked = {"seed": seed, "only": [name], "times": {name: times, "control": times}, **more}
    parts = json.loads(python_alone(CODE, json.dumps(asked)))["parts"]
    found: dict[str, Any] = next(part for part in parts if part["part"] == name)
    return found
