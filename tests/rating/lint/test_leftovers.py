"""What stands in a tariff without effect, and a population that is missing."""

from __future__ import annotations

from datetime import date

from tests.rating.lint.small import found, only, rate, small, told

from securecall.rating.call import Call

UNUSED = '[[contract]]\nid = "old"\n[[contract.rate]]\nid = "r"\n' + (
    'steps = [{ price = "9.00", per_ms = 60_000, increment_ms = 60_000 }]\n'
)


def test_a_contract_that_no_facility_names_is_told_and_not_looked_at() -> None:
    assert told(small(rate("r"), tail=UNUSED)) == [
        (
            "unused_contract",
            "warning",
            'contract "old" is named by no facility; nothing of it was looked at',
        )
    ]


def test_a_tax_of_states_in_which_no_facility_is() -> None:
    tail = '[[tax]]\nid = "t"\npercent = "1"\nstates = ["NV", "CA"]\n'
    finding = only(small(rate("r"), tail=tail), "unused_tax")
    assert finding.severity == "note"
    assert finding.message == 'tax "t" is met by no call: no facility is in CA, NV'
    assert found(small(rate("r"), tail=tail.replace("NV", "TX"))) == []


def test_a_tax_that_is_over_or_to_come() -> None:
    for line in ("effective_to = 2026-05-01", "effective_from = 2027-01-01"):
        tail = f'[[tax]]\nid = "t"\npercent = "1"\n{line}\n'
        tariff = small(rate("r"), tail=tail)
        finding = only(tariff, "unused_tax", since=date(2026, 5, 1), until=date(2027, 1, 1))
        assert finding.message.endswith("it is in force at no time looked at")


def test_a_jail_without_adp_is_told_with_a_call_held_to_the_lowest_ceiling() -> None:
    tariff = small(rate("r"), adp=None)
    finding = only(tariff, "unknown_adp")
    assert (finding.severity, finding.where.key) == ("note", "facility[0]")
    assert finding.message.startswith(
        "f is a jail without adp: the lowest ceiling of all tiers holds (FCC2025_interim), such as "
        "for audio calls to +1"
    )
    assert isinstance(finding.witness, Call)
    cap = tariff.rate(finding.witness).cap
    assert cap is not None
    assert "average daily population unknown" in cap.citation


def test_a_prison_has_one_tier_and_needs_no_adp() -> None:
    assert found(small(rate("r"), kind="prison", adp=None)) == []


def test_before_tiers_a_population_does_not_matter() -> None:
    tariff = small(rate("r"), adp=None)
    assert found(tariff, since=date(2015, 1, 1), until=date(2016, 1, 1)) == []


def test_each_jail_without_adp_is_told() -> None:
    second = '[[facility]]\nid = "g"\nkind = "jail"\nstate = "TX"\n'
    second += 'timezone = "America/Chicago"\ncontract = "c"\n'
    findings = found(small(rate("r"), adp=None, facility=second))
    assert [one.where.key for one in findings] == ["facility[0]", "facility[1]"]
    assert {one.witness.facility for one in findings if one.witness} == {"f", "g"}


def test_an_unregulated_jail_needs_no_adp() -> None:
    assert found(small(rate("r"), adp=None, regulation="none")) == []
