"""`Tariff.lint`: every witness shows its finding; what lint does not name does not happen."""

from __future__ import annotations

import csv
import io
import random
import time
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rating.lint.proofs import HELD, LACKING, own_ids, place_of, prove, winner
from tests.strategies import REGIME_DATES, calls, decked_tariffs, tariffs

from securecall.errors import (
    AmountOverflow,
    CallRejected,
    InputError,
    InputTypeError,
    TariffError,
)
from securecall.rating.call import Call
from securecall.rating.contract import Rate
from securecall.rating.lint import CODES, Finding, Kinds
from securecall.rating.lint.entries import entries_of
from securecall.rating.lint.period import period_of
from securecall.rating.rater import laid_out
from securecall.rating.tariff import Tariff
from securecall.rating.windows import DAY_MS, day_spans

DATA = Path(__file__).parents[1] / "data" / "lint"


def codes(findings: Sequence[Finding]) -> list[str]:
    return [finding.code for finding in findings]


# Whole files -------------------------------------------------------------------------------------


def test_a_tariff_without_faults_has_no_findings() -> None:
    assert Tariff.load(DATA / "clean.toml").lint() == []


def test_a_tariff_with_every_fault_has_every_code() -> None:
    tariff = Tariff.load(DATA / "everything.toml")
    # From before the fee rules of 2021, which let a third party's fee through, to long after now.
    found = tariff.lint(since=date(2019, 1, 1), until=date(2028, 1, 1))
    for finding in found:
        prove(tariff, finding)
    assert set(codes(found)) == set(CODES)
    severities = [finding.severity for finding in found]
    assert severities == sorted(severities, key=("error", "warning", "note").index)
    for severity in ("error", "warning", "note"):
        lines = [finding.where.line for finding in found if finding.severity == severity]
        assert lines == sorted(lines)


def test_findings_are_the_same_every_time_and_print_their_place() -> None:
    path = DATA / "everything.toml"
    found = Tariff.load(path).lint()
    assert found == Tariff.load(path).lint()
    first = found[0]
    assert str(first).startswith(
        f"{path}:{first.where.line}: {first.where.key}: {first.severity}: "
    )
    assert str(first).endswith(f"[{first.code}]")


# The time looked at ------------------------------------------------------------------------------


def test_bounds_must_have_a_zone_or_be_dates_and_follow_each_other() -> None:
    tariff = Tariff.load(DATA / "clean.toml")
    with pytest.raises(InputError, match="since must have a time zone"):
        tariff.lint(since=datetime(2026, 5, 1))
    with pytest.raises(InputTypeError, match="until must be a date"):
        tariff.lint(until="2026-05-01")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="until must be later than since, 2026-05-01"):
        tariff.lint(since=date(2026, 5, 1), until=date(2026, 5, 1))
    with pytest.raises(InputError, match="1970 to 2099"):
        tariff.lint(since=date(2150, 5, 1))
    aware = datetime(2026, 12, 1, tzinfo=UTC)
    assert tariff.lint(since=aware, until=aware + timedelta(days=60)) == []


def test_a_rate_that_is_not_in_force_in_a_short_period_is_a_note() -> None:
    # What a person asks about one month must not read as a fault of the file.
    tariff = Tariff.load(DATA / "clean.toml")
    [before] = tariff.lint(since=date(2026, 5, 1), until=date(2026, 6, 1))
    assert (before.code, before.severity) == ("unreachable_rate", "note")
    assert before.where.key == "contract[0].rate[1]"
    assert "it begins on 2027-01-01 00:00, not before 2026-06-01 00:00" in before.message
    prove(tariff, before)


def test_an_old_price_that_stays_in_the_file_is_a_note() -> None:
    tariff = Tariff.load(DATA / "clean.toml")
    [old] = tariff.lint(since=date(2027, 2, 1))
    assert (old.code, old.severity) == ("unreachable_rate", "note")
    assert old.message == (
        'rate "audio-2026" applies no longer: rate "audio-2027" has replaced it since '
        "2027-01-01 00:00"
    )
    prove(tariff, old)


# Drawn tariffs -----------------------------------------------------------------------------------


def _csv(rows: Sequence[Mapping[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@st.composite
def files(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Draw a tariff's text and the rows of its decks."""
    return draw(tariffs().map(lambda text: (text, {})) | decked_tariffs())


def _loaded(text: str, rows: Mapping[str, Any]) -> Tariff | None:
    try:
        return Tariff.loads(text, decks={name: _csv(each) for name, each in rows.items()})
    except TariffError:
        return None  # such as a deck and a rate that tie


@st.composite
def bounds(draw: st.DrawFn) -> dict[str, date]:
    if draw(st.booleans()):
        return {}
    since = draw(st.sampled_from(REGIME_DATES)) - timedelta(days=draw(st.integers(0, 40)))
    return {"since": since, "until": since + timedelta(days=draw(st.sampled_from((1, 30, 800))))}


@given(files(), bounds())
def test_every_witness_shows_its_finding(file: tuple[str, Any], when: dict[str, date]) -> None:
    tariff = _loaded(*file)
    if tariff is not None:
        for finding in tariff.lint(**when):
            prove(tariff, finding)


def _in(kinds: Kinds | None, call: Call, destination: str) -> bool:
    return (
        kinds is not None
        and call.facility in kinds.facilities
        and destination in kinds.destinations
        and call.medium in kinds.media
        and call.bill_type in kinds.bill_types
    )


def _stays(tariff: Tariff, call: Call) -> bool:
    """Return whether a call stays in the rate in which it begins."""
    marks = laid_out(tariff, call, walked=True)[0][6]
    return len({mark[2] for mark in marks if mark[0] < call.duration_ms}) == 1


def _in_force(tariff: Tariff, call: Call, rate: Rate) -> bool:
    """Return whether a rate is in force when a call starts, by reading the clock."""
    index = tariff.compiled.facilities[call.facility]
    facility, zone = tariff.document.facilities[index], tariff.compiled.zones[index]
    at = call.start_ms
    if rate.effective_from is not None and at < zone.first_instant_ms(rate.effective_from):
        return False
    if rate.effective_to is not None and at >= zone.first_instant_ms(rate.effective_to):
        return False
    if rate.when is None:
        return True
    day, ms = divmod(at + zone.offset_ms(at), DAY_MS)
    today = date(1970, 1, 1) + timedelta(days=day)
    holidays = facility.holidays
    spans = day_spans(
        rate.when, today.weekday(), today in holidays, today - timedelta(days=1) in holidays
    )
    return any(first <= ms < after for first, after in spans)


def _destinations(call: Call, rate: Rate, classes: Sequence[str]) -> list[str]:
    """Return the destinations of a rate that fit a call, the most specific first."""
    number = "+" + call.number.removeprefix("+")  # a record may leave the plus out
    prefixes = [d for d in rate.destinations if d[0] == "+" and number.startswith(d)]
    named = [name for name in classes if name in rate.destinations]
    return sorted(prefixes, key=len, reverse=True) + named


def _overlaps(tariff: Tariff, call: Call, won: str) -> list[Rate]:
    """Return the rates that a call's rate outranks only by a weaker rule, by their definition."""
    index = tariff.compiled.facilities[call.facility]
    contract_id = tariff.document.facilities[index].contract
    contract = next(c for c in tariff.document.contracts if c.id == contract_id)
    if contract.decks:
        return []
    scope, rate_class = place_of(tariff, call)
    scope = "interstate" if scope == "mixed" else scope
    classes = list(dict.fromkeys((rate_class, scope, "any")))
    best = next(rate for rate in contract.rates if rate.id == won)
    level = _destinations(call, best, classes)[0]
    entries = {entry.rate.id: entry for entry in entries_of(contract)}
    found = []
    for rate in contract.rates:
        if (
            rate is not best
            and rate.priority == best.priority
            and rate.medium in (None, call.medium)
            and (rate.bill_types is None or call.bill_type in rate.bill_types)
            and level in _destinations(call, rate, classes)
            and _in_force(tariff, call, rate)
        ):
            replaces = (rate.medium, rate.bill_types, rate.when) == (
                best.medium,
                best.bill_types,
                best.when,
            )
            if not replaces:
                assert entries[won].order < entries[rate.id].order
                found.append(rate)
    return found


@given(files(), bounds(), st.data())
def test_what_lint_does_not_name_does_not_happen(
    file: tuple[str, Any], when: dict[str, date], data: st.DataObject
) -> None:
    tariff = _loaded(*file)
    if tariff is None:
        return
    found = tariff.lint(**when)
    period = period_of(tariff.document, tariff.rules, when.get("since"), when.get("until"))
    numbers = {contract.id: n for n, contract in enumerate(tariff.document.contracts)}
    for _ in range(8):
        drawn = data.draw(calls(tomllib.loads(file[0]), bad=False, decks=file[1]))
        drawn = {key: drawn[key] for key in drawn if key not in ("authorized_ms", "relay")}
        index = tariff.compiled.facilities[drawn["facility"]]
        first, after = period.bounds(tariff.compiled.zones[index])
        if not first <= drawn["start_ms"] < after:
            drawn["start_ms"] = data.draw(st.integers(first, after - 1))
        call = Call(start=drawn.pop("start_ms"), **drawn)
        contract = f"contract[{numbers[tariff.document.facilities[index].contract]}]"
        here = [f for f in found if f.where.key.startswith(contract)]
        try:
            rated = tariff.rate(call)
        except AmountOverflow:
            continue
        except CallRejected as error:
            if error.status == "no_rate":
                _, rate_class = place_of(tariff, call)
                lacking = [f.kinds for f in here if f.code in LACKING]
                assert any(_in(kinds, call, rate_class) for kinds in lacking)
            continue
        if rated.status != "ok":
            continue
        assert rated.rate_id is not None
        for finding in here:
            if finding.code == "unreachable_rate":
                assert rated.rate_id not in own_ids(tariff, finding)
        scope, _ = place_of(tariff, call)
        if rated.saved_micros and call.duration_ms <= DAY_MS and _stays(tariff, call):
            assert any(
                f.code in HELD and _in(f.kinds, call, scope) and rated.rate_id in own_ids(tariff, f)
                for f in here
            )
        for other in _overlaps(tariff, call, rated.rate_id):
            assert any(
                f.code == "overlap"
                and own_ids(tariff, f) == {rated.rate_id}
                and f"({other.where})" in f.message
                for f in here
            )


# Size --------------------------------------------------------------------------------------------


def test_a_deck_of_100_000_prefixes_takes_a_few_seconds() -> None:
    drawn = random.Random(2)
    prefixes: set[str] = set()
    while len(prefixes) < 100_000:
        prefixes.add(str(drawn.randrange(2 * 10 ** drawn.randint(2, 7), 10**8)))
    rows = "".join(
        f"{prefix},0.{drawn.randrange(20, 320):03},60000,30000,6000\n" for prefix in prefixes
    )
    text = """
        [[facility]]
        id = "f"
        kind = "jail"
        adp = 500
        state = "TX"
        timezone = "America/Chicago"
        contract = "c"
        [[contract]]
        id = "c"
        [[contract.deck]]
        file = "deck.csv"
        medium = "audio"
    """
    deck = "prefix,price,per_ms,initial_ms,increment_ms\n" + rows
    tariff = Tariff.loads(text, decks={"deck.csv": deck})
    begun = time.process_time()
    found = tariff.lint()
    assert time.process_time() - begun < 10  # 0.8 s alone on a small machine
    prices = Counter(row.split(",")[1] for row in rows.splitlines())
    dear = {price: shared for price, shared in prices.items() if Decimal(price) > Decimal("0.12")}
    broken = [finding for finding in found if finding.code == "ceiling_broken"]
    # $0.12 is the ceiling of a jail of 350 to 999 (FCC 25-75); one finding a price above it.
    assert len(broken) == len(dear) == 199
    assert sorted(finding.prefixes for finding in broken) == sorted(dear.values())
    for finding in random.Random(3).sample(found, 40):
        prove(tariff, finding)
    assert winner(tariff, broken[0].witness) in own_ids(tariff, broken[0])  # type: ignore[arg-type]
