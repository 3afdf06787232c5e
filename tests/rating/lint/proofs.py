"""What a finding's witness must do: shown with the engine and the rules, without asking lint."""

from __future__ import annotations

import csv
import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.strategies import toml_of

from securecall.errors import AmountOverflow, CallRejected
from securecall.rating.call import Call
from securecall.rating.contract import Deck, Rate
from securecall.rating.lint import CODES, SEVERITIES, Finding, Payment
from securecall.rating.numbering import jurisdiction
from securecall.rating.rater import laid_out
from securecall.rating.receipt import ruling_of
from securecall.rating.tariff import Tariff
from securecall.rating.zones import load_zone

HELD = {
    "ceiling_broken",
    "ceiling_rounded",
    "connect_fee_barred",
    "connect_fee_capped",
    "increment_capped",
    "min_total_capped",
}
LACKING = {"hole", "out_of_term", "unserved"}
WITHOUT = {"unused_contract", "unused_fee", "unused_tax"}


def place_of(tariff: Tariff, call: Call) -> tuple[str, str]:
    """Return the jurisdiction and the rate class of a call."""
    facility = tariff.document.facilities[tariff.compiled.facilities[call.facility]]
    digits = call.number.removeprefix("+")
    scope = "international"
    if facility.regulated or re.fullmatch("1[2-9][0-9]{9}", digits):
        scope = jurisdiction(call.number, facility.state)
    rate_class = "interstate" if scope == "mixed" else scope
    if any(digits.startswith(prefix) for prefix in facility.local):
        rate_class = "local"
    return scope, rate_class


def named(tariff: Tariff, finding: Finding) -> Rate | Deck:
    """Return the rate or deck that a finding stands at."""
    match = re.fullmatch(r"contract\[(\d+)\]\.(rate|deck)\[(\d+)\]", finding.where.key)
    assert match, finding
    contract = tariff.document.contracts[int(match[1])]
    return (contract.rates if match[2] == "rate" else contract.decks)[int(match[3])]


def winner(tariff: Tariff, call: Call) -> str | None:
    """Return the id of the rate that a call gets."""
    try:
        marks = laid_out(tariff, call, walked=True)[0][6]
    except CallRejected as error:
        if error.status != "no_rate":
            raise
        return None
    return tariff.compiled.rate_ids[marks[0][1]]


def own_ids(tariff: Tariff, finding: Finding) -> set[str]:
    """Return the ids of the rates of what a finding stands at."""
    here = named(tariff, finding)
    return {here.id} if isinstance(here, Rate) else set(here.rate_ids)


def told_apart(tariff: Tariff) -> Tariff:
    """Return a tariff with an id of its own for every rate and every row of every deck.

    Decks may call their prefixes alike, and then the id of a rate does not say whose it is.
    """
    doc = tomllib.loads(tariff.source.value.text)
    decks = {}
    for number, contract in enumerate(doc["contract"]):
        for index, rate in enumerate(contract.get("rate", [])):
            rate["id"] = f"{number} rate {index}"
        for index, deck in enumerate(contract.get("deck", [])):
            rows = list(
                csv.DictReader(
                    tariff.source.value.decks[deck["file"]].decode("utf-8-sig").split("\n")
                )
            )
            deck["file"] = f"{number} deck {index}"
            names = [*dict.fromkeys([*rows[0], "rate_id"])]
            lines = [
                ",".join((row | {"rate_id": f"{deck['file']} row {at}"})[name] for name in names)
                for at, row in enumerate(rows)
            ]
            decks[deck["file"]] = "\n".join([",".join(names), *lines])
    return Tariff.loads(toml_of(doc), decks=decks, rules=tariff.rules)


def prove(tariff: Tariff, finding: Finding) -> None:
    """Check that a witness shows its finding."""
    assert finding.code in CODES
    assert finding.severity in SEVERITIES
    witness = finding.witness
    if witness is None:
        assert finding.code in WITHOUT | {"unreachable_rate", "unreachable_prefix"}, finding
        return
    assert finding.code not in WITHOUT
    if isinstance(witness, Call) and finding.kinds is not None:
        scope, rate_class = place_of(tariff, witness)
        assert witness.facility in finding.kinds.facilities
        assert witness.medium in finding.kinds.media
        assert witness.bill_type in finding.kinds.bill_types
        destination = rate_class if finding.code in LACKING else scope
        assert destination in finding.kinds.destinations
    if finding.code in LACKING:
        with pytest.raises(CallRejected) as caught:
            tariff.rate(witness)
        assert caught.value.status == "no_rate"
    elif finding.code == "overflow":
        with pytest.raises(AmountOverflow):
            tariff.rate(witness)
    elif finding.code in HELD:
        prove_held(tariff, finding, witness)
    elif finding.code.startswith("fee_"):
        prove_fee(tariff, finding, witness)
    elif finding.code == "unreachable_rate":
        if winner(tariff, witness) in own_ids(tariff, finding):
            tariff = told_apart(tariff)
        assert winner(tariff, witness) not in own_ids(tariff, finding)
    elif finding.code == "unreachable_prefix":
        if winner(tariff, witness) in own_ids(tariff, finding):
            tariff = told_apart(tariff)
        deck = named(tariff, finding)
        digits = witness.number[1:]
        lost = max((p for p in deck.prefixes if digits.startswith(p)), key=len)
        assert winner(tariff, witness) != deck.rate_ids[deck.prefixes.index(lost)]
    elif finding.code == "overlap":
        prove_overlap(tariff, finding, witness)
    elif finding.code.endswith("_local_time"):
        prove_reading(tariff, finding, witness)
    elif finding.code == "unknown_adp":
        ruling = ruling_of(tariff.rate(witness))
        assert "population unknown" in ruling.federal.citation
    else:
        raise AssertionError(f"no proof for {finding.code}")


def prove_held(tariff: Tariff, finding: Finding, witness: Call) -> None:
    rated = tariff.rate(witness)
    assert rated.saved_micros > 0
    here = named(tariff, finding)
    assert rated.rate_id in own_ids(tariff, finding)
    rate = tariff.compiled.pricings[laid_out(tariff, witness, walked=True)[0][6][0][2]].rate
    if isinstance(here, Deck):
        assert finding.prefixes >= 1
    ruling = ruling_of(rated)
    if finding.code == "connect_fee_barred":
        assert ruling.per_call is not None
        assert rate.connect_fee > 0 == rated.connect_fee_micros
        return
    ceiling = ruling.ceiling.per_minute_exact * 1_000_000 / 60_000
    if finding.code == "ceiling_broken":
        assert any(step.micros_per_ms > ceiling for step in rate.steps)
    elif finding.code == "connect_fee_capped":
        assert rate.connect_fee > 0
        assert ruling.per_call is None
    elif finding.code == "min_total_capped":
        assert rate.min_total > ceiling * rated.call.duration_ms
    elif finding.code == "ceiling_rounded":
        assert rated.saved_micros <= tariff.document.rounding.unit_micros
    # The witness is the first millisecond of an increment: the shortest call that buys it.
    shorter_ms = witness.duration_ms - 1
    assert tariff.rate(replace(witness, duration_ms=shorter_ms)).billed_ms == shorter_ms


def prove_fee(tariff: Tariff, finding: Finding, witness: Payment) -> None:
    words = {"method": witness.method, "channel": witness.channel}
    if witness.call is not None:
        quote = tariff.quote_single_call(witness.call, **words)
    else:
        quote = tariff.quote_deposit(
            witness.amount, facility=witness.facility, at=witness.at, **words
        )
    fee = re.match('fee "([^"]*)"', finding.message)[1]
    line = next(line for line in quote.lines if line.id == fee)
    if finding.code == "fee_forbidden":
        assert line.rule == "forbidden"
        assert line.removed_micros > 0 == line.charged_micros
    elif finding.code == "fee_capped":
        assert line.removed_micros > 0
    else:
        assert line.rule == "pass_through"


def prove_overlap(tariff: Tariff, finding: Finding, witness: Call) -> None:
    """Show that a lower priority, by one, is enough for another rate to apply."""
    ids = own_ids(tariff, finding)
    assert winner(tariff, witness) in ids
    doc = tomllib.loads(tariff.source.value.text)
    contract, kind, index = re.fullmatch(
        r"contract\[(\d+)\]\.(rate|deck)\[(\d+)\]", finding.where.key
    ).groups()
    rate = doc["contract"][int(contract)][kind][int(index)]
    # Room for it: everything else of that priority or more goes up by two, below stays below.
    own = rate.get("priority", 0)
    for each in doc["contract"][int(contract)].get("rate", []):
        each["priority"] = 2 * each.get("priority", 0)
    for each in doc["contract"][int(contract)].get("deck", []):
        each["priority"] = 2 * each.get("priority", 0)
    rate["priority"] = 2 * own - 1
    again = Tariff.loads(toml_of(doc), decks=tariff.source.value.decks, rules=tariff.rules)
    assert winner(again, witness) not in ids


def prove_reading(tariff: Tariff, finding: Finding, witness: Call | Payment) -> None:
    facility = tariff.document.facilities[tariff.compiled.facilities[witness.facility]]
    zone = load_zone(facility.timezone)
    start = witness.start if isinstance(witness, Call) else witness.at
    start_ms = start if isinstance(start, int) else int(start.timestamp() * 1000)

    def wall(instant_ms: int) -> datetime:
        shown = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
            milliseconds=instant_ms + zone.offset_ms(instant_ms)
        )
        return shown.replace(tzinfo=None)

    if finding.code == "ambiguous_local_time":
        assert zone.readings(finding.reading) == 2
        assert wall(start_ms) == finding.reading
    else:
        assert zone.readings(finding.reading) == 0
        assert wall(start_ms - 1) < finding.reading < wall(start_ms)
