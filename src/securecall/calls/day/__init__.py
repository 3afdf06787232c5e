"""A facility's day: seeded callers, families and staff against the whole library.

Everything is drawn from a seed, so the same one gives the same day, the same report and the same
books. At the end every invariant is checked, from what the day itself counted and not from what the
library says of itself. ``securecall simulate`` is its command; ``docs/simulate.md`` says how to
read it.
"""

from securecall.calls.day.run import Day, run_day
from securecall.calls.day.setting import DaySetting

__all__ = ["Day", "DaySetting", "run_day"]
