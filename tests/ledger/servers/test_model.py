"""Several servers in one process, before the judge of one machine."""

from __future__ import annotations

import pytest
from tests.ledger.servers.model import outages, run


@pytest.mark.parametrize("seed", range(11, 15))
def test_with_a_lead_of_two_delays_every_call_ends_where_one_machine_would_end_it(
    seed: int,
) -> None:
    seen = run(300, seed, lead=2)
    assert seen.calls >= 300
    assert seen.books_differ == seen.media_differ == seen.overspent == seen.missing == []


def test_without_a_lead_media_ends_late_and_nothing_is_overspent() -> None:
    seen = run(300, 21, lead=0)
    assert seen.overspent == seen.missing == []
    assert seen.late_ms, "whoever is told late ends late, or the world is blind"


@pytest.mark.parametrize("seed", [31, 32])
def test_servers_that_are_cut_off_run_no_further_than_was_paid(seed: int) -> None:
    seen = run(200, seed, lead=2, lost=outages(seed))
    assert seen.counts["lost"] > 100
    assert seen.overspent == seen.missing == seen.unpaid_ms == []


def test_hints_that_are_lost_cost_no_money() -> None:
    seen = run(300, 41, lead=2, deaf=1.0)
    assert seen.overspent == seen.missing == seen.unpaid_ms == []
