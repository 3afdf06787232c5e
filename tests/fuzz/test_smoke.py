"""A short, seeded look through every door that `make fuzz` stands at for a minute."""

from __future__ import annotations

import random

import pytest
from tests.fuzz.run import DOORS, WIRES
from tests.fuzz.targets import SEEDS, TARGETS

MUTATIONS = {"toml": 60, "deck": 60, "records": 250, "arrow": 300, "curve": 250, "ears": 60}
MUTATIONS |= dict.fromkeys(WIRES, 250)


def mutated(seed: bytes, chance: random.Random) -> bytes:
    """Return a seed with some of its bytes changed, cut out, doubled or swapped for others."""
    data = bytearray(seed)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        to = min(at + chance.choice((1, 1, 2, 4, 30)), len(data))
        part = bytes(data[at:to])
        kinds = (b"", part * 2, bytes(chance.randbytes(len(part))), b'"', b"\n", b"9", b"\xff")
        data[at:to] = chance.choice(kinds)
    return bytes(data)


def test_every_door_is_fuzzed() -> None:
    assert tuple(TARGETS) == DOORS
    assert tuple(SEEDS()) == DOORS


@pytest.mark.parametrize("door", DOORS)
def test_a_door_keeps_its_promise_on_seeds_and_what_comes_of_them(door: str) -> None:
    chance = random.Random(20261125)
    seeds = SEEDS()[door]
    for seed in (b"", *seeds):
        TARGETS[door](seed)
    for number in range(MUTATIONS[door]):
        TARGETS[door](mutated(seeds[number % len(seeds)], chance))
    if door in ("arrow", "ears", *WIRES):
        for _ in range(MUTATIONS[door]):
            TARGETS[door](chance.randbytes(chance.randrange(600)))
