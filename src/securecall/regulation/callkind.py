"""What a question says about the call: medium, jurisdiction, bill group, relay class."""

from __future__ import annotations

from typing import NamedTuple

from securecall.regulation.words import (
    BILL_GROUP_OF,
    BILL_TYPES,
    MEDIA,
    RELAYS,
    jurisdiction_of,
    one_of,
)

__all__ = ["CallKind"]


class CallKind(NamedTuple):
    """A kind of call; made from a caller's words by `of` only.

    Attributes
    ----------
    medium : {"audio", "video"}
    jurisdiction : {"intrastate", "interstate", "international", "mixed"}
    bill_group : {"prepaid_debit", "collect"}
    relay : {"none", "trs", "vrs", "tty", "asl", "cts"}

    Source
    ------
    own.
    """

    medium: str
    jurisdiction: str
    bill_group: str
    relay: str = "none"

    @classmethod
    def of(cls, *, medium: str, jurisdiction: str, bill_type: str, relay: str = "none") -> CallKind:
        """Check the words and make the kind.

        Raises
        ------
        InputError
            A word is not allowed; the text names it, what is allowed and the nearest.
        InputTypeError
            A word is not text.

        Examples
        --------
        >>> CallKind.of(medium="audio", jurisdiction="mixed", bill_type="direct_bill").bill_group
        'collect'
        """
        return cls(
            one_of("medium", medium, MEDIA),
            jurisdiction_of(jurisdiction),
            BILL_GROUP_OF[one_of("bill_type", bill_type, BILL_TYPES)],
            one_of("relay", relay, RELAYS),
        )

    @property
    def asked(self) -> tuple[str, ...]:
        """The jurisdictions asked for: mixed is both domestic ones, interstate first.

        47 CFR 64.6000(u) treats a mixed charge as interstate, which is why that one is named
        where both allow the same.
        """
        if self.jurisdiction == "mixed":
            return ("interstate", "intrastate")
        return (self.jurisdiction,)
