"""One call of each kind, played by other programs through real RTP, and what is heard of it.

Twice: by the host while the call lasts, and afterwards by the package's reader of captures.
"""

from __future__ import annotations

import socket
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.harris import by_minute, text
from tests.peers.conftest import Started
from tests.peers.exchange import Exchange
from tests.peers.packets import Recording, streams
from tests.peers.placing import attempt, placed
from tests.peers.scripts import SCRIPTS, SECONDS, write_wav

from securecall import Ledger
from securecall.fraud import CallMonitor, Event
from securecall.integrations.capture import carry_capture

POLICY = Path(__file__).with_name("policy.toml")
KEYS_AT = "+17135550200"
DEPOSIT = "5.00"


class Heard:
    """A call that was placed: what the host kept of it, and what its capture says."""

    def __init__(self, exchange: Exchange, kept: dict[str, Any]) -> None:
        self.kept, self.record = kept, kept["record"]
        self.sip_call_id = kept["sip_call_id"]
        self.recordings = exchange.recordings
        self.live = {event["kind"] for event in self.record["events"]}

    def captured(self) -> list[Event]:
        """Return the events of the relay's file."""
        recording = Recording(self.recordings, self.sip_call_id)
        # The relay's port is where a packet went; who sent it is what the reader asks for.
        senders = {str(each.sender): each.leg for each in recording.new()}
        recording.close()
        monitor = CallMonitor(legs=("called", "calling"))
        found = list(carry_capture(recording.path, monitor, senders))
        return [*found, *monitor.finish()]


@pytest.fixture(scope="module")
def heard(exchange: Exchange, started: Started) -> dict[str, Heard]:
    """Place all calls side by side: it takes as long as one."""
    folder = started.folder
    (folder / "tariff.toml").write_text(text(by_minute("0.06")), encoding="utf-8")
    url = f"sqlite:///{folder}/ledger.db"
    at = time.time_ns() // 1_000_000 - 60_000
    names = [*SCRIPTS, "keys"]
    sounds = {}
    for name, script in SCRIPTS.items():
        for leg, samples in script.make().legs.items():
            sounds[name, leg] = write_wav(folder / f"{name}-{leg}.wav", samples)
    for leg in ("called", "calling"):
        sounds["keys", leg] = sounds["talk", leg]
    with Ledger.open(url) as ledger:
        for name in names:
            ledger.open_account(f"fam-{name}", kind="prepaid", at=at, request_id=f"o-{name}")
            ledger.deposit(f"fam-{name}", DEPOSIT, at=at, request_id=f"d-{name}")
    numbers = [f"+171355501{place:02}" for place in range(len(SCRIPTS))] + [KEYS_AT]
    far = [
        started.number(number, sounds[name, "called"])
        for number, name in zip(numbers, names, strict=True)
    ]
    sockets = started.telephones([sounds[name, "calling"] for name in names])
    hang_up = {"after_ms": SECONDS * 1000 - 500, "ask": {"do": "hangup"}}
    calls = [
        {
            "attempt": attempt(f"c-{name}", number, account=f"fam-{name}", place=place),
            "wishes": [hang_up],
        }
        for place, (name, number) in enumerate(zip(names, numbers, strict=True))
    ]
    calls[-1] |= {
        "asks": True,
        "wishes": [
            {"after_ms": 1500, "ask": {"do": "press", "digits": "7#"}},
            {"after_ms": 6000, "ask": {"do": "hangup"}},
        ],
    }

    def press() -> None:
        """Try to accept one's own call, accept it at the called side, and press another key."""
        far[-1].wait_talking()
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(sockets[-1])
            link.sendall(b'{"do": "press", "call": "c-keys", "digits": "1"}\n')
            time.sleep(1.5)
        far[-1].press("1")
        time.sleep(3)
        far[-1].press("9")

    plan = {
        "ledger": url, "tariff": str(folder / "tariff.toml"), "out": str(folder / "calls.jsonl"),
        "policy": str(POLICY), "facility": {"id": "f", "timezone": "America/Chicago"},
        "recordings": str(exchange.recordings),
        "telephones": {socket: [call] for socket, call in zip(sockets, calls, strict=True)},
    }  # fmt: skip
    kept = placed(folder, plan, limit_s=SECONDS + 40, meanwhile=press)
    return {each["call"].removeprefix("c-"): Heard(exchange, each) for each in kept}


@pytest.mark.parametrize("kind", [name for name, script in SCRIPTS.items() if script.kind])
def test_each_kind_is_heard_while_the_call_lasts(heard: dict[str, Heard], kind: str) -> None:
    assert kind in heard[kind].live, heard[kind].record


@pytest.mark.parametrize("kind", [name for name, script in SCRIPTS.items() if script.kind])
def test_each_kind_is_in_the_capture(heard: dict[str, Heard], kind: str) -> None:
    found = heard[kind].captured()
    assert kind in {event.kind for event in found}
    assert heard[kind].live <= {event.kind for event in found}


def test_talk_is_nothing_but_talk(heard: dict[str, Heard]) -> None:
    assert heard["talk"].live == set()
    assert heard["talk"].captured() == []


def test_a_sure_three_way_call_is_cut_by_the_policy(heard: dict[str, Heard]) -> None:
    call = heard["three_way"]
    assert call.record["reason"] == "three_way_detected"
    assert call.record["by"] == "policy"
    assert call.record["duration_ms"] < SECONDS * 1000 - 2000
    assert "Disconnect" in call.kept["done"]


def test_other_calls_end_when_the_caller_hangs_up(heard: dict[str, Heard]) -> None:
    others = {name: call for name, call in heard.items() if name != "three_way"}
    assert {call.record["reason"] for call in others.values()} == {"completed_caller_hangup"}


def test_charging_begins_when_the_called_side_accepts(heard: dict[str, Heard]) -> None:
    call = heard["keys"]
    answered, accepted = (
        datetime.fromisoformat(call.record[name]) for name in ("answered_at", "accepted_at")
    )
    assert accepted - answered >= timedelta(seconds=1.4)
    assert 5800 <= call.record["duration_ms"] <= 7000


def test_digits_in_rtp_are_heard_on_the_leg_that_sent_them(heard: dict[str, Heard]) -> None:
    sides = ("called", "calling")
    found = [(e.leg, e.detail) for e in heard["keys"].captured() if e.kind == "dtmf"]
    assert len(found) == 5
    called, calling = ({digit for leg, digit in found if leg == each} for each in sides)
    assert (called, calling) == ({"1", "9"}, {"1", "7", "#"})
    # What was pressed before the call was accepted is no event of the call.
    kinds = [event["kind"] for event in heard["keys"].record["events"]]
    assert kinds.count("dtmf") == len("7#9")


def test_a_tone_is_heard(heard: dict[str, Heard]) -> None:
    assert "tone" in heard["call_forwarding"].live


def test_both_legs_came_whole(heard: dict[str, Heard]) -> None:
    for name, call in heard.items():
        for leg, stream in streams(call.recordings, call.sip_call_id).items():
            sound = [packet for packet in stream.packets if packet.kind == 0]
            assert len(sound) * 20 >= call.record["duration_ms"] - 400, (name, leg)
