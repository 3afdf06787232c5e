"""Short C programs, compiled when a bench runs and called through ctypes.

They are compiled for the very core they run on (``-march=native``): peers and limits are to look as
good as they can.
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from pathlib import Path
from shutil import which
from typing import Final

__all__ = ["MISSING", "CannotCompileError", "compiled"]

FLAGS: Final = (
    "-O3", "-march=native", "-std=gnu11", "-ffp-contract=fast", "-fPIC", "-shared", "-w",
)  # fmt: skip
MISSING: Final = "no C compiler: apt-get install gcc"


class CannotCompileError(Exception):
    """There is no compiler, or a library is not there."""


def compiled(source: str, *libraries: str) -> ctypes.CDLL:
    """Return a library made of a program.

    Raises
    ------
    CannotCompileError
        It cannot be compiled or linked here.
    """
    compiler = which("gcc") or which("cc")
    if compiler is None:
        raise CannotCompileError(MISSING)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "made.so"
        done = subprocess.run(
            [compiler, *FLAGS, "-x", "c", "-", "-o", str(made), "-lm"]
            + [f"-l:{name}" for name in libraries],
            input=source, text=True, capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise CannotCompileError(done.stderr.strip().splitlines()[-1])
        return ctypes.CDLL(str(made))
