"""What a power cut leaves, by hand."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from securecall.ledger.torture.disk import (
    MODES,
    Delete,
    Disk,
    Event,
    Mark,
    Mode,
    Open,
    Sync,
    Truncate,
    Write,
    lay_out,
)


def left(*events: Event, mode: Mode = "dropped", forgets: bool = False) -> dict[str, bytes]:
    """Return what a cut after some events leaves."""
    disk = Disk(forgets=forgets)
    for event in events:
        disk.feed(event)
    return disk.image(mode, Random(1))


OPENED = (Open(1, "a"), Write(1, 0, b"old"), Sync(1, True, False))


@pytest.mark.parametrize("mode", MODES)
def test_what_was_synced_is_there(mode: Mode) -> None:
    assert left(*OPENED, Mark("ack", "x"), mode=mode) == {"a": b"old"}


def test_what_was_not_synced_is_kept_or_dropped() -> None:
    assert left(*OPENED, Write(1, 0, b"new"), mode="kept") == {"a": b"new"}
    assert left(*OPENED, Write(1, 0, b"new"), mode="dropped") == {"a": b"old"}
    assert left(*OPENED, Write(1, 5, b"!"), mode="kept") == {"a": b"old\0\0!"}


def test_a_file_that_was_never_synced_may_not_be_there_at_all() -> None:
    assert left(Open(1, "a"), Write(1, 0, b"x")) == {}
    assert left(Open(1, "a"), Write(1, 0, b"x"), mode="kept") == {"a": b"x"}


def test_syncing_a_folder_keeps_the_names_but_not_what_is_in_the_files() -> None:
    events = (Open(1, "a"), Write(1, 0, b"x"), Open(2, "b"), Sync(2, True, True))
    assert left(*events) == {"a": b"", "b": b""}


@pytest.mark.parametrize(("folder", "rest"), [(True, {}), (False, {"a": b"old"})])
def test_a_deleted_file_comes_back_if_its_folder_was_not_synced(
    folder: bool, rest: dict[str, bytes]
) -> None:
    assert left(*OPENED, Delete("a", folder)) == rest
    assert left(*OPENED, Delete("a", folder), mode="kept") == {}


def test_a_file_that_is_made_again_under_a_name_is_another() -> None:
    again = (*OPENED, Delete("a", False), Open(2, "a"), Write(2, 0, b"2"))
    assert left(*again) == {"a": b"old"}
    assert left(*again, Sync(2, True, False)) == {"a": b"2"}


def test_opening_a_file_twice_makes_no_second_one() -> None:
    assert left(*OPENED, Open(1, "a"), Write(1, 1, b"LD"), Sync(1, True, False)) == {"a": b"oLD"}


def test_truncation_is_a_write_like_others() -> None:
    assert left(*OPENED, Truncate(1, 1)) == {"a": b"old"}
    assert left(*OPENED, Truncate(1, 1), mode="kept") == {"a": b"o"}
    assert left(*OPENED, Truncate(1, 5), Sync(1, True, False)) == {"a": b"old\0\0"}


def test_a_torn_write_arrives_in_whole_sectors_of_the_disk() -> None:
    base = (Open(1, "a"), Write(1, 0, b"o" * 4096), Sync(1, True, False))
    disk = Disk()
    for event in (*base, Write(1, 100, b"n" * 3000)):
        disk.feed(event)
    seen = set()
    for seed in range(200):
        data = disk.image("torn", Random(seed))["a"]
        assert len(data) == 4096
        for sector in range(8):
            part = data[sector * 512 : sector * 512 + 512]
            inside = part[100:] if sector == 0 else part[:28] if sector == 6 else part
            written = sector < 6 or (sector == 6 and len(inside) > 0)
            assert len(set(inside if sector < 6 else part[:28])) == 1, "half a sector arrived"
            if written:
                seen.add((sector, inside[:1] if sector < 6 else data[3072:3073]))
        assert data[:100] == b"o" * 100
        assert data[3100:] == b"o" * 996
    # Over the seeds every sector was seen old and new.
    assert seen == {(sector, letter) for sector in range(7) for letter in (b"o", b"n")}


def test_a_failed_sync_leaves_it_to_the_next_one_unless_the_disk_forgets() -> None:
    events = (*OPENED, Write(1, 0, b"new"), Sync(1, False, False), Sync(1, True, False))
    assert left(*events) == {"a": b"new"}
    assert left(*events, forgets=True) == {"a": b"old"}
    assert left(*events, forgets=True, mode="kept") == {"a": b"new"}


def test_a_page_that_is_written_again_takes_along_what_was_forgotten_in_it() -> None:
    page = 4096
    events = (
        Open(1, "a"), Write(1, 0, b"." * 2 * page), Sync(1, True, False),
        Write(1, page - 1, b"AB"), Sync(1, False, False),
        Write(1, 0, b"x"), Sync(1, True, False),
    )  # fmt: skip
    data = left(*events, forgets=True)["a"]
    assert (data[:1], data[page - 1 : page + 1]) == (b"x", b"A.")


def test_laying_out_an_image_leaves_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"?")
    lay_out({"a": b"1", "b": b""}, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"1", "b": b""}
