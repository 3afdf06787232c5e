"""A network in a file of ONNX, run on one core."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.speakers import pypi


@lru_cache(maxsize=1)
def session(python: Path, path: Path) -> Any:
    """Return a network that is ready; a process has one at a time."""
    pypi.importable(python)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # voices are made side by side instead
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
