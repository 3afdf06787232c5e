"""A whole call: the gate, prompts, sound, a deposit in mid-call, warnings, the cutoff, the record.

    python examples/whole_call.py

The clock here is made up: a host hands in its own. What the session asks for is printed; a host
does it.
"""

from datetime import UTC, datetime, timedelta

import securecall as sc
from securecall.calls import CallAttempt, Directory, Facility, Gate, replay_call
from securecall.calls.actions import Action, Disconnect, Play, Timer, Warn

TARIFF = """
[[facility]]
id = "tx-harris"
kind = "jail"
adp = 8932
state = "TX"
timezone = "America/Chicago"
contract = "c"
[[contract]]
id = "c"
rate = [{ id = "r", steps = [{ price = "0.06", per_ms = 60_000, increment_ms = 1_000 }] }]
"""
NOON = datetime(2026, 5, 1, 18, tzinfo=UTC)


def told(at: datetime, actions: tuple[Action, ...]) -> None:
    """Say what a host has to do."""
    clock = f"{(at - NOON).total_seconds():7.3f} s"
    for action in actions:
        match action:
            case Play(what, to, why):
                print(f"{clock}  play {what} to {to} ({why})")
            case Timer(cutoff_at):
                end = "none" if cutoff_at is None else f"{(cutoff_at - NOON).total_seconds():.3f} s"
                print(f"{clock}  set the switch's timer to {end}")
            case Warn(left_ms, what):
                print(f"{clock}  {left_ms / 1000:.0f} s left: play {what}")
            case Disconnect(reason, what):
                print(f"{clock}  disconnect: {reason}, after {what}")
            case _:
                print(f"{clock}  {action}")


def main() -> None:
    ledger = sc.Ledger.open("memory:")
    ledger.open_account("fam-1", kind="prepaid", at=NOON)
    ledger.deposit("fam-1", "0.10", at=NOON, request_id="d-1")
    facility = Facility("tx-harris", "America/Chicago", max_call_ms=900_000)
    gate = Gate(facility, Directory(), ledger, sc.Tariff.loads(TARIFF), tape=True)

    attempt = CallAttempt("c-1", "p-77", "+17135550123", "A-01", accounts=("fam-1",))
    limits = gate.check(attempt, at=NOON).limits
    print(f"allowed: the money lasts for {limits.balance_ms} ms, of {limits.max_ms} at most")
    session = gate.connect(attempt, at=NOON)
    session.ring(NOON + timedelta(seconds=1))
    at = NOON + timedelta(seconds=6)
    told(at, session.answer(at))
    session.signal("dtmf", "1")  # the called party accepts

    silence = bytes(320)  # 20 ms of a leg, as the wire brings it
    while session.running:
        at += timedelta(milliseconds=20)
        for leg in ("called", "calling"):
            told(at, session.feed(silence, leg))
        for _, actions in gate.sessions.tick(at):
            told(at, actions)
        if at == NOON + timedelta(seconds=60):
            ledger.deposit("fam-1", "0.05", at=at, request_id="d-2")

    record = session.record
    assert record is not None
    print(f"{record.reason} after {record.duration_ms} ms: {record.total} dollars")
    print(f"left on the account: {ledger.balance('fam-1').available}")
    assert session.tape is not None
    again = replay_call(session.tape.dumps(), tariff=gate.tariff)
    print(f"replayed from {len(session.tape.lines)} lines: the same is {again.record == record}")


if __name__ == "__main__":
    main()
