"""Reading the books; nothing here writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from securecall.ledger import reading
from securecall.ledger.faces.arguments import whole_of
from securecall.ledger.faces.desk import Desk
from securecall.ledger.identifier import identifier
from securecall.ledger.instant import At, instant, ms_of
from securecall.ledger.outcome import Outcome
from securecall.ledger.stores.door import Hearing, Reading
from securecall.ledger.values.calls import CallState
from securecall.ledger.values.money import Balance, Entry
from securecall.money import dollars
from securecall.notebook import Codes, Cutoffs

if TYPE_CHECKING:
    import pyarrow as pa

    from securecall.ledger.verify import Verification

__all__ = ["Books"]


def _there(view: Reading, account: str | None) -> str | None:
    """Return an account that there is, or none, which is all of them."""
    return None if account is None else reading.there(view, identifier(account, "account"))


class Books(Desk):
    """Reading the books; nothing here writes."""

    def balance(self, account: str, at: At | None = None) -> Balance:
        """Return an account at an instant; None: the last operation's.

        Raises
        ------
        Unknown
            There is no such account.
        InputError, InputTypeError
            ``at`` is no instant.

        Notes
        -----
        The past is told by what is known now: late reports have changed it, and the credit limit is
        today's.

        Source
        ------
        own; charging law, rule 6.
        """
        account = identifier(account, "account")
        at_ms = None if at is None else ms_of(at)
        return self._store.read(lambda view: reading.balance(view, account, at_ms))

    def cutoffs(self, account: str, at: At | None = None) -> dict[str, datetime | None]:
        """Return when each running call of an account will end if nothing else happens.

        Source
        ------
        own; charging law, "Cutoff is solved, not polled".
        """
        account = identifier(account, "account")
        at_ms = None if at is None else ms_of(at)
        found = self._store.read(lambda view: reading.cutoffs_of(view, account, at_ms))
        return Cutoffs({name: None if end is None else instant(end) for name, end in found.items()})

    def news(self, wait_ms: int = 0) -> dict[str, datetime | None]:
        """Hear of which running calls another process may have moved the cutoff, and what it is.

        Only a hint, and only where several machines share a ledger: elsewhere it is empty at once.
        A hint may be late, or lost with a connection; after that, and the first time, all running
        calls are told. So set timers by it, and when one fires ask `call` or settle all the same.

        Parameters
        ----------
        wait_ms : int
            Wait for so long at most until there is something.

        Source
        ------
        own; charging law, "Cutoff is solved, not polled".
        """
        wait_ms = whole_of(wait_ms, "wait_ms", 0)
        named = self._store.hear(wait_ms) if isinstance(self._store, Hearing) else []
        if named == []:
            return {}

        def job(view: Reading) -> dict[str, int | None]:
            calls = view.calls_of(view.running_calls() if named is None else named)
            return {id: row.cutoff_ms for id, row in calls.items() if row.state == "running"}

        found = self._store.read(job)
        return {id: None if end is None else instant(end) for id, end in found.items()}

    def warnings(
        self, account: str, at: At | None = None, left_ms: int = 60_000
    ) -> dict[str, datetime | None]:
        """Return when to say "so much is left" in each running call of an account.

        Source
        ------
        own; from the same solve as `cutoffs`.
        """
        left = whole_of(left_ms, "left_ms", 0)
        ends = self.cutoffs(account, at)
        return {
            name: None if end is None else instant(max(ms_of(end) - left, 0))
            for name, end in ends.items()
        }

    def call(self, call_id: str, at: At | None = None) -> CallState:
        """Return how a call stands at an instant; None: the last operation's.

        Raises
        ------
        Unknown
            There is no such call.

        Source
        ------
        own.
        """
        call_id = identifier(call_id, "call_id")
        at_ms = None if at is None else ms_of(at)
        return self._store.read(lambda view: reading.call_state(view, call_id, at_ms))

    def about_call(self, call_id: str) -> dict[str, str]:
        """Return what the host said of a call when it started; empty if it said nothing.

        Raises
        ------
        Unknown
            There is no such call.

        Source
        ------
        own.
        """
        call_id = identifier(call_id, "call_id")
        return self._store.read(lambda view: reading.about(view, call_id))

    def running_calls(self) -> tuple[str, ...]:
        """Return the ids of all calls that the ledger holds for running, by id.

        Source
        ------
        own.
        """
        return tuple(self._store.read(lambda view: view.running_calls()))

    def entries(self, account: str | None = None) -> pa.Table:
        """Return entries in order, of one account or of all, as an Arrow table.

        Source
        ------
        own.
        """
        from securecall.ledger.export import table_of

        return self._store.read(lambda view: table_of(view.entries(_there(view, account), 0)))

    def iter_entries(self, account: str | None = None) -> Iterator[Entry]:
        """Return the same entries as values.

        Source
        ------
        own.
        """
        return iter(self._store.read(lambda view: list(view.entries(_there(view, account), 0))))

    def totals(self) -> dict[str, Any]:
        """Return what every account and control account holds, dollars; it adds up to 0.

        Source
        ------
        own; charging law, rule 9.
        """
        sums: Counter[str] = Counter()

        def add_up(view: Reading) -> None:  # as entries pass: a year of them is not kept in memory
            for entry in view.entries(None, 0):
                sums[entry.account] += entry.amount_micros
                sums[f"*{entry.contra}"] -= entry.amount_micros

        self._store.read(add_up)
        return {name: dollars(amount) for name, amount in sorted(sums.items())}

    def verify(self) -> Verification:
        """Check every invariant from the entries alone.

        Source
        ------
        own; charging law, rule 9.
        """
        from securecall.ledger.verify import verify

        return self._store.read(verify)

    def explain(self, call_id: str) -> str:
        """Return a settled call as a receipt: each increment with the balance before and after.

        Source
        ------
        own.
        """
        call_id = identifier(call_id, "call_id")
        from securecall.ledger.explain import explain

        return self._store.read(lambda view: explain(view, call_id))

    def export(self, path: str | Path, form: str = "parquet", account: str | None = None) -> int:
        """Write entries to a file; return how many.

        Parameters
        ----------
        path : str or Path
        form : {"parquet", "csv", "arrow", "hledger", "beancount"}
        account : str, optional

        Raises
        ------
        InputError
            The form is of no known kind.

        Source
        ------
        own.
        """
        from securecall.ledger.export import export

        return self._store.read(lambda view: export(view, path, form, _there(view, account)))

    def draw(self, account: str, path: str | Path) -> None:
        """Draw what is available on an account over time, with the cutoffs, to a PNG or SVG file.

        Raises
        ------
        BuildError
            matplotlib is not installed.

        Source
        ------
        own.
        """
        account = identifier(account, "account")
        from securecall.ledger.picture import burn_down

        self._store.read(lambda view: burn_down(view, account, path))

    def code_words(self) -> tuple[str, ...]:
        """Return the codes that answers can have, in order of precedence.

        Source
        ------
        own.
        """
        return Codes.of(Outcome)
