"""Rooms of a process's own, or a reason why there are none."""

from __future__ import annotations

from pathlib import Path

from tests.ledger.torture.alone import python_alone


def test_a_small_disk_is_small_can_grow_and_is_seen_by_nobody_else(tmp_path: Path) -> None:
    said = python_alone(
        """
import os, sys
from pathlib import Path
from securecall.ledger.torture.namespaces import NotAllowed, own_disk, resize
place = Path(sys.argv[1])
try:
    own_disk(place, 64)
except NotAllowed as error:
    print("refused", error)
    sys.exit()
try:
    (place / "big").write_bytes(b"x" * 100_000)
except OSError as error:
    print(os.strerror(error.errno))
resize(place, 1024)
(place / "big").write_bytes(b"x" * 100_000)
print((place / "big").stat().st_size)
""",
        str(tmp_path),
    )
    if said.startswith("refused"):
        assert len(said.split()) > 2, "with the system's reason"
    else:
        assert said.splitlines() == ["No space left on device", "100000"]
    assert list(tmp_path.iterdir()) == []


def test_a_clock_of_one_s_own_is_ahead_in_children(tmp_path: Path) -> None:
    said = python_alone(
        """
import os, sys, time
from securecall.ledger.torture.namespaces import NotAllowed, own_clock
before = time.monotonic()
try:
    own_clock(1_000_000)
except NotAllowed as error:
    print("refused", error)
    sys.exit()
if os.fork() == 0:
    print(1_000_000 <= time.monotonic() - before < 1_000_100, flush=True)
    os._exit(0)
os.wait()
print(time.monotonic() - before < 100)
"""
    )
    if said.startswith("refused"):
        assert len(said.split()) > 2, "with the system's reason"
    else:
        assert said.splitlines() == ["True", "True"]
