"""Sound: some calls of the day are heard: two legs of the fraud bench's simulated audio.

The others are as quiet as a line without packets: their monitors hear nothing, and find nothing.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from securecall.calls.day.dice import DayDice
from securecall.calls.day.setting import DaySetting

if TYPE_CHECKING:
    from securecall.fraud.bench.call import Call as BenchCall
    from securecall.fraud.bench.corpora import Corpora
    from securecall.fraud.event import Event

__all__ = ["Heard", "Sounds"]

#: Frames of 20 ms go in by so many, one leg after the other: any cutting gives the same events.
PIECE_MS: Final = 200
SAMPLES_A_MS: Final = 8
LEGS: Final = ("called", "calling")


class Heard:
    """The sound of one call, which is fed as it goes on.

    Parameters
    ----------
    call : securecall.fraud.bench.Call

    Source
    ------
    own.
    """

    __slots__ = ("_waiting", "labels", "seconds")

    def __init__(self, call: BenchCall) -> None:
        self.seconds = call.seconds
        self.labels = call.labels
        pieces = [
            (until // SAMPLES_A_MS, leg, piece)
            for leg in LEGS
            for piece, until in call.pieces(leg, PIECE_MS)
        ]
        # Sorted by when each piece ends; at one instant in the order of the legs.
        self._waiting = deque(sorted(pieces, key=lambda each: each[0]))

    def until(self, ms: int) -> list[tuple[str, bytes | int]]:
        """Return what has come by so many milliseconds: a leg, and audio or what was lost of it."""
        found: list[tuple[str, bytes | int]] = []
        while self._waiting and self._waiting[0][0] <= ms:
            _, leg, piece = self._waiting.popleft()
            found.append((leg, piece))
        return found

    @property
    def over(self) -> bool:
        """Whether all of it has come."""
        return not self._waiting

    def really(self, event: Event) -> bool:
        """Return whether an event is of something that truly happened, as the simulator knows."""
        at_s = event.detected_ms / 1000
        return any(
            label.first_s <= at_s <= label.late_s
            and (label.kind == event.kind or event.kind in label.tolerated)
            for label in self.labels
        )


class Sounds:
    """Says which calls are heard, and makes their sound.

    Parameters
    ----------
    setting : DaySetting

    Source
    ------
    own; docs/bench.md: the bench's made voices and sounds.
    """

    __slots__ = ("_corpora", "_kinds", "_made", "_setting")

    def __init__(self, setting: DaySetting) -> None:
        self._setting = setting
        self._corpora: Corpora | None = None
        self._made = 0
        self._kinds: deque[tuple[int, str]] = deque()
        if setting.audio_kinds:
            from securecall.fraud.bench.label import KINDS

            # One after the other over the first three quarters of the day.
            apart_ms = (setting.ends_ms - setting.opens_ms) * 3 // (4 * len(KINDS))
            self._kinds.extend(
                (setting.opens_ms + apart_ms * place, kind) for place, kind in enumerate(KINDS)
            )

    def of(self, call_id: str, at_ms: int) -> Heard | None:
        """Return the sound of a call that is talked in from an instant on; None: it has none."""
        if self._kinds and self._kinds[0][0] <= at_ms:
            return self._fraud(self._kinds.popleft()[1])
        draw = DayDice(self._setting.seed, "sound", call_id)
        if not draw.chance(self._setting.audio_per_mille / 1000):
            return None
        from securecall.fraud.bench.simulate import Simulator

        simulator = Simulator(
            self._setting.seed, self._known_corpora(), call_s=self._setting.audio_s
        )
        while True:
            self._made += 1
            call = simulator.call(self._made)
            # Half of the bench's calls ring first; who talks here was answered before.
            if all(label.stratum != "first_ringback" for label in call.labels):
                return Heard(call)

    def _known_corpora(self) -> Corpora:
        if self._corpora is None:
            from securecall.fraud.bench.corpora import open_corpora

            self._corpora = open_corpora()
        return self._corpora

    def _fraud(self, kind: str) -> Heard:
        """Return a call in which one kind of fraud happens, and nothing else."""
        from securecall.fraud.bench.dice import dice
        from securecall.fraud.bench.draft import begun
        from securecall.fraud.bench.positives import POSITIVES
        from securecall.fraud.bench.render import Origin, rendered
        from securecall.fraud.bench.sound import FRAME, samples_of

        corpora = self._known_corpora()
        origin = Origin(self._setting.seed, f"day {kind}", 0)
        draw = dice(*origin, "plot")
        draft = begun(samples_of(self._setting.audio_s) // FRAME * FRAME, draw, corpora)
        draw.one_of(POSITIVES[kind])(draft, samples_of(draw.between(16.0, 22.0)))
        return Heard(rendered(draft, origin))
