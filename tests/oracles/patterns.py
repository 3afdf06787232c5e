"""The judge of patterns in call records: each as plain loops over all that came before.

Slow and without any state that is carried along: for every call it looks back over the list. The
rows are values of Python, in the order of time; texts are compared as texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, NamedTuple

DAY = 86_400_000
HOUR = 3_600_000


class Row(NamedTuple):
    """A call record."""

    start: int
    duration: int
    facility: str
    number: str | None = None
    person: str | None = None
    account: str | None = None
    outcome: str | None = None
    station: str | None = None
    call_id: str = ""

    @property
    def who(self) -> tuple[str, str] | None:
        """Return the person, or else the account; an invalid PIN is nobody's."""
        if self.outcome == "invalid_pin":
            return None
        name = self.person if self.person is not None else self.account
        return None if name is None else ("who", name)

    @property
    def talked(self) -> bool:
        """Return whether it was a conversation."""
        return self.duration > 0 and self.outcome in (None, "answered", "completed", "ok", "hum")


class Hit(NamedTuple):
    """A call at which a pattern holds."""

    subject: Any
    text: str
    facility: str
    at: int
    first: int
    calls: int
    measure: int
    score: float
    more: int = 1


class Found(NamedTuple):
    """A finding, as far as it can be compared."""

    subject: str
    facility: str
    first: int
    last: int
    calls: int
    measure: int
    score: float


def merged(hits: list[Hit], quiet: int) -> list[Found]:
    """Return findings: hits of one subject with gaps of at most ``quiet``."""
    found = []
    for subject in dict.fromkeys(hit.subject for hit in hits):
        mine = [hit for hit in hits if hit.subject == subject]
        groups: list[list[Hit]] = []
        for hit in mine:
            if groups and hit.at - groups[-1][-1].at <= quiet:
                groups[-1].append(hit)
            else:
                groups.append([hit])
        for group in groups:
            best = max(group, key=lambda hit: hit.score)  # the first of equals
            found.append(
                Found(
                    group[0].text,
                    group[0].facility,
                    min(hit.first for hit in group),
                    group[-1].at,
                    group[0].calls + sum(hit.more for hit in group[1:]),
                    best.measure,
                    best.score,
                )
            )
    return sorted(found)


def bursts(rows: list[Row], window: int, calls: int, use: Callable[[Row], bool]) -> Iterator[Hit]:
    """Yield calls by which somebody has made ``calls`` within the window."""
    for at, row in enumerate(rows):
        if row.who is None or not use(row):
            continue
        mine = [one.start for one in rows[: at + 1] if one.who == row.who and use(one)]
        if len(mine) < calls:
            continue
        spent = row.start - mine[-calls]
        if spent < window:
            score = 1 - 0.5 * spent / window
            yield Hit(row.who, row.who[1], row.facility, row.start, mine[-calls], calls, spent,
                      score)  # fmt: skip


def velocity(rows: list[Row], p: Any) -> list[Found]:
    """Judge call velocity."""
    hits = bursts(rows, p.window_ms, p.calls, lambda row: row.talked or not p.talked_only)
    return merged(list(hits), p.window_ms)


def short_burst(rows: list[Row], p: Any) -> list[Found]:
    """Judge bursts of short calls."""

    def short(row: Row) -> bool:
        return p.duration_ms_min <= row.duration <= p.duration_ms_max

    return merged(list(bursts(rows, p.window_ms, p.calls, short)), p.window_ms)


def shared(
    rows: list[Row], subject: str, other: Callable[[Row], Any], window: int, least: int
) -> list[Found]:
    """Judge subjects that met many others."""
    hits = []
    for at, row in enumerate(rows):
        name = getattr(row, subject)
        if name is None or other(row) is None:
            continue
        latest: dict[Any, int] = {}
        for one in rows[: at + 1]:
            if getattr(one, subject) == name and other(one) is not None:
                latest[other(one)] = one.start
        # Of the most recent ones, so many are kept.
        times = sorted((time for time in latest.values() if row.start - time < window),
                       reverse=True)[: 2 * least]  # fmt: skip
        if len(times) >= least:
            met = len(times)
            hits.append(Hit(name, name, row.facility, row.start, times[-1], met, met,
                            1 - 0.5 * least / met))  # fmt: skip
    return merged(hits, window)


def shared_number(rows: list[Row], p: Any) -> list[Found]:
    """Judge numbers that many call."""
    rows = [row for row in rows if row.number not in p.known]
    return shared(rows, "number", lambda row: row.who, p.window_ms, p.people)


def shared_pin(rows: list[Row], p: Any) -> list[Found]:
    """Judge PINs at several facilities."""
    rows = [row for row in rows if row.outcome != "invalid_pin"]
    return shared(rows, "person", lambda row: row.facility, p.window_ms, p.facilities)


def runs(
    rows: list[Row], follows: Callable[[list[Row], Row], int], calls: int, quiet: int,
    subject: Callable[[Row], Any],
) -> list[Found]:  # fmt: skip
    """Judge rows of which ``follows`` says how many of a list before them they go on with."""
    hits = []
    lines: dict[Any, list[Row]] = {}
    for row in rows:
        who = subject(row)
        line = lines.setdefault(who, [])
        kept = follows(line, row)
        line[:] = [*(line[-kept:] if kept else []), row]
        if len(line) >= calls:
            hits.append(Hit(who, who[-1], row.facility, row.start, line[0].start, len(line),
                            len(line), 1 - 0.5 * calls / len(line)))  # fmt: skip
    return merged(hits, quiet)


def chain(rows: list[Row], p: Any) -> list[Found]:
    """Judge chain dialling."""
    rows = [row for row in rows if row.who and row.number and row.duration >= p.duration_ms_min]

    def follows(line: list[Row], row: Row) -> int:
        if not line:
            return 0
        gap = row.start - line[-1].start - line[-1].duration
        return len(line) if 0 <= gap <= p.gap_ms and row.number != line[-1].number else 0

    return runs(rows, follows, p.calls, HOUR, lambda row: row.who)


def _value(number: str | None) -> int | None:
    digits = (number or "").removeprefix("+")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


def sequence(rows: list[Row], p: Any) -> list[Found]:
    """Judge sequence dialling; calls to the number dialled last only keep it going."""
    hits: list[Hit] = []
    for who in dict.fromkeys(row.who for row in rows if row.who):
        line: list[tuple[int, int]] = []  # of (start, value), without what was dialled again
        alive = None
        for row in rows:
            value = _value(row.number)
            if row.who != who or value is None:
                continue
            if alive is not None and row.start - alive > p.gap_ms:
                line = []
            alive = row.start
            if line and value == line[-1][1]:
                continue
            line.append((row.start, value))
            # The longest end of the line that goes one way in small steps.
            count = 1
            while count < len(line):
                step = line[-count][1] - line[-count - 1][1]
                last = line[-1][1] - line[-2][1]
                if abs(step) > p.stride or step * last < 0:
                    break
                count += 1
            if count >= p.calls:
                hits.append(Hit(who, who[1], row.facility, row.start, line[-count][0], count,
                                count, 1 - 0.5 * p.calls / count))  # fmt: skip
    return merged(hits, HOUR)


def invalid_pin(rows: list[Row], p: Any) -> list[Found]:
    """Judge runs of invalid PINs."""

    def subject(row: Row) -> Any:
        if row.station is not None:
            return "station", row.facility, row.station
        if row.number is not None:
            return "number", row.number
        return "facility", row.facility

    hits = []
    for at, row in enumerate(rows):
        if row.outcome != "invalid_pin":
            continue
        run = [row]
        for one in reversed(rows[:at]):
            if subject(one) != subject(row):
                continue
            if one.outcome != "invalid_pin" or run[-1].start - one.start > p.gap_ms:
                break
            run.append(one)
        if len(run) >= p.attempts:
            hits.append(Hit(subject(row), subject(row)[-1], row.facility, row.start, run[-1].start,
                            len(run), len(run), 1 - 0.5 * p.attempts / len(run)))  # fmt: skip
    return merged(hits, HOUR)


def hot_number(rows: list[Row], p: Any) -> list[Found]:
    """Judge calls to listed numbers."""
    return merged(
        [Hit(row.number, str(row.number), row.facility, row.start, row.start, 1, 0, 1.0)
         for row in rows if row.number in p.numbers],
        p.quiet_ms,
    )  # fmt: skip


def busy_number(rows: list[Row], p: Any) -> list[Found]:
    """Judge numbers called far more often in a day than others."""
    rows = [row for row in rows if row.number not in p.known]
    hits = []
    for day in sorted({row.start // DAY for row in rows}):
        by: dict[str, list[Row]] = {}
        for row in rows:
            if row.start // DAY == day and row.number is not None:
                by.setdefault(row.number, []).append(row)
        if not by:
            continue
        counts = [len(calls) for calls in by.values()]
        middle = median(counts)
        spread = max(median(abs(count - middle) for count in counts), 1)
        above = middle + p.sigmas * 1.4826 * spread
        for number, calls in by.items():
            if len(calls) > above and len(calls) >= p.calls:
                reached = calls[p.calls - 1]
                hits.append(Hit(number, number, reached.facility, calls[-1].start, calls[0].start,
                                len(calls), int(above), 1 - 0.5 * above / len(calls),
                                len(calls)))  # fmt: skip
    return merged(hits, DAY * 3 // 2)


def forwarding(rows: list[Row], p: Any) -> list[Found]:
    """Judge numbers that take two calls at once."""
    rows = [row for row in rows if row.number is not None and row.number not in p.known and row.who
            and row.talked and row.duration >= p.duration_ms_min]  # fmt: skip
    hits = []
    for at, row in enumerate(rows):
        before = [one for one in rows[: at + 1] if one.number == row.number]

        def overlaps(one: Row, earlier: list[Row]) -> bool:
            return any(other.who != one.who and other.start + other.duration > one.start
                       for other in earlier)  # fmt: skip

        twice = [one.start for index, one in enumerate(before) if overlaps(one, before[:index])]
        if not overlaps(row, before[:-1]) or len(twice) < p.overlaps:
            continue
        first = twice[-p.overlaps]
        people = {one.who for one in before if row.start - one.start < p.window_ms}
        if row.start - first < p.window_ms and len(people) >= p.people:
            spent = row.start - first
            hits.append(Hit(row.number, str(row.number), row.facility, row.start, first, p.overlaps,
                            spent, 1 - 0.5 * spent / p.window_ms))  # fmt: skip
    return merged(hits, p.window_ms)


def suspended(rows: list[Row], p: Any) -> list[Found]:
    """Judge conversations of suspended accounts."""

    def name(row: Row) -> str | None:
        return row.account if row.account is not None else row.person

    given = dict(p.accounts) if isinstance(p.accounts, dict) else dict.fromkeys(p.accounts, 0)
    hits = []
    for at, row in enumerate(rows):
        if name(row) is None or not row.talked:
            continue
        since = given.get(name(row))
        for_ever = since is not None
        until = None
        for one in rows[:at]:
            if name(one) != name(row):
                continue
            over = since is None or (not for_ever and until is not None and one.start > until)
            if one.outcome == "suspended":
                if over or since is None or since > one.start:
                    since = one.start
                until = one.start + p.remember_ms
            elif one.outcome == "released" and since is not None and since <= one.start:
                since, for_ever, until = None, False, None
        gone = not for_ever and until is not None and row.start > until
        if since is not None and not gone and since <= row.start:
            hits.append(Hit(name(row), str(name(row)), row.facility, row.start, row.start, 1, since,
                            1.0))  # fmt: skip
    return merged(hits, DAY)


def schedule(rows: list[Row], p: Any) -> list[Found]:
    """Judge conversations outside of a facility's hours, minute by minute of local time."""
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo

    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    hits = []
    for row in rows:
        hours = p.hours.get(row.facility)
        if hours is None or not row.talked:
            continue
        instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=row.start)
        wall = instant.astimezone(ZoneInfo(hours.timezone)).replace(tzinfo=None)
        inside = False
        for back in (-1, 0, 1):
            midnight = datetime(wall.year, wall.month, wall.day) - timedelta(days=back)
            if days[midnight.weekday()] not in hours.days:
                continue
            opens, closes = (
                timedelta(hours=int(text[:2]), minutes=int(text[3:]))
                for text in (hours.opens, hours.closes)
            )
            if closes < opens:
                closes += timedelta(days=1)
            grace = timedelta(milliseconds=p.grace_ms)
            inside |= midnight + opens - grace <= wall < midnight + closes + grace
        if not inside:
            hits.append(Hit(row.facility, row.facility, row.facility, row.start, row.start, 1, 0,
                            1.0))  # fmt: skip
    return merged(hits, p.quiet_ms)


JUDGES: dict[str, Callable[[list[Row], Any], list[Found]]] = {
    judge.__name__: judge
    for judge in (
        velocity, shared_number, shared_pin, invalid_pin, chain, sequence, short_burst, hot_number,
        busy_number, forwarding, suspended, schedule,
    )
}  # fmt: skip
