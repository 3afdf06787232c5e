"""Runs the command in this process, as `main` would be run by a shell."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from tests.harris import NUMBER, by_minute, text

from securecall.cli import main

__all__ = ["CALLS", "TARIFF", "Done", "folder", "run"]

TARIFF = text(
    by_minute("0.30") + '\ndestinations = ["intrastate", "interstate"]',
    regulated=True,
    tail=(
        '[[tax]]\nid = "state"\npercent = "6.25"\n'
        '[[fee]]\nid = "card"\nkind = "automated_payment"\nflat = "3.95"\n'
    ),
)
CALLS = (
    "call_id,facility,number,start,duration_ms,note\n"
    f'a,f,{NUMBER},2026-05-01T18:00:00Z,150000,"x, y"\n'
    f"b,f,{NUMBER},2026-05-01T18:00:00Z,0,\n"
    "c,f,+12125550123,2026-05-01T18:00:00Z,60000,\n"
)
BAD = f"d,nowhere,{NUMBER},2026-05-01T18:00:00Z,60000,\n"


class Done(NamedTuple):
    """What a run left behind."""

    code: int
    output: bytes
    errors: str

    @property
    def out(self) -> str:
        return self.output.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.output)


def run(*arguments: object, stdin: bytes = b"") -> Done:
    """Run ``securecall`` with arguments; nothing is a terminal."""
    out, errors = io.BytesIO(), io.BytesIO()
    streams = {
        "argv": ["securecall", *map(str, arguments)],
        "stdin": io.TextIOWrapper(io.BytesIO(stdin)),
        "stdout": io.TextIOWrapper(out, encoding="utf-8"),
        "stderr": io.TextIOWrapper(errors, encoding="utf-8", write_through=True),
    }
    code: object = 0
    with patch.multiple(sys, **streams):
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        streams["stdout"].flush()  # type: ignore[attr-defined]
        assert isinstance(code, int), code
        return Done(code, out.getvalue(), errors.getvalue().decode())


def folder(path: Path, calls: str = CALLS) -> Path:
    """Put a tariff and call records into a folder."""
    (path / "tariff.toml").write_text(TARIFF, encoding="utf-8")
    (path / "calls.csv").write_text(calls, encoding="utf-8")
    return path
