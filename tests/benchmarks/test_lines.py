"""Lines further out than the simulator draws them: what is marked in a call stays true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.evidence.otherwise import lines

from securecall.fraud.bench import Simulator
from securecall.fraud.bench.codec import CODECS
from securecall.fraud.bench.corpora import open_corpora
from securecall.fraud.bench.dice import Dice, dice
from securecall.fraud.bench.draft import Draft, begun
from securecall.fraud.bench.line import CHAINS, CHAINS_SEALED, COLOURS, Line, other_line

PLAIN = {"mulaw", "alaw"}


def drafted(seed: int, *chains: tuple[str, ...]) -> Draft:
    """A call whose outside leg goes through some chains in turn, its colour another each time."""
    draft = begun(80_000, dice(seed, "plot"), open_corpora())
    leg = draft.called
    leg.lines = [
        (n, replace(leg.lines[0][1], codecs=chain, noise_tilt=COLOURS[n % 3]))
        for n, chain in enumerate(chains)
    ]
    return draft


def test_ranges_are_wider_by_the_share_and_not_below_half() -> None:
    draw = Dice(dice(1, "x").random, wider=0.4)
    wider = [draw.between(10, 20) for _ in range(500)]
    assert 6 <= min(wider) < 6.5
    assert 23.5 < max(wider) <= 24
    assert all(10 <= draw.exactly(10, 20) <= 20 for _ in range(500))
    assert min(draw.between(1, 20) for _ in range(500)) >= 0.5
    still = Dice(dice(1, "x").random)
    plain = dice(1, "x")
    assert [still.between(10, 20) for _ in range(9)] == [plain.between(10, 20) for _ in range(9)]


def test_what_was_alike_stays_alike_and_a_family_a_family() -> None:
    sent = [chain for chains in CHAINS.values() for chain in chains]
    exchanged = 0
    for seed in range(60):
        draft = drafted(seed, *sent, *sent)
        before = [line for _, line in draft.called.lines]
        lines.relined(draft, dice(seed, "further out"))
        after = [line for _, line in draft.called.lines]
        exchanged += after[0].codecs != before[0].codecs
        for one, other in zip(before, after, strict=True):
            assert (set(one.codecs) <= PLAIN) == (set(other.codecs) <= PLAIN)
            assert replace(other, codecs=one.codecs, noise_tilt=one.noise_tilt) == one
        for what in ("codecs", "noise_tilt"):
            olds, news = ([getattr(one, what) for one in each] for each in (before, after))
            assert len(set(zip(olds, news, strict=True))) == len(set(olds))
    assert 10 < exchanged < 50


def test_nothing_that_only_the_sealed_part_has_is_drawn() -> None:
    sealed = {chain for chains in CHAINS_SEALED.values() for chain in chains}
    seen: set[tuple[str, ...]] = set()
    for seed in range(400):
        draft = drafted(seed, ("mulaw",), ("gsm", "mulaw"))
        lines.relined(draft, dice(seed, "further out"))
        seen |= {line.codecs for _, line in draft.called.lines}
    assert len(seen) > 40
    assert not seen & sealed
    assert not {"opus", "g723", "amr475"} & {name for chain in seen for name in chain}
    assert {name for chain in seen for name in chain} <= set(CODECS)
    # A dice that draws a chain of the sealed part draws again.
    told = iter([("gsm", "gsm", "mulaw"), ("mulaw", "alaw", "mulaw"), ("gsm", "alaw")])
    assert lines._unless_sealed(lambda _: next(told), dice(1)) == ("gsm", "alaw")


def test_a_guest_has_a_line_of_the_same_call() -> None:
    for seed in range(40):
        draft = drafted(seed, ("mulaw",), ("gsm", "mulaw"))
        party = draft.called.parties[0]
        party.line = draft.called.lines[1][1]
        draft.called.parties.append(replace(party, line=None))
        lines.relined(draft, dice(seed, "further out"))
        assert party.line == draft.called.lines[1][1]
        assert draft.called.parties[-1].line is None


def test_noise_has_any_colour() -> None:
    tilts = []
    for seed in range(200):
        draft = drafted(seed, ("mulaw",))
        lines.relined(draft, dice(seed, "further out"))
        tilts.append(draft.called.lines[0][1].noise_tilt)
    assert min(tilts) < -11
    assert max(tilts) > 3
    assert len(set(tilts)) == len(tilts)


def test_a_codec_that_is_heard_as_another_is_still_one() -> None:
    for seed in range(80):
        draw = dice(seed, "switch")
        line = Line(codecs=("mulaw",)) if seed % 2 else Line("cellular", ("amr", "mulaw"))
        draft = drafted(seed, line.codecs, other_line(draw, line, ["codec"]).codecs)
        lines.relined(draft, draw)
        one, other = (set(each.codecs) <= PLAIN for _, each in draft.called.lines)
        assert one != other


def test_a_call_comes_from_its_number_alone() -> None:
    plain = Simulator(3, open_corpora(), call_s=40.0)
    further = lines.FurtherOut(3, open_corpora(), call_s=40.0)
    one, again = further.call(2), further.call(2)
    assert one.labels == again.labels
    for leg, samples in one.legs.items():
        assert np.array_equal(samples, again.legs[leg])
        assert len(samples) == len(plain.call(2).legs[leg])
        assert not np.array_equal(samples, plain.call(2).legs[leg])


@pytest.mark.parametrize("seed", range(6))
def test_any_draw_can_be_rendered(seed: int) -> None:
    further = lines.FurtherOut(seed, open_corpora(), call_s=40.0)
    for index in range(2):
        call = further.call(index)
        assert {len(samples) for samples in call.legs.values()} == {320_000}
        assert all(label.start_s <= label.evident_s for label in call.labels)
