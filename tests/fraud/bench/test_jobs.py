"""A bench run in jobs plays what one run plays."""

from __future__ import annotations

import pickle

import pytest

from securecall.errors import InputError
from securecall.fraud.bench.jobs import join_plays, play_jobs
from securecall.fraud.bench.run import Setting, play
from securecall.fraud.bench.score import score

SETTING = Setting(seed=2, call_s=36.0)


def test_jobs_play_together_what_one_run_plays() -> None:
    jobs = play_jobs(SETTING, ["silence"], hours=0.045, calls_a_job=2)
    assert [(job.first, job.end) for job in jobs] == [(0, 2), (2, 4), (4, 5)]
    plays = [pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(job))())) for job in jobs]
    joined = join_plays(reversed(plays))["silence"]
    alone = play(SETTING, ["silence"], hours=0.045)["silence"]
    kept = [(one.index, one.seconds, one.labels, one.heard, one.played) for one in alone]
    assert [(o.index, o.seconds, o.labels, o.heard, o.played) for o in joined] == kept
    assert score(joined, []).calls == 5


def test_what_cannot_be_a_run_is_refused() -> None:
    with pytest.raises(InputError, match="named twice"):
        play_jobs(SETTING, ["silence", "silence"])
    with pytest.raises(InputError, match="calls_a_job"):
        play_jobs(SETTING, ["silence"], calls_a_job=0)
    with pytest.raises(InputError, match="hours"):
        play_jobs(SETTING, ["silence"], hours=0)


def test_a_call_that_is_missing_or_there_twice_is_told() -> None:
    first, second, third = (
        job() for job in play_jobs(SETTING, ["silence"], hours=0.03, calls_a_job=1)
    )
    with pytest.raises(InputError, match="silence: call 1 is missing"):
        join_plays([first, third])
    with pytest.raises(InputError, match="silence: call 1 is twice"):
        join_plays([first, second, second, third])
