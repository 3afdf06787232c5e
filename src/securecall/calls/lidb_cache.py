"""A cache in front of a billing directory: each question costs money, and silence costs time."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from securecall.calls.lidb import Billability, BillingAnswer
from securecall.errors import InputError, InputTypeError, StoreError

__all__ = ["LidbCache"]

HOUR_MS: Final = 3_600_000


class LidbCache:
    """Remembers what a billing directory said, each answer for its time.

    An answer that is out of date is never used, also where the directory is silent. After a silence
    it is left alone for ``rest_ms``, so that callers do not wait one after another for a directory
    that is down; what is remembered is used all the same. Not for two threads at once.

    Parameters
    ----------
    source : Billability
        What is asked.
    billable_ms, denied_ms, unknown_ms : int
        How long such an answer may be used; 0: never.
    rest_ms : int
        How long a silent directory is left alone.
    size_max : int
        How many answers are kept; the one that was used longest ago goes first.

    Attributes
    ----------
    asked, remembered, silences : int
        How often the directory was asked, an answer was known, and nothing was heard.

    Raises
    ------
    InputError
        A time below 0, or a size below 1.

    Source
    ------
    own; docs/calls.md.

    Examples
    --------
    >>> from securecall.calls.lidb import SqliteLidb
    >>> cache = LidbCache(SqliteLidb())
    >>> for at_ms in (0, 1_000):
    ...     _ = cache.ask("+17135550123", bill_type="collect", at_ms=at_ms, timeout_ms=2_000)
    >>> cache.asked, cache.remembered
    (1, 1)
    """

    __slots__ = (
        "_answers", "_rests_until_ms", "_size_max", "_source", "_times_ms", "asked", "remembered",
        "rest_ms", "silences",
    )  # fmt: skip

    def __init__(
        self,
        source: Billability,
        *,
        billable_ms: int = 24 * HOUR_MS,
        denied_ms: int = HOUR_MS,
        unknown_ms: int = HOUR_MS // 4,
        rest_ms: int = 30_000,
        size_max: int = 100_000,
    ) -> None:
        times = {"billable": billable_ms, "denied": denied_ms, "unknown": unknown_ms}
        for name, value in (*times.items(), ("rest", rest_ms)):
            if type(value) is not int or value < 0:
                raise InputError(f"{name}_ms must be 0 or more, not {value!r}")
        if type(size_max) is not int or size_max < 1:
            raise InputError(f"size_max must be 1 or more, not {size_max!r}")
        self._source = source
        self._times_ms = times
        self.rest_ms = rest_ms
        self._size_max = size_max
        self._answers: OrderedDict[tuple[str, str], tuple[int, BillingAnswer]] = OrderedDict()
        self._rests_until_ms = 0
        self.asked = self.remembered = self.silences = 0

    def ask(
        self, number: str, *, bill_type: str, at_ms: int, timeout_ms: int
    ) -> BillingAnswer | None:
        """Say whether a line may be billed; None: nothing is known and nothing was heard.

        Parameters
        ----------
        number : str
            E.164.
        bill_type : str
        at_ms : int
            UTC epoch milliseconds.
        timeout_ms : int
            How long to wait.

        Raises
        ------
        InputTypeError
            The directory said something that is no answer. What its adapter raises beside
            silence reaches the caller, too.

        Source
        ------
        own; docs/calls.md.
        """
        key = number, bill_type
        known = self._answers.get(key)
        if known is not None and known[0] <= at_ms < known[0] + self._times_ms[known[1].status]:
            self._answers.move_to_end(key)
            self.remembered += 1
            return known[1]
        if self._rests_until_ms - self.rest_ms <= at_ms < self._rests_until_ms:
            return None  # a silence of the future, of a clock that was wrong, is none now
        self.asked += 1
        try:
            answer = self._source.ask(
                number, bill_type=bill_type, at_ms=at_ms, timeout_ms=timeout_ms
            )
        except (OSError, StoreError):  # TimeoutError is an OSError
            answer = None
        except Exception:  # an adapter that fails rests as well, and whoever asks is told how
            self._rest(at_ms)
            raise
        if answer is None:
            self._rest(at_ms)
            return None
        if not isinstance(answer, BillingAnswer):
            raise InputTypeError(f"lidb.ask must return a BillingAnswer or None, not {answer!r}")
        self._answers[key] = at_ms, answer
        self._answers.move_to_end(key)
        if len(self._answers) > self._size_max:
            self._answers.popitem(last=False)
        return answer

    def _rest(self, at_ms: int) -> None:
        """Count a silence, and leave the directory alone for a while."""
        self.silences += 1
        self._rests_until_ms = at_ms + self.rest_ms

    def forget(self, number: str) -> None:
        """Ask anew about a line the next time, because something about it is known to be new.

        Parameters
        ----------
        number : str
            E.164.

        Source
        ------
        own.
        """
        for key in [each for each in self._answers if each[0] == number]:
            del self._answers[key]
