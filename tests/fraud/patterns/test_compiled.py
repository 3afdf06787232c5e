"""Who has no numba is told what to install."""

from __future__ import annotations

import subprocess
import sys

import numba
import pytest

from securecall.errors import BuildError
from securecall.fraud.patterns.compiled import compiled, need_numba


def double(value: int) -> int:
    return 2 * value


def test_a_loop_is_compiled() -> None:
    assert need_numba() is numba
    made = compiled(double)
    assert made(21) == 42
    assert made.signatures  # type: ignore[attr-defined]


def test_without_numba_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(BuildError, match=r"pip install 'securecall\[patterns\]'"):
        need_numba()


def test_the_command_loads_numba_only_for_patterns() -> None:
    code = "import sys, securecall.cli, securecall.fraud.patterns; print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
