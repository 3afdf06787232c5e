"""Trees that weigh a change: Python's way through them is the engine's, and damage is refused."""

from __future__ import annotations

from array import array
from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.fraud.talk import talk

from securecall import _cues
from securecall.errors import BuildError
from securecall.fraud.cues import CUES, VALUES
from securecall.fraud.forest import (
    FAMILIES,
    FEATURES,
    Forest,
    Kind,
    Weighed,
    evidence,
    family,
    read,
)
from securecall.fraud.hearing import Hearing
from securecall.fraud.speech import packed_network

NAMES = VALUES["change"]
CHANGE = CUES.index("change")
ALWAYS, NEVER = -1e9, 1e9
LEAF = -1
#: A stump: up to 0.5 of the first number it is one leaf, beyond it the other.
STUMP = ((0, 0.5, 2, 0.0), (LEAF, 0.0, 0, -1.0), (LEAF, 0.0, 0, 1.0))

Tree = tuple[tuple[int, float, int, float], ...]


def kind(*trees: Tree, name: str = "three_way", told: float = ALWAYS) -> Kind:
    return Kind(name, told, 0.0, 0.0, 1.0, 0.0, trees)


def setup(packed: bytes) -> object:
    return Hearing(
        8000, "s16le", dtmf=None, mf=None, plan=None, dial_tone_filter=False, report_ends=True,
        speech=packed_network(), forest=packed,
    ).setup  # fmt: skip


def sound(seed: int) -> bytes:
    """Ten seconds of a line on which noise, talk, clicks and holes follow each other."""
    random = np.random.default_rng(seed)
    samples = np.zeros(80_000)
    at = 0
    while at < len(samples):
        length = int(random.integers(2_000, 12_000))
        level = 10.0 ** random.uniform(-0.5, 3.4)
        part = random.normal(0, level, length)
        if random.random() < 0.3:
            part = talk(length / 8000 + 1, seed=int(random.integers(99)))[:length].astype(float)
        if random.random() < 0.3:
            part[: length // 4] = 0
        if random.random() < 0.3:
            part[int(random.integers(length))] = 20_000
        samples[at : at + length] = part[: len(samples) - at]
        at += length
    return np.clip(np.rint(samples), -32_768, 32_767).astype("<i2").tobytes()


SOUNDS = [sound(seed) for seed in range(6)]


def told(forest: Forest, samples: bytes) -> list[tuple[float, ...]]:
    """Return the values of the changes that a forest lets through, its scores behind them."""
    watch = _cues.Watch(setup(forest.packed), (0,))
    return [tuple(what[1]) for _, _, each, what in watch.feed(0, samples) if each == CHANGE]


@st.composite
def trees(draw: st.DrawFn, deep: int = 4) -> Tree:
    """A tree of any shape; its limits lie where the values do."""
    nodes: list[tuple[int, float, int, float]] = []

    def grow(depth: int) -> None:
        at = len(nodes)
        mean = draw(st.floats(-1, 1, width=32))
        if depth == 0 or draw(st.integers(0, 3)) == 0:
            nodes.append((LEAF, 0.0, 0, mean))
            return
        nodes.append((LEAF, 0.0, 0, mean))
        grow(depth - 1)
        right = len(nodes)
        grow(depth - 1)
        limit = draw(st.floats(-75, 75, width=32) | st.floats(-2, 2, width=32))
        nodes[at] = (draw(st.integers(0, len(NAMES) - 1)), limit, right, mean)

    grow(deep)
    return tuple(nodes)


def assert_weighed_alike(forest: Forest, samples: bytes) -> None:
    rows = told(forest, samples)
    assert len(rows) >= 8
    for row in rows:
        values, scores = row[: len(NAMES)], row[len(NAMES) :]
        for each, score in zip(forest.kinds.values(), scores, strict=False):
            assert each.weigh(values).log_odds == pytest.approx(score, abs=1e-4)


class TestEngine:
    @given(
        st.lists(st.lists(trees(), max_size=12), min_size=1, max_size=4),
        st.sampled_from(range(len(SOUNDS))),
    )
    @example([[], [STUMP]], 0)
    @settings(max_examples=60)
    def test_weighs_as_python_does(self, wood: list[list[Tree]], which: int) -> None:
        forest = Forest([kind(*each, name=f"kind {n}") for n, each in enumerate(wood)])
        assert_weighed_alike(forest, SOUNDS[which])

    @pytest.mark.parametrize("which", range(len(SOUNDS)))
    def test_weighs_the_package_s_trees_as_python_does(self, which: int) -> None:
        kinds = [replace(each, told=ALWAYS, first=0) for each in evidence().kinds.values()]
        assert_weighed_alike(Forest(kinds), SOUNDS[which])

    @pytest.mark.parametrize("which", range(len(SOUNDS)))
    def test_the_package_s_trees_stop_where_nothing_is_told(self, which: int) -> None:
        for each in evidence().kinds.values():
            whole = told(Forest([replace(each, first=0)]), SOUNDS[which])
            early = told(Forest([each]), SOUNDS[which])
            assert set(early) <= set(whole)
            lost = set(whole) - set(early)
            assert [row for row in lost if row[len(NAMES)] >= each.alert] == []

    def test_a_value_on_a_limit_goes_left(self) -> None:
        name = NAMES.index("after_s")
        (row, *_) = told(Forest([kind(STUMP)]), SOUNDS[0])
        for below, score in ((0.0, -1.0), (0.25, 1.0)):
            tree = ((name, row[name] - below, 2, 0.0), *STUMP[1:])
            again = told(Forest([kind(tree)]), SOUNDS[0])[0]
            assert again[len(NAMES)] == score
            assert kind(tree).weigh(again).log_odds == score

    def test_a_limit_that_was_read_is_the_engine_s_own(self) -> None:
        # 0.1 in 32 bits is above 0.1: a value that is just that must go left, here as there.
        text = (
            "kind,a,0,0,0,1,0,0,-99\nnode,a,0,run_s,0.1,2,0\nnode,a,1,leaf,0,0,-1\n"
            "node,a,2,leaf,0,0,1\n"
        )
        values = [0.0] * len(NAMES)
        values[NAMES.index("run_s")] = float(np.float32("0.1"))
        assert read(text).kinds["a"].weigh(values).log_odds == -1.0

    def test_python_is_woken_from_the_limit_on(self) -> None:
        free = evidence().kinds["three_way"]
        scores = [row[len(NAMES)] for row in told(
            Forest([replace(free, told=ALWAYS)]), SOUNDS[1]
        )]  # fmt: skip
        middle = float(np.float32(sorted(scores)[len(scores) // 2]))
        some = [row[len(NAMES)] for row in told(Forest([replace(free, told=middle)]), SOUNDS[1])]
        assert some == [score for score in scores if score >= middle]
        assert 0 < len(some) < len(scores)
        assert told(Forest([replace(free, told=NEVER)]), SOUNDS[1]) == []

    def test_one_kind_is_enough_to_wake_python(self) -> None:
        quiet, loud = kind(STUMP, told=NEVER), kind(STUMP, name="line_switch")
        every = told(Forest([kind(STUMP)]), SOUNDS[0])
        assert len(told(Forest([quiet, loud]), SOUNDS[0])) == len(every)
        assert len(told(Forest([loud, quiet]), SOUNDS[0])) == len(every)


class TestStopping:
    """What the first trees say is little, the others are not asked."""

    LEAVES: tuple[Tree, ...] = tuple(((LEAF, 0.0, 0, odds),) for odds in (-2.0, 5.0))

    @pytest.mark.parametrize(
        ("first", "stop", "log_odds"), [(0, -99.0, 3.0), (1, -2.0, 3.0), (1, -1.5, -2.0)]
    )
    def test_they_stop_after_the_first_below_a_limit(
        self, first: int, stop: float, log_odds: float
    ) -> None:
        stopping = replace(kind(*self.LEAVES), first=first, stop=stop)
        scores = {row[len(NAMES)] for row in told(Forest([stopping]), SOUNDS[0])}
        assert scores == {log_odds}

    def test_a_kind_that_stops_leaves_the_next_one_whole(self) -> None:
        stopping = replace(kind(*self.LEAVES), first=1, stop=0.0)
        both = Forest([stopping, kind(*self.LEAVES, name="line_switch")])
        scores = {row[len(NAMES) : len(NAMES) + 2] for row in told(both, SOUNDS[0])}
        assert scores == {(-2.0, 3.0)}


class TestPacked:
    GOOD = array("f", Forest([kind(STUMP, STUMP), kind(STUMP, name="line_switch")]).packed)
    FIRST_NODE = 1 + 2 * 5 + 1  # kinds; of each five numbers; how many nodes

    def refused(self, numbers: array[float]) -> bool:
        try:
            setup(numbers.tobytes())
        except ValueError as error:
            return "no packed forest" in str(error)
        return False

    def changed(self, place: int, number: float) -> array[float]:
        made = self.GOOD[:]
        made[place] = number
        return made

    def test_whole_it_is_taken(self) -> None:
        assert not self.refused(self.GOOD)

    def test_cut_anywhere_it_is_refused(self) -> None:
        assert all(self.refused(self.GOOD[:end]) for end in range(len(self.GOOD)))

    @pytest.mark.parametrize("more", [b"\0", b"\0\0\0\0", b"\0\0\0"])
    def test_with_more_behind_it_is_refused(self, more: bytes) -> None:
        with pytest.raises(ValueError, match="no packed forest"):
            setup(self.GOOD.tobytes() + more)

    @pytest.mark.parametrize("number", [0, -1, 5, nan, inf, -inf])
    def test_of_no_kinds_or_too_many(self, number: float) -> None:
        assert self.refused(self.changed(0, number))

    @pytest.mark.parametrize("number", [-1, 1, 3, 1025, 30_000])
    def test_of_other_trees_than_there_are(self, number: float) -> None:
        assert self.refused(self.changed(1, number))

    @pytest.mark.parametrize("number", [0, -1, 1, 2, 4, 32_001, 60_000])
    def test_of_other_nodes_than_there_are(self, number: float) -> None:
        assert self.refused(self.changed(self.FIRST_NODE - 1, number))

    @pytest.mark.parametrize("number", [-2, len(NAMES), len(NAMES) + 1000, nan, inf, -inf])
    def test_that_asks_for_a_number_that_there_is_not(self, number: float) -> None:
        assert self.refused(self.changed(self.FIRST_NODE, number))

    @pytest.mark.parametrize("number", [-1, 0, 1, 3, 4, nan, inf])
    def test_whose_right_is_itself_or_its_left_or_outside(self, number: float) -> None:
        assert self.refused(self.changed(self.FIRST_NODE + 2, number))

    def test_whose_last_node_is_no_leaf(self) -> None:
        assert self.refused(self.changed(self.FIRST_NODE + 6, 0))

    def test_with_more_trees_or_nodes_than_there_is_room(self) -> None:
        leaf: Tree = ((LEAF, 0.0, 0, 1.0),)
        for count, refused in ((1024, False), (1025, True)):
            assert self.refused(array("f", Forest([kind(*[leaf] * count)]).packed)) is refused
        chain = _chain(15_999)
        assert not self.refused(array("f", Forest([kind(chain, chain)]).packed))
        assert not self.refused(array("f", Forest([kind(chain, chain, *[leaf] * 2)]).packed))
        assert self.refused(array("f", Forest([kind(chain, chain, STUMP)]).packed))

    @given(st.integers(0, len(GOOD) - 1), st.integers(-3, 200))
    def test_whatever_is_changed_it_is_refused_or_can_be_weighed(
        self, place: int, number: int
    ) -> None:
        made = self.changed(place, number)
        if not self.refused(made):
            watch = _cues.Watch(setup(made.tobytes()), (0,))
            watch.feed(0, SOUNDS[0])
            assert watch.now(0) == len(SOUNDS[0]) // 2


def _chain(nodes: int) -> Tree:
    """A tree of an odd number of nodes, as deep as it can be: all goes left, or ends."""
    depth = nodes // 2
    splits = [(0, 0.5, 2 * depth - at, 0.0) for at in range(depth)]
    return (*splits, *[(LEAF, 0.0, 0, 1.0)] * (depth + 1))


class TestKind:
    KINDS = tuple(evidence().kinds.values())

    @given(st.sampled_from(KINDS), st.floats(-50, 50), st.floats(-50, 50))
    def test_probability_is_monotone(self, each: Kind, one: float, other: float) -> None:
        low, high = sorted((one, other))
        assert 0 <= each.probability(low) <= each.probability(high) <= 1
        if high > low + 0.1 and abs(low) < 5:
            assert each.probability(low) < each.probability(high)

    def test_limits_stand_in_their_order(self) -> None:
        assert [each for each in self.KINDS if not each.told <= each.alert <= each.disconnect] == []

    @given(
        st.sampled_from(KINDS),
        st.lists(st.floats(-90, 90, width=32), min_size=len(NAMES), max_size=len(NAMES)),
    )
    def test_parts_make_the_log_odds(self, each: Kind, values: list[float]) -> None:
        found = each.weigh(values)
        before = sum(tree[0][3] for tree in each.trees)
        assert before + sum(part for _, part in found.parts) == pytest.approx(found.log_odds)
        sizes = [abs(part) for _, part in found.parts]
        assert sizes == sorted(sizes, reverse=True)

    def test_sources_are_those_that_speak_for_it(self) -> None:
        trees = (
            ((NAMES.index("flash_ms"), 0.5, 2, 0.0), *STUMP[1:]),
            ((NAMES.index("flash_click_db"), 0.5, 2, 0.0), *STUMP[1:]),
            ((NAMES.index("talk_db"), 0.5, 2, 0.0), *STUMP[1:]),
            ((NAMES.index("echo_db"), 0.5, 2, 0.0), *STUMP[1:]),
        )
        values = dict.fromkeys(NAMES, 0.0) | {
            "flash_ms": 9.0,
            "flash_click_db": 9.0,
            "talk_db": 9.0,
        }
        found = kind(*trees).weigh(list(values.values()))
        assert found.log_odds == 2.0
        assert dict(found.parts)["echo_db"] == -1.0
        assert found.sources(0.5) == ("clicks", "voice")
        assert found.sources(1.5) == ("clicks",)

    def test_what_was_not_heard_and_what_is_counted_twice_are_no_sources(self) -> None:
        parts = (("since_sit_s", 2.0), ("floor_db", 1.0), ("run_floor_db", 1.0))
        assert Weighed(4.0, parts).sources(0.5) == ("hold", "noise", "tones")
        assert Weighed(4.0, parts, frozenset({"since_sit_s"})).sources(0.5) == ("hold", "noise")
        assert Weighed(4.0, parts, frozenset(), True).sources(0.5) == ("hold", "tones")
        values = [0.0] * len(FEATURES)
        values[FEATURES.index("since_sit_s")] = values[FEATURES.index("lead_flash_s")] = 60.0
        values[FEATURES.index("kind")] = 2.0
        heard = evidence().kinds["three_way"].weigh(values)
        assert heard.absent <= {"since_sit_s", "lead_flash_s"}
        assert heard.within


class TestFamilies:
    @pytest.mark.parametrize("name", NAMES)
    def test_every_number_is_of_one(self, name: str) -> None:
        begins = [
            start for starts in FAMILIES.values() for start in starts if name.startswith(start)
        ]
        assert begins, "say in FAMILIES what it is evidence from"
        assert begins.count(max(begins, key=len)) == 1
        assert family(name) in FAMILIES

    def test_the_longest_beginning_decides(self) -> None:
        assert family("since_flash_s") == "clicks"
        assert family("since_digit_s") == "tones"
        assert family("run_floor_db") == "hold"
        assert family("floor_db") == "noise"


class TestFile:
    @pytest.mark.parametrize(
        "line",
        [
            "node,three_way,1,no_such_number,0,0,0", "node,nobody,1,leaf,0,0,0", "kind,a,1,2,3",
            "node,three_way,1,leaf,zero,0,0", "node,three_way,1,leaf,0,0", "node",
            "node,three_way,1,leaf,0,0.5,0",
        ],
    )  # fmt: skip
    def test_a_damaged_line_is_named(self, line: str) -> None:
        text = "# made by a test\nkind,three_way,0,0,0,1,0,0,-99\nnode,three_way,0,leaf,0,0,1\n"
        with pytest.raises(BuildError, match=r"evidence_.*\.csv, line 4: "):
            read(text + line + "\n")

    def test_the_package_has_trees_of_every_kind(self) -> None:
        assert {name for name, each in evidence().kinds.items() if not each.trees} == set()
