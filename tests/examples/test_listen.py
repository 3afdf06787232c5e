"""The example that hears a made-up call and draws it."""

from __future__ import annotations

from pathlib import Path

from tests.examples.test_examples import run


def test_it_hears_what_it_made_and_writes_to_out(tmp_path: Path) -> None:
    printed = run("listen", tmp_path)
    said = [line.split()[1:4] for line in printed.splitlines()[:-1]]
    assert said == [
        ["called", "tone", "ringback"],
        *(["caller", "dtmf", digit] for digit in "5550142#"),
        ["called", "tone", "busy"],
    ]
    assert printed.splitlines()[-1] == "the caller side dialled 5550142#"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"call.png", "call.wav"}
    assert (tmp_path / "out" / "call.png").read_bytes().startswith(b"\x89PNG")


def test_a_seed_makes_the_same_call_and_the_same_picture(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        run("listen", tmp_path, "--out", folder)
    for name in ("call.wav", "call.png"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()
