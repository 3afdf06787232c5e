"""``securecall caps``: which ceiling governs, its citation, and why every other one lost."""

from __future__ import annotations

import pytest
from tests.cli.running import Done, run

JAIL = ("--at", "2026-05-01", "--kind", "jail", "--state", "TX", "--adp", "8932")


def caps(*options: str) -> Done:
    return run("caps", *options)


def test_the_ceiling_its_citation_and_what_lost() -> None:
    done = caps(*JAIL)
    assert (done.code, done.errors) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "$0.10 a minute, FCC2025_interim, confidence medium"
    assert lines[1].startswith("  FCC 25-75")
    assert any(line.startswith("  not FCC2024: ended on 2025-06-29") for line in lines)
    assert any(line.startswith("charges for the call itself are barred: ") for line in lines)


def test_no_ceiling_found_is_not_a_ceiling_of_nothing() -> None:
    done = caps("--at", "2010-01-01", "--kind", "jail", "--state", "TX")
    assert done.code == 0
    assert done.out.startswith("no ceiling was found; that is no ceiling of 0\n")
    said = caps("--at", "2010-01-01", "--kind", "jail", "--state", "TX", "--json").json
    assert said["ceiling"] is None


def test_what_a_state_pays_is_told() -> None:
    colorado = ("--at", "2025-03-01", "--kind", "prison", "--state", "CO")
    assert "the state pays 35%: C.R.S. 17-42-103(1.5)" in (
        caps(*colorado, "--jurisdiction", "intrastate").out
    )


def test_everything_as_json_with_money_and_days_as_text() -> None:
    said = caps(*JAIL, "--json").json
    assert said["ceiling"]["per_minute"] == "0.10"
    assert said["ceiling"]["effective_from"] == "2026-04-06"
    assert said["ceiling"]["effective_to"] is None
    assert said["state_share"] is None
    assert said["per_call_charges_barred_by"]["citation"]
    reasons = {one["regime"]: one["reason"] for one in said["candidates"]}
    assert reasons["FCC2013_interim"].startswith("ended on")
    assert "governs" in reasons["FCC2025_interim"] or reasons["FCC2025_interim"]


def test_options_change_the_answer() -> None:
    base = caps(*JAIL, "--json").json["ceiling"]
    for options in (
        ("--medium", "video"),
        ("--relay", "trs"),
        ("--additive", "0"),
        ("--jurisdiction", "international", "--termination", "0.05"),
    ):
        other = caps(*JAIL, *options, "--json").json["ceiling"]
        assert other is None or other["per_minute"] != base["per_minute"], options


def test_rules_as_believed_on_a_day() -> None:
    then = caps(*JAIL, "--known-at", "2024-01-01", "--json").json
    assert then["ceiling"]["source"] != "FCC2025_interim"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--kind", "jial"), "did you mean 'jail'?"),
        (("--state", "XX"), "state must be one of AK, AL"),
        (("--adp", "many"), "--adp must be a number of people, not 'many'"),
        (("--adp", "-1"), "adp must be 0 or more, not -1"),
        (("--adp", "NaN"), "adp must be 0 or more, not NaN"),
        (("--at", "2026-02-30"), "--at must be a day such as 2026-04-06, not '2026-02-30'"),
        (("--medium", "adio"), "did you mean 'audio'?"),
        (("--jurisdiction", "local"), "local is a rate class, not a jurisdiction"),
        (("--bill-type", "cash"), "bill_type must be"),
        (("--relay", "tsr"), "relay must be"),
        (("--commission", "abc"), "commission must be plain decimal digits"),
        (("--commission", "0.02", "--commission-kind", "x"), "not 'x'"),
        (("--additive", "-1"), "additive must be 0 or more"),
        (("--known-at", "x"), "--known-at must be a day"),
        (("--override", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_a_bad_option_is_told_with_its_value(options: tuple[str, ...], words: str) -> None:
    done = caps(*JAIL, *options)
    assert (done.code, done.output) == (1, b"")
    assert words in done.errors
    assert "Traceback" not in done.errors
