"""The fourth stage of the admission check: the number, and who may hear a call with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from securecall.calls.dialled import dialled
from securecall.calls.number_rules import refused_by
from securecall.calls.reasons import Reason, reason
from securecall.errors import StoreError

if TYPE_CHECKING:
    from securecall.calls.attempt import CallAttempt
    from securecall.calls.directory import Directory
    from securecall.calls.facility import Facility

__all__ = ["NumberAnswer", "number_of"]

#: Relay classes on which nobody speaks to the other: text and signs.
SPEECHLESS: Final = ("trs", "vrs", "tty", "asl")


@dataclass(frozen=True, slots=True)
class NumberAnswer:
    """What is known of the number.

    Attributes
    ----------
    reasons : tuple of Reason
    privileged : bool
        Whether nobody may listen. True where the lists cannot be read.
    speech : bool
        Whether the two sides speak to each other, so that there is something to monitor.
    """

    reasons: tuple[Reason, ...]
    privileged: bool
    speech: bool

    @property
    def callable(self) -> bool:
        """Whether there is anybody to call, so that a price can be asked for."""
        return not any(each.code in ("number_invalid", "number_service_code", "directory_silent")
                       for each in self.reasons)  # fmt: skip


def number_of(
    facility: Facility, directory: Directory, attempt: CallAttempt, at_ms: int
) -> NumberAnswer:
    """Say which rules speak against a number, and whether anybody may listen."""
    relay = attempt.relay_class != "none" and attempt.number in facility.relay_numbers
    speech = attempt.relay_class not in SPEECHLESS
    try:
        facts = directory.facts(
            attempt.person, attempt.number, at_ms,
            list_required=facility.numbers == "approved", relay=relay,
        )  # fmt: skip
    except StoreError as error:
        silent = reason("directory_silent", detail=type(error).__name__)
        return NumberAnswer((silent,), True, speech)
    details = {"number_blocked_prefix": facts.prefix}
    found = [reason(code, detail=details.get(code, "")) for code in refused_by(facts)]
    if (
        attempt.relay_class == "trs" and facility.relay_numbers and not relay
        and dialled(attempt.number) in ("ordinary", "toll_free")
    ):  # fmt: skip
        found.append(reason("relay_unknown", detail=", ".join(facility.relay_numbers)))
    if facts.hot:
        found.append(reason("number_hot", detail=facts.hot))
    return NumberAnswer(tuple(found), bool(facts.privileged), speech)
