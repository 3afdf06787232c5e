"""Drafts: lines and parties over time."""

from __future__ import annotations

from dataclasses import replace

from tests.fraud.bench.happening import PLAIN, draft_of

from securecall.fraud.bench.draft import Party, begun
from securecall.fraud.bench.sound import samples_of


def test_a_line_holds_until_the_next_and_a_change_forgets_later_ones() -> None:
    leg = draft_of().called
    louder, softer = replace(PLAIN, level_dbm0=-15.0), replace(PLAIN, level_dbm0=-30.0)
    leg.change(1000, louder)
    leg.change(2000, PLAIN)
    assert [leg.line_at(at) for at in (0, 999, 1000, 1999, 2000)] == [
        PLAIN, PLAIN, louder, louder, PLAIN,
    ]  # fmt: skip
    leg.change(1500, softer)
    assert leg.line_at(5000) == softer


def test_who_leaves_is_not_on_the_leg_any_more() -> None:
    draft = draft_of()
    leg = draft.called
    guest = Party(draft.new_talker(), 500, 9000)
    leg.parties.append(guest)
    assert guest not in leg.on(499)
    assert len(leg.on(500)) == 2
    leg.leave(700)
    assert leg.on(700) == []


def test_a_new_talker_is_nobody_who_is_there() -> None:
    draft = draft_of()
    there = {party.talker.name for leg in draft.legs.values() for party in leg.parties}
    assert len(there) == 2
    assert {draft.new_talker().name for _ in range(50)} & there == set()


def test_a_sound_of_a_switch_turns_the_microphone_off() -> None:
    draft = draft_of()
    sound = draft.called.room[:800] + 1
    end = draft.insert(draft.called, sound, 100)
    assert (end, draft.called.quiet) == (900, [(100, 900)])
    draft.insert(draft.called, sound, 5000, alone=False)
    assert len(draft.called.quiet) == 1


def test_the_facility_has_no_cellular_telephones() -> None:
    for seed in range(30):
        draft = draft_of(30, seed=seed)
        fresh = begun(samples_of(1), draft.draw, draft.corpora)
        assert fresh.legs["calling"].lines[0][1].access != "cellular"
