"""Dice: the same words give the same values; the sealed part's ranges are wider."""

from __future__ import annotations

from securecall.fraud.bench.dice import dice


def test_a_purpose_has_dice_of_its_own() -> None:
    one = [dice(1, 2, "noise").whole(0, 10**9) for _ in range(2)]
    others = {
        dice(*key).whole(0, 10**9) for key in ((2, 2, "noise"), (1, 3, "noise"), (1, 2, "turns"))
    }
    assert one[0] == one[1]
    assert len(others | {one[0]}) == 4


def test_philox_gives_these_values_on_every_machine() -> None:
    assert dice(1, "fixed").whole(0, 999) == FIXED


FIXED = 41


def test_ranges_are_wider_in_the_sealed_part_and_standards_are_not() -> None:
    draw, wide = dice(1, "x"), dice(1, "x", wide=True)
    values = [draw.between(10, 20) for _ in range(500)]
    wider = [wide.between(10, 20) for _ in range(500)]
    assert 10 <= min(values) < max(values) <= 20
    assert 8 <= min(wider) < 10
    assert 20 < max(wider) <= 22
    assert all(10 <= wide.exactly(10, 20) <= 20 for _ in range(500))
    assert min(dice(2, wide=True).between(0.1, 10) for _ in range(500)) >= 0.05


def test_drawn_lengths_stay_between_their_ends() -> None:
    draw = dice(5)
    values = [draw.around(2.0, 1.0, 0.5, 4.0) for _ in range(300)]
    assert min(values) == 0.5
    assert max(values) == 4.0
    assert {draw.one_of("abc") for _ in range(100)} == set("abc")
    assert 0.3 < sum(draw.chance(0.5) for _ in range(300)) / 300 < 0.7
