"""What an import returns."""

from __future__ import annotations

import subprocess
import sys

from securecall.rating.switches.result import COLUMNS, Note


def test_a_note_says_where() -> None:
    assert str(Note("Master.csv", 7, 3, "has no duration")) == "Master.csv:7: has no duration"
    assert str(Note("Master.csv", None, None, "empty")) == "Master.csv: empty"
    assert str(Note("", None, None, "2 rows")) == "2 rows"


def test_columns_are_named_once() -> None:
    assert len(set(COLUMNS)) == len(COLUMNS)


def test_the_face_is_imported_without_arrow() -> None:
    code = "import sys, securecall.rating.records; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
