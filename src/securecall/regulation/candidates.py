"""Every row that was looked at for a call, and why it did not govern."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from securecall.money import shown
from securecall.regulation.callkind import CallKind
from securecall.regulation.ceilings import Ceiling
from securecall.regulation.desk import Day, Desk, Rows
from securecall.regulation.fit import call_misfit, date_misfit, displaced
from securecall.regulation.row import CeilingRow, RelayRow, Row, StateRow
from securecall.regulation.ruling import Candidate, Ruling

__all__ = ["candidates"]


def candidates(
    rows: Rows, desk: Desk, day: date, call: CallKind, ruling: Ruling
) -> tuple[Candidate, ...]:
    """Return the rows of a call's medium, state and relay class, each with what became of it.

    Parameters
    ----------
    rows : Rows
        All that is believed, those that do not concern the facility included.
    desk : Desk
        Made from the same rows for the facility.
    day : date
    call : CallKind
    ruling : Ruling
        What was decided, without termination cost.

    Returns
    -------
    tuple of Candidate
        Relay rules first, then federal, then state rows, in order of their dates.

    Source
    ------
    own.
    """
    return tuple(_Hearing(desk, day, call, ruling).give(rows))


class _Hearing:
    """One call's rows, heard one after the other."""

    def __init__(self, desk: Desk, day: date, call: CallKind, ruling: Ruling) -> None:
        self.desk = desk
        self.day = day
        self.today: Day = desk.on(day)
        rule = self.today.relay_rule(call.relay) if call.relay != "none" else None
        self.rule = rule
        self.relay = call.relay
        scaled = rule is not None and rule.share_of_audio
        self.call = call._replace(medium="audio") if scaled else call
        self.ruling = ruling

    def give(self, rows: Rows) -> Iterator[Candidate]:
        for relay in rows.relay:
            if relay.relay == self.relay:
                yield self._candidate("relay", relay, None, self._relay_reason(relay))
        for row in rows.ceilings:
            if not row.medium or self.call.medium in row.medium:
                yield self._heard("federal", row)
        for entry in rows.states:
            if entry.state == self.desk.profile.state:
                if not entry.medium or self.call.medium in entry.medium:
                    yield self._heard("state", entry)

    def _heard(self, level: str, row: CeilingRow | StateRow) -> Candidate:
        against = (
            self.desk.misfits[id(row)]
            or date_misfit(row, self.day)
            or call_misfit(row, self.call)
            or self._displaced(row)
        )
        if against is not None:
            return self._candidate(level, row, None, against)
        if isinstance(row, CeilingRow):
            return self._federal(row)
        return self._state(row)

    def _displaced(self, row: CeilingRow | StateRow) -> str | None:
        """Name what replaces a row in every jurisdiction that it fits, if something does."""
        today = self.today.rows
        rows: tuple[Row, ...] = today.ceilings if isinstance(row, CeilingRow) else today.states
        by: set[str] = set()
        for one in self.call.asked:
            call = self.call._replace(jurisdiction=one)
            fit = [peer for peer in rows if call_misfit(peer, call) is None]
            if row in fit:
                gone = displaced(fit)
                if row.regime not in gone:
                    return None
                by.add(gone[row.regime])
        return f"replaced by {' and '.join(sorted(by))}"

    def _federal(self, row: CeilingRow) -> Candidate:
        if row.cap is None:
            return self._candidate("federal", row, None, "says that no ceiling applies")
        made = self.desk.federal(row, self.call.jurisdiction == "international")
        if self.rule is not None and not self.rule.share_of_audio:
            reason = f"not needed: {self.rule.regime} makes the call free"
        else:
            reason = self._against(self.desk.relayed(made, self.rule) if self.rule else made)
        return self._candidate("federal", row, made, reason)

    def _state(self, row: StateRow) -> Candidate:
        if row.legal_nature == "exempt":
            return self._candidate("state", row, None, "binds nothing: it only displaces")
        if row.legal_nature == "statute_cost_share":
            share = self.ruling.state_share
            if share is not None and share.source == row.regime:
                percent = f"{row.state_paid_share * 100:f}".rstrip("0").rstrip(".")
                reason = f"no cap: the state pays {percent} percent of the price"
            else:
                reason = "no cap: a cost share that does not hold for this call"
            return self._candidate("state", row, None, reason)
        made = self.desk.state(row)
        scaled = self.rule is not None and self.rule.share_of_audio
        reason = self._against(self.desk.relayed(made, self.rule) if scaled and self.rule else made)
        return self._candidate("state", row, made, reason)

    def _against(self, made: Ceiling | None) -> str:
        """Weigh a fitting row's ceiling against the one that governs."""
        governing = self.ruling.ceiling
        if made is governing:
            return "governs"
        assert made is not None
        assert governing is not None
        mine, theirs = made.per_minute, governing.per_minute
        assert mine is not None
        assert theirs is not None
        if mine == theirs:
            return f"as low as {governing.source}, which is named first"
        return f"higher than {governing.source}: {shown(mine)} against {shown(theirs)} a minute"

    def _relay_reason(self, row: RelayRow) -> str:
        against = self.desk.misfits[id(row)] or date_misfit(row, self.day)
        if against is not None:
            return against
        if row is not self.rule:
            return "another relay rule stands before it"
        if row.share_of_audio == 0:
            return "governs"
        if row.share_of_audio == 1:
            return "holds the call to the audio ceiling"
        return f"holds the call to {row.share_of_audio} of the audio ceiling"

    def _candidate(self, level: str, row: Row, made: Ceiling | None, reason: str) -> Candidate:
        return Candidate(
            level=level,
            regime=row.regime,
            scope=row.scope,
            per_minute=None if made is None else made.per_minute,
            reason=reason,
            citation=row.citation,
            source_url=row.source_url,
            confidence=row.confidence,
            effective_from=row.effective_from,
            effective_to=row.effective_to,
        )
