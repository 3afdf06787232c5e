"""multimon-ng, where it is; and what is said where it is not."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import which

import pytest
from tests.fraud.conform.hearing import DIAL, DIGITS, KEYS_SENT

from securecall.errors import BuildError
from securecall.fraud.conform.multimon import INSTALL, Multimon
from securecall.fraud.conform.receivers import NotInstalledError

STAND_IN = """#!/bin/sh
cat > "$0.heard"
printf 'noise\\nDTMF: 5\\nDTMF: #\\n'
"""


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a program of its name on the path, and nothing else before the shell's."""
    program = folder / "multimon-ng"
    program.write_text(STAND_IN)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return program


def test_it_hears_digits_or_says_what_installs_it() -> None:
    if which("multimon-ng") is None:
        with pytest.raises(NotInstalledError, match=re.escape(INSTALL)):
            Multimon()
        return
    receiver = Multimon()
    heard = receiver.digits(DIGITS)
    assert "".join(one.name for one in heard) == KEYS_SENT
    assert {one.detected_ms for one in heard} == {None}


def test_where_it_is_not_the_command_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalledError, match="apt-get install multimon-ng"):
        Multimon()


def test_its_lines_are_read_and_it_is_given_its_rate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = stand_in(tmp_path, monkeypatch)
    receiver = Multimon()
    assert [one.name for one in receiver.digits(DIGITS)] == ["5", "#"]
    given = Path(f"{program}.heard").stat().st_size / 2
    assert given == pytest.approx(len(DIGITS) * 22_050 / 8000, abs=2)
    assert receiver.tones(DIAL) == []
    assert receiver.signals(DIAL, "r1") == []
    assert not receiver.knows("north_america", "dial")


def test_without_soxr_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch)
    monkeypatch.setitem(__import__("sys").modules, "soxr", None)
    with pytest.raises(BuildError, match=r"pip install securecall\[audio\]"):
        Multimon().digits(DIGITS)
