"""The clock of a leg: holes, bursts, surplus, drift, stamps; and what no peer can do to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integrations.noting import carried, frame_of, paced

from securecall.errors import WireError
from securecall.integrations.media import UNITS_PER_MS
from securecall.integrations.media_clock import MediaClock, Piece

FRAME = 20 * UNITS_PER_MS


def run(*taken: tuple[float, int | None], ms: int = 20) -> tuple[list[Piece], MediaClock]:
    """Return what a clock tells of audio that came at instants, with stamps, in milliseconds."""
    clock, made = MediaClock(), []
    for at_ms, stamp_ms in taken:
        stamp = None if stamp_ms is None else stamp_ms * UNITS_PER_MS
        made += clock.take(b"x" * ms, ms * UNITS_PER_MS, round(at_ms * UNITS_PER_MS), stamp)
    return made + clock.flush(), clock


def test_an_even_stream_has_no_gaps() -> None:
    noting, _ = carried(paced(500))
    assert noting.gaps() == []
    assert noting.audio() == b"".join(frame_of(n) for n in range(500))


@given(st.lists(st.floats(0, 95), min_size=150, max_size=150))
def test_jitter_below_the_tolerance_is_nothing(late: list[float]) -> None:
    # A stream comes in order: what is late holds up what is behind it.
    instants: list[float] = []
    for number, extra in enumerate([0.0, *late]):
        instants.append(max(20 * number + extra, instants[-1] if instants else 0))
    noting, _ = carried(instants)
    assert noting.gaps() == []


@pytest.mark.parametrize("hole_ms", [120, 181, 400, 3000, 60_000])
def test_a_hole_becomes_a_gap_where_it_was(hole_ms: int) -> None:
    noting, carrier = carried(paced(300, 200, hole_ms))
    assert noting.gaps() == [hole_ms]
    assert noting.of("called")[200] == hole_ms
    assert noting.ms() == pytest.approx(300 * 20 + hole_ms)
    assert carrier.clocks["called"].lost_ms == hole_ms


@pytest.mark.parametrize("held_ms", [120, 400, 1900])
def test_what_a_network_held_back_and_brings_at_once_is_no_hole(held_ms: int) -> None:
    instants = [20.0 * n for n in range(300)]
    late = [max(at, 4000.0 + held_ms) if at >= 4000 else at for at in instants]
    noting, _ = carried(late)
    assert noting.gaps() == []
    assert noting.ms() == 6000


def test_part_of_a_hole_that_is_made_up_for_is_none() -> None:
    # 400 ms of nothing, then 200 ms of it at once.
    instants = paced(200) + [4400.0] * 10 + [4400.0 + 20 * n for n in range(100)]
    noting, _ = carried(instants)
    assert noting.gaps() == [200]


def test_surplus_is_left_out_and_told_as_a_splice() -> None:
    # FreeSWITCH brought 20 frames more than there was time for, around its digits.
    instants = (
        paced(200) + [4000.0 + 10 * n for n in range(40)] + [4400.0 + 20 * n for n in range(99)]
    )
    noting, carrier = carried(instants)
    over_ms = noting.ms() - (instants[-1] + 20)
    assert 0 <= over_ms <= 100
    assert set(noting.gaps()) == {20}
    assert carrier.clocks["called"].surplus_ms == pytest.approx(400 - over_ms, abs=20)


@pytest.mark.parametrize("millionths", [-150, 150])
def test_a_crystal_is_followed_for_an_hour(millionths: int) -> None:
    count = 180_000
    made, clock = run(*((20 * n * (1 + millionths / 1e6), None) for n in range(count)))
    assert len(made) == count
    assert clock.lost_ms == clock.surplus_ms == 0


def test_a_leg_begins_where_its_first_audio_came() -> None:
    made, _ = run((350, None), (370, None))
    assert made == [350, b"x" * 20, b"x" * 20]
    made, clock = run((350, 7_000_000), (370, 7_000_020))
    assert made == [350, b"x" * 20, b"x" * 20]
    assert clock.where(7_000_020 * UNITS_PER_MS, 0) == 370 * UNITS_PER_MS


def test_stamps_say_what_was_lost() -> None:
    made, _ = run((0, 0), (20, 20), (40, 100), (60, 120))
    assert made == [b"x" * 20, b"x" * 20, 60, b"x" * 20, b"x" * 20]


def test_stamps_that_come_twice_or_overlap_are_cut() -> None:
    made, _ = run((0, 0), (20, 0), (20, 10), (40, 30))
    assert made == [b"x" * 20, b"x" * 10, b"x" * 20]


@pytest.mark.parametrize("jump_ms", [86_400_000, -86_400_000, 5_000, -5_000, 1 << 40])
def test_a_stamp_that_jumps_carries_no_time(jump_ms: int) -> None:
    taken = [(20 * n, 20 * n + (jump_ms if n >= 50 else 0)) for n in range(100)]
    made, clock = run(*taken)
    assert made == [b"x" * 20] * 100
    assert clock.end == 100 * FRAME


def test_stamps_that_stand_still_in_a_hold_leave_the_hold_to_the_clock_on_the_wall() -> None:
    taken = [(20 * n + (4000 if n >= 100 else 0), 20 * n) for n in range(200)]
    made, clock = run(*taken)
    assert [piece for piece in made if isinstance(piece, int)] == [4000]
    assert clock.end == (200 * 20 + 4000) * UNITS_PER_MS


def test_silence_between_talk_is_a_gap_by_the_stamps() -> None:
    taken = [(20 * n + (3000 if n >= 100 else 0),) * 2 for n in range(200)]
    made, _ = run(*taken)
    assert [piece for piece in made if isinstance(piece, int)] == [3000]


def test_a_leg_that_brings_nothing_has_its_time_pass() -> None:
    clock = MediaClock()
    clock.take(b"x" * 20, FRAME, 0, None)
    assert clock.idle(900 * UNITS_PER_MS) == []
    assert clock.idle(2020 * UNITS_PER_MS) == [1500]
    assert clock.end == 1520 * UNITS_PER_MS
    # What comes then lies where it came, by stamps or without.
    assert clock.take(b"x" * 20, FRAME, 2100 * UNITS_PER_MS, None) == []
    assert clock.idle(2300 * UNITS_PER_MS) == [580, b"x" * 20]


def test_stamps_hold_over_a_time_that_passed() -> None:
    clock = MediaClock()
    clock.take(b"x" * 20, FRAME, 0, 800)
    clock.idle(4000 * UNITS_PER_MS)
    stamp = 800 + 4000 * UNITS_PER_MS
    assert clock.take(b"x" * 20, FRAME, 4010 * UNITS_PER_MS, stamp) == [500, b"x" * 20]


def test_silence_of_hours_is_no_call() -> None:
    with pytest.raises(WireError, match="nothing came for 7200000 ms"):
        run((0, None), (7_200_020, None))


def test_gaps_are_whole_milliseconds_and_no_part_of_one_is_lost() -> None:
    clock, made = MediaClock(), []
    for n in range(100):
        made += clock.take(b"x" * 20, FRAME, n * (FRAME + 5), n * (FRAME + 5))
    gaps = [piece for piece in made if isinstance(piece, int)]
    assert set(gaps) == {1}
    assert len(gaps) == 99 * 5 // UNITS_PER_MS


PIECES = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 60), st.integers(0, 30_000)),
        st.one_of(st.none(), st.integers(-5000, 5000), st.integers(-(1 << 50), 1 << 50)),
        st.integers(1, 640),
        st.booleans(),
    ),
    max_size=80,
)


@given(PIECES)
def test_whatever_comes_time_is_the_clocks_and_memory_is_bounded(
    pieces: list[tuple[int, int | None, int, bool]],
) -> None:
    clock, told, now, stamp, most = MediaClock(), 0, 0, 0, 0
    for step_ms, jump, units, idle in pieces:
        now += step_ms * UNITS_PER_MS
        stamp += units if jump is None else jump * UNITS_PER_MS
        made = clock.idle(now) if idle else []
        made += clock.take(b"\0" * units, units, now, None if jump is None else stamp)
        most = max(most, units)
        told += sum(len(p) if isinstance(p, bytes) else p * UNITS_PER_MS for p in made)
        assert told <= clock.end <= now + (1_000 + 600) * UNITS_PER_MS + 2 * most
        assert clock.end - told <= (2_000 + 30_000) * UNITS_PER_MS + most
    told += sum(len(p) if isinstance(p, bytes) else p * UNITS_PER_MS for p in clock.flush())
    assert clock.end - UNITS_PER_MS - most * len(pieces) <= told <= clock.end
    assert 0 <= clock.end - told < UNITS_PER_MS or any(jump is not None for _, jump, *_ in pieces)
