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


def test_a_system_that_refuses_is_taken_at_its_word(tmp_path: Path) -> None:
    said = python_alone(
        """
import os, sys
from pathlib import Path
from securecall.ledger.torture import namespaces
class Refusing:
    def unshare(self, flags):
        return 0
    def mount(self, *args):
        return -1
namespaces._libc = Refusing
for what in (lambda: namespaces.own_disk(Path(sys.argv[1]), 64), lambda: namespaces.own_clock(5)):
    try:
        what()
    except namespaces.NotAllowed as error:
        print(error)
try:
    namespaces._tell("no-such-file", "1", "a wish")
except namespaces.NotAllowed as error:
    print(error)
""",
        str(tmp_path),
    )
    lines = said.splitlines()
    # The first fails at a mount or, without being root, earlier; none is another exception.
    assert lines[0].startswith(("making mounts private", "a user namespace"))
    assert lines[-1].startswith("a wish: ")
