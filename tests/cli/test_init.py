"""The command as a whole: help, version, exit codes, its two streams, terminals and pipes."""

from __future__ import annotations

import os
import pty
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.running import CALLS, folder, run

import securecall

COMMANDS = ("rate", "explain", "lint", "quote", "compare", "caps")
MODULE = [sys.executable, "-m", "securecall"]


def test_the_version() -> None:
    assert run("--version") == (0, f"securecall {securecall.__version__}\n".encode(), "")


def test_help_names_every_command() -> None:
    done = run("--help")
    assert done.code == 0
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", done.out, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command: str) -> None:
    done = run(command, "--help")
    assert done.code == 0
    assert done.out.startswith(f"Usage: securecall {command}")
    assert done.errors == ""


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("bogus",),
        ("rate",),
        ("rate", "x.csv", "-t", "t.toml"),
        ("rate", "x.csv", "-t", "t.toml", "-o", "y.csv", "--bogus"),
        ("quote", "25.00", "-t", "t.toml"),
        ("caps", "--at", "2026-05-01"),
    ],
)
def test_wrong_usage_is_exit_code_2_and_says_how(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.code == 2
    assert "Usage: securecall" in done.out + done.errors
    assert not arguments or done.output == b""


def test_a_failure_is_exit_code_1_one_message_and_no_traceback(tmp_path: Path) -> None:
    done = run("lint", tmp_path / "nowhere.toml")
    assert (done.code, done.output) == (1, b"")
    assert done.errors.startswith("securecall: the tariff has 1 fault:\n")
    assert "nowhere.toml: file: cannot be read: no such file or directory" in done.errors
    assert "Traceback" not in done.errors


def test_a_fault_of_a_tariff_has_file_line_value_rule_and_nearest_name(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text('currency = "USD"\n[[facilty]]\nid = "f"\n', encoding="utf-8")
    done = run("lint", path)
    assert done.code == 1
    assert f"{path}:2: facilty = " in done.errors
    assert "is not known here; allowed: " in done.errors
    assert "did you mean 'facility'?" in done.errors


def test_who_interrupts_gets_a_word_and_what_shells_expect(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("securecall.regulation.Rules.load", stop)
    done = run("caps", "--at", "2026-05-01", "--kind", "jail", "--state", "TX")
    assert (done.code, done.output) == (130, b"")
    assert "Traceback" not in done.errors


def no_large_files() -> None:
    """Let this process write no more than a hundred bytes into a file."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


def test_an_output_that_takes_no_more_is_a_message(tmp_path: Path) -> None:
    caps = [*MODULE, "caps", "--at", "2026-05-01", "--kind", "jail", "--state", "TX"]
    with (tmp_path / "out").open("wb") as out:
        done = subprocess.run(
            caps,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            preexec_fn=no_large_files,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    assert (done.returncode, done.stderr) == (1, "securecall: File too large\n")


def test_who_reads_our_output_may_leave(tmp_path: Path) -> None:
    folder(tmp_path, CALLS + CALLS.partition("\n")[2] * 20_000)
    command = [*MODULE, "rate", "calls.csv", "-t", "tariff.toml", "-o", "-", "-q"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


def on_a_terminal(folder: Path, *arguments: str, **environment: str) -> tuple[bytes, bytes]:
    """Run with standard error on a terminal; return standard output and what the terminal got."""
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [*MODULE, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environment},
        check=False,
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not more:
            break
        shown += more
    os.close(ours)
    return done.stdout, shown


RATE = ("rate", "calls.csv", "-t", "tariff.toml", "-o", "-")


def test_progress_and_summary_go_to_the_terminal_and_data_to_standard_output(
    tmp_path: Path,
) -> None:
    folder(tmp_path)
    out, shown = on_a_terminal(tmp_path, *RATE)
    assert out == run("rate", tmp_path / "calls.csv", "-t", tmp_path / "tariff.toml", *RATE[-2:])[1]
    assert b"\x1b[" in shown  # a bar that moves
    assert b"3 records rated" in shown
    assert b"\x1b" not in out
    out, shown = on_a_terminal(tmp_path, *RATE, "--quiet")
    assert shown == b""
    assert out


def test_no_color_is_obeyed(tmp_path: Path) -> None:
    folder(tmp_path)
    _, shown = on_a_terminal(tmp_path, *RATE, NO_COLOR="1")
    colours = re.findall(rb"\x1b\[[0-9;]*m", shown)
    assert not [one for one in colours if re.search(rb"\[(3[0-9]|4[0-9]|9[0-9]|38|48)", one)]


def test_on_no_terminal_there_are_no_escapes_and_no_bar(tmp_path: Path) -> None:
    folder(tmp_path)
    done = subprocess.run(
        [*MODULE, *RATE],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    assert b"\x1b" not in done.stdout + done.stderr
    assert b"\r" not in done.stderr
