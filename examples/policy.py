"""What a facility has done about what is heard, and how a wrong disconnect is paid back.

python examples/policy.py
"""

import securecall as sc
from securecall.fraud import Event, ReviewItem, review
from securecall.fraud.policy_files import parse_policy

POLICY = """
name = "county"

[announcements]
third_party = "announcements/third_party.wav"

[three_way.disconnect]
actions = ["warn", "disconnect"]
announcement = "third_party"
warnings_before = 1
min_probability = 0.98

[three_way.alert]
actions = ["review"]
"""
TARIFF = """
[[facility]]
id = "county"
kind = "jail"
adp = 400
state = "TX"
timezone = "America/Chicago"
contract = "c"
regulation = "none"
[[contract]]
id = "c"
[[contract.rate]]
id = "minute"
connect_fee = "0.25"
steps = [{ from_ms = 0, price = "0.10", per_ms = 60_000, increment_ms = 60_000 }]
"""
NOON = 1_777_658_400_000
NEXT_DAY = NOON + 86_400_000


def heard(number: int, at_ms: float, probability: float) -> Event:
    """Return what a monitor would say of two independent cues."""
    cues = {"floor_step_db": 9.5, "click_db": 31.0}
    return Event(
        number, "three_way", "disconnect", at_ms - 2_000, None, at_ms, probability, "", -31.0, cues
    )


def hear_the_call() -> list[ReviewItem]:
    """Decide about the events of a call; return what people shall look at."""
    call = parse_policy(POLICY).begin(answered_ms=0)
    queue = []
    for event in (heard(1, 30_000, 0.95), heard(2, 60_000, 0.99), heard(3, 95_000, 0.995)):
        decision = call.decide(event)
        print(f"{decision.at_ms / 1000:5.1f} s  {', '.join(decision.actions)}  ({decision.reason})")
        item = review(event, decision, call_id="c-1", media_start_ms=NOON)
        if item is not None:
            queue.append(item)
    return queue


def main() -> None:
    queue = hear_the_call()

    # What it cost: the call that was cut after 95 s, and the one by which the family went on.
    tariff = sc.Tariff.loads(TARIFF)
    ledger = sc.Ledger.open("memory:")
    ledger.open_account("fam-1", kind="prepaid", at=NOON)
    ledger.deposit("fam-1", "10.00", at=NOON, request_id="d-1")
    for call_id, at, lasts_ms in (("c-1", NOON, 95_000), ("c-2", NOON + 120_000, 300_000)):
        call = sc.Call("county", "+17135550123", at, lasts_ms)
        curve = tariff.curve(call)
        ledger.start_call(
            call_id, accounts=["fam-1"], curve=curve, at=at, request_id=f"s-{call_id}"
        )
        ledger.end_call(call_id, at=at + lasts_ms, reason="hang_up")
    called_back = tariff.rate(call)
    print(f"after both calls the family has {ledger.balance('fam-1', at=NEXT_DAY).posted}")

    # The next day somebody listens: it was call waiting. All of the call goes back, by a rule of
    # the ledger's, and the connect fee of the call back by hand.
    (cut,) = (item for item in queue if item.decision.disconnects)
    case = cut.wrong(reason="call_waiting", judged_by="desk 3", judged_at_ms=NEXT_DAY)
    answer = ledger.request_refund(**case.refund_request())
    print(f"{answer.state}, {answer.refunded} back: {answer.why}")
    fee = ledger.refund(
        "c-2", at=NEXT_DAY, policy="amount", amount=called_back.connect_fee,
        request_id=f"{case.id}:back",
    )  # fmt: skip
    print(f"connect fee of the call back: {fee.refunded}")
    print(f"now the family has {ledger.balance('fam-1', at=NEXT_DAY).posted}")

    # The same case once more moves nothing.
    assert ledger.request_refund(**case.refund_request()) == answer
    assert ledger.verify().ok


if __name__ == "__main__":
    main()
