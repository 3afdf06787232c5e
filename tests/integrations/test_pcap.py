"""Captures: of rtpengine, of every form that is read, and damaged in every place."""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integrations.sending import ethernet, saved

from securecall.errors import InputError, WireError
from securecall.integrations.pcap import datagrams, is_pcap

WIRES = Path(__file__).parents[1] / "data" / "wires"
PLAIN = ethernet(b"hello")


@pytest.mark.parametrize("path", sorted(WIRES.glob("*.pcap")), ids=lambda path: path.stem)
def test_real_captures_are_read_to_their_ends(path: Path) -> None:
    found = list(datagrams(path))
    assert len(found) > 400
    assert found[0].at_ms == 0
    # rtpengine's threads write as they come: some packets are a little older than the one before.
    assert all(two.at_ms - one.at_ms > -5 for one, two in pairwise(found))
    assert {each.source.rpartition(":")[0] for each in found} == {"127.0.0.1"}
    assert is_pcap(path)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("nano", [False, True])
def test_both_orders_of_bytes_and_both_clocks(tmp_path: Path, order: str, nano: bool) -> None:
    path = saved(tmp_path / "a.pcap", [(7.5, PLAIN), (27.25, PLAIN)], order=order, nano=nano)
    one, two = datagrams(path)
    assert (one.at_ms, two.at_ms) == (0, 19.75)
    assert (one.source, one.target, one.payload) == ("10.0.0.1:4000", "10.0.0.9:5000", b"hello")


IP = PLAIN[14:]


@pytest.mark.parametrize(
    ("link", "packet"),
    [
        (1, ethernet(b"hello", vlan=True)),
        (101, IP),
        (0, b"\x02\0\0\0" + IP),
        (113, bytes(14) + b"\x08\0" + IP),
        (276, b"\x08\0" + bytes(18) + IP),
    ],
)
def test_links(tmp_path: Path, link: int, packet: bytes) -> None:
    (found,) = datagrams(saved(tmp_path / "a.pcap", [(0, packet)], link=link))
    assert (found.source, found.payload) == ("10.0.0.1:4000", b"hello")


def test_ip_version_six(tmp_path: Path) -> None:
    udp = struct.pack(">HHHH", 4000, 5000, 13, 0) + b"hello"
    ip = struct.pack(">IHBB", 6 << 28, len(udp), 17, 64) + bytes(15) + b"\x01" + bytes(15) + b"\x02"
    (found,) = datagrams(saved(tmp_path / "a.pcap", [(0, ip + udp)], link=101))
    assert found.source == "[0000:0000:0000:0000:0000:0000:0000:0001]:4000"
    assert found.payload == b"hello"


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        bytes(13),
        bytes(12) + b"\x08\x06" + bytes(28),  # ARP
        PLAIN[:23] + b"\x06" + PLAIN[24:],  # TCP
        PLAIN[:20] + b"\x20\x00" + PLAIN[22:],  # more fragments
        PLAIN[:20] + b"\x00\x01" + PLAIN[22:],  # a later fragment
        PLAIN[:38] + b"\x00\x07" + PLAIN[40:],  # UDP that is shorter than its head
        PLAIN[:38] + b"\xff\xff" + PLAIN[40:],  # and longer than its packet
        PLAIN[:14] + b"\x05" + PLAIN[15:],  # no version of IP
        bytes(12) + b"\x81\x00" * 40,
    ],
)
def test_what_is_no_datagram_is_passed_over(tmp_path: Path, packet: bytes) -> None:
    assert list(datagrams(saved(tmp_path / "a.pcap", [(0, packet)]))) == []


def test_packets_that_were_cut_are_passed_over(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pcap", [(0, PLAIN)])
    data = bytearray(path.read_bytes())
    data[36:40] = (2000).to_bytes(4, "little")
    path.write_bytes(data)
    assert list(datagrams(path)) == []


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "is no pcap"),
        (b"RIFF" + bytes(40), "is no pcap"),
        (bytes.fromhex("d4c3b2a1") + bytes(4), "is no pcap"),
        (bytes.fromhex("0a0d0d0a") + bytes(40), "is a pcapng; `editcap -F pcap`"),
        (bytes.fromhex("d4c3b2a1") + bytes(16) + b"\x69\0\0\0", "packets of link type 105"),
    ],
)
def test_files_that_are_none(tmp_path: Path, data: bytes, text: str) -> None:
    path = tmp_path / "call.pcap"
    path.write_bytes(data)
    with pytest.raises(WireError, match=f"call.pcap.* {text}"):
        list(datagrams(path))


def test_damage_says_where_and_what_came_before_is_there(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.pcap", [(0, PLAIN), (20, PLAIN)])
    whole = path.read_bytes()
    for cut in (len(whole) - 3, len(whole) - len(PLAIN) - 5):
        path.write_bytes(whole[:cut])
        reading = datagrams(path)
        assert next(reading).payload == b"hello"
        with pytest.raises(WireError, match="ends in the middle of a packet at byte 87"):
            next(reading)
    path.write_bytes(whole[:24] + struct.pack("<IIII", 0, 0, 1 << 31, 1 << 31))
    with pytest.raises(WireError, match="is damaged: a packet of 2147483648 bytes at byte 24"):
        list(datagrams(path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened: No such file"):
        list(datagrams(tmp_path / "none.pcap"))
    with pytest.raises(InputError, match="cannot be opened: No such file"):
        is_pcap(tmp_path / "none.pcap")


@given(st.data())
def test_a_capture_with_any_bytes_changed_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "a.pcap"
    whole = bytearray(saved(path, [(0, PLAIN), (20, ethernet(bytes(172), vlan=True))]).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        assert len(list(datagrams(path))) <= 2
    except WireError:
        return
