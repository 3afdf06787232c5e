"""Tones of telephone networks as data: what is sent, and what a receiver must take for it.

A plan is a file (``data/*.toml``, or a user's own); nothing about a tone is known to the code that
listens. `plan` returns one by its name, `read_plan` one from a file, `parse_plan` one from a text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

from securecall.errors import InputError, did_you_mean

__all__ = ["Cadence", "Limits", "Span", "Step", "Tone", "TonePlan", "plan", "plan_names"]


@dataclass(frozen=True, slots=True)
class Span:
    """A time that may vary.

    Attributes
    ----------
    least_ms, usual_ms, most_ms : float
        ``usual_ms`` is what a generator sends; the others are what is still taken for it.

    Source
    ------
    own.
    """

    least_ms: float
    usual_ms: float
    most_ms: float


@dataclass(frozen=True, slots=True)
class Step:
    """One burst of a cadence and the pause after it.

    Attributes
    ----------
    frequencies_hz : tuple of float
        One to four, rising.
    on, pause : Span

    Source
    ------
    own.
    """

    frequencies_hz: tuple[float, ...]
    on: Span
    pause: Span


@dataclass(frozen=True, slots=True)
class Cadence:
    """How a tone comes and goes.

    Attributes
    ----------
    steps : tuple of Step
        One to four. A continuous tone has one, whose shortest time is ``lasts_ms``.
    continuous : bool
        The tone is reported while it lasts, once it has lasted ``steps[0].on.least_ms``.
    rounds : int
        Of the steps that are heard before the tone is reported; it is when the last burst ends.
    repeats : bool
        Further rounds belong to the same event; if not, each is an event of its own.
    tail : bool
        The last burst may last, as that of stutter dial tone does.
    shift_percent, time_slack_ms, pure_db, even_db : float
        As the limits of these names, for this cadence.
    sharp_edges : int
        So many edges of each burst must be sharp: 0, 1 or 2.
    coded : bool
        Frequencies may waver within a burst, as coders of speech make them: by 0.6 % and 3 Hz,
        where it is else 0.15 % and 1.5 Hz.
    note : str

    Source
    ------
    own.
    """

    steps: tuple[Step, ...]
    continuous: bool
    rounds: int
    repeats: bool
    tail: bool
    shift_percent: float
    time_slack_ms: float
    pure_db: float
    even_db: float
    sharp_edges: int
    coded: bool
    note: str

    def burst_count(self) -> int:
        """Return how many bursts are heard before the tone is reported."""
        return len(self.steps) * self.rounds


@dataclass(frozen=True, slots=True)
class Limits:
    """What a receiver still takes for a tone.

    Attributes
    ----------
    shift_percent : float
        All frequencies together may be off by this much, as from a generator that runs fast.
    apart_percent : float
        Each of them may be off by this much beside the common shift.
    time_percent, time_slack_ms : float
        Times that are given as one number may be off by this much; the slack is added to every
        time, for edges are not known better.
    least_dbm0, most_dbm0 : float
        Power of all lines of a burst together.
    twist_db : float
        Greatest difference in level of two lines of a burst.
    pure_db : float
        How far below the strongest line anything else must be, unless it is as even as noise. A
        cadence may set its own.
    even_db : float
        How much the level may sway within a burst, in stretches of whole beats of its lines.
    sources : mapping of str to str
        Where each limit comes from.

    Source
    ------
    Each limit names its own in ``sources``.
    """

    shift_percent: float
    apart_percent: float
    time_percent: float
    time_slack_ms: float
    least_dbm0: float
    most_dbm0: float
    twist_db: float
    pure_db: float
    even_db: float
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tone:
    """A tone of a plan.

    Attributes
    ----------
    name, title : str
    level_dbm0 : float
        Usual level of each line.
    sharp : bool
        Every burst must begin and end sharply, where its cadence does not say otherwise: asked of
        single lines, which music has too.
    cadences : tuple of Cadence
        Any of them makes the tone.
    limits : Limits
    source : str

    Source
    ------
    Each tone names its own.
    """

    name: str
    title: str
    level_dbm0: float
    sharp: bool
    cadences: tuple[Cadence, ...]
    limits: Limits
    source: str


@dataclass(frozen=True, slots=True)
class TonePlan:
    """The tones of a network.

    Attributes
    ----------
    name, title : str
    tones : tuple of Tone
        A tone's place is its code in the engine.

    Source
    ------
    Each tone names its own.

    Examples
    --------
    >>> from securecall.fraud.tones import plan
    >>> plan("north_america")["busy"].cadences[0].steps[0].frequencies_hz
    (480.0, 620.0)
    """

    name: str
    title: str
    tones: tuple[Tone, ...]

    def __getitem__(self, name: str) -> Tone:
        """Return a tone by its name."""
        for tone in self.tones:
            if tone.name == name:
                return tone
        hint = did_you_mean(name, [tone.name for tone in self.tones])
        raise InputError(f"plan {self.name!r} has no tone {name!r}{hint}")

    def __iter__(self) -> Iterator[Tone]:
        """Go through the tones."""
        return iter(self.tones)


_FOLDER: Final = "data"


@cache
def plan_names() -> tuple[str, ...]:
    """Return the names of the plans that come with the package.

    Source
    ------
    own.

    Examples
    --------
    >>> from securecall.fraud.tones import plan_names
    >>> plan_names()
    ('itu_425', 'monitor', 'north_america', 'uk')
    """
    folder = files("securecall.fraud").joinpath(_FOLDER)
    return tuple(
        sorted(Path(item.name).stem for item in folder.iterdir() if item.name.endswith(".toml"))
    )


@cache
def plan(name: str) -> TonePlan:
    """Return a plan that comes with the package.

    Parameters
    ----------
    name : str
        One of `plan_names`.

    Raises
    ------
    InputError
        There is no plan of this name.

    Source
    ------
    ``data/*.toml``, which name the source of every tone and limit.

    Examples
    --------
    >>> from securecall.fraud.tones import plan
    >>> [tone.name for tone in plan("uk")][:3]
    ['dial', 'ringback', 'busy']
    """
    from securecall.fraud.tone_files import parse_plan

    if name not in plan_names():
        hint = did_you_mean(name, plan_names())
        raise InputError(
            f"there is no tone plan {name!r}{hint} (there are {', '.join(plan_names())})"
        )
    source = files("securecall.fraud").joinpath(_FOLDER, f"{name}.toml")
    return parse_plan(source.read_text(encoding="utf-8"), file=f"{name}.toml")
