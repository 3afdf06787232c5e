"""The tariff: loaded, compiled, frozen; everything that can be asked of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from securecall.errors import Fault, InputTypeError, TariffError
from securecall.rating.compile import Compiled, compile_document
from securecall.rating.contract import Document
from securecall.rating.fee_stack import FeeBook
from securecall.rating.later import Later
from securecall.rating.rater import curve_of, rate_call
from securecall.rating.reader import read_document
from securecall.regulation import Rules

if TYPE_CHECKING:
    from datetime import datetime

    import pyarrow as pa

    from securecall.money import Money
    from securecall.rating.batch import Progress
    from securecall.rating.call import Call, RatedCall
    from securecall.rating.compare import Comparison
    from securecall.rating.curve import PriceCurve
    from securecall.rating.fees import FeeQuote
    from securecall.rating.lint import Finding

__all__ = ["Source", "Tariff"]

VERSION: Final = b"securecall.tariff/1"


@dataclass(frozen=True, slots=True)
class Source:
    """What a tariff was compiled from.

    Attributes
    ----------
    text : str
        TOML.
    decks : dict of str to bytes
    rules : securecall.regulation.Rules
    """

    text: str
    decks: dict[str, bytes]
    rules: Rules


class Tariff:
    """A tariff: facilities, contracts, rates, taxes and fees, under the rules of their dates.

    Load one with `load` or `loads`. It is compiled then, and never changes: it can be shared by
    threads, pickled, and used as a key. Two tariffs are equal if their digests are.

    Attributes
    ----------
    digest : str
        SHA-256 over the file, its decks and the rules: equal digests give equal charges, with
        equal time zones (`securecall.rating.zones.tzdata_version`).
    file : str
        Where it came from.
    document : Document
        What the file says, as values.
    rules : securecall.regulation.Rules
        The rules that it is rated under.

    Source
    ------
    own; charging law.
    """

    __slots__ = ("_document", "_fee_book", "compiled", "digest", "file", "image", "source")

    compiled: Compiled
    digest: str
    file: str
    image: memoryview | None  # the compiled file that it lies in
    source: Later[Source]
    _document: Later[Document]
    _fee_book: Later[FeeBook]

    def __init__(
        self, text: str, file: str, read_deck: Callable[[str], bytes], rules: Rules
    ) -> None:
        decks: dict[str, bytes] = {}

        def read(name: str) -> bytes:
            decks[name] = read_deck(name)
            return decks[name]

        document = read_document(text, file, read, rules.policies)
        digest = hashlib.sha256(VERSION)
        for part in (text.encode(), *(decks[name] for name in sorted(decks))):
            digest.update(hashlib.sha256(part).digest())
        digest.update(rules.digest.encode())
        self._put(
            compiled=compile_document(document, rules),
            digest=digest.hexdigest(),
            file=file,
            image=None,
            source=Later.of(Source(text, decks, rules)),
            _document=Later.of(document),
            _fee_book=Later.of(FeeBook(document, rules)),
        )

    def _put(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @classmethod
    def of_parts(
        cls,
        *,
        compiled: Compiled,
        digest: str,
        document: Later[Document],
        fee_book: Later[FeeBook],
        file: str,
        image: memoryview,
        source: Later[Source],
    ) -> Tariff:
        """Return a tariff that is compiled already; `securecall.load_compiled` makes the parts.

        Parameters
        ----------
        compiled, digest, document, fee_book, file, image, source
            As the attributes.

        Source
        ------
        own.
        """
        tariff = cls.__new__(cls)
        tariff._put(
            compiled=compiled,
            digest=digest,
            file=file,
            image=image,
            source=source,
            _document=document,
            _fee_book=fee_book,
        )
        return tariff

    @property
    def document(self) -> Document:
        """What the file says, as values."""
        return self._document.value

    @property
    def fee_book(self) -> FeeBook:
        """Its fees, by facility."""
        return self._fee_book.value

    @property
    def rules(self) -> Rules:
        """The rules that it is rated under."""
        return self.source.value.rules

    @classmethod
    def load(
        cls,
        path: str | PathLike[str],
        *,
        rules: Rules | None = None,
        overrides: Iterable[str | PathLike[str]] = (),
        known_at: date | None = None,
    ) -> Tariff:
        """Load a tariff file.

        Parameters
        ----------
        path : path
            TOML, UTF-8; see ``docs/rating.md``. Decks are looked for beside it.
        rules : Rules, optional
            Rules to rate under; otherwise the packaged ones with ``overrides``.
        overrides : iterable of path
            The user's own rules files; see ``docs/regulation.md``.
        known_at : date, optional
            Rate as one would have on that day, by what was then believed to be the law.

        Raises
        ------
        TariffError
            With everything that is wrong.
        RegulationError
            A rules file cannot be used.

        Source
        ------
        own.
        """
        path = Path(path)
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            rule = f"cannot be read: {(error.strerror or str(error)).lower()}"
            raise TariffError([Fault(str(path), None, "file", "", rule)]) from None
        except UnicodeDecodeError as error:
            if error.object.startswith(b"\x93scTRF"):
                rule = "is a compiled tariff; load it with securecall.load_compiled"
                raise TariffError([Fault(str(path), None, "file", "", rule)]) from None
            line = path.read_bytes().count(b"\n", 0, error.start) + 1
            raise TariffError([Fault(str(path), line, "text", "", "must be UTF-8")]) from None
        chosen = cls._rules(rules, overrides, known_at)
        return cls(text, str(path), lambda name: (path.parent / name).read_bytes(), chosen)

    @classmethod
    def loads(
        cls,
        text: str,
        *,
        file: str = "<text>",
        decks: Mapping[str, str | bytes] | None = None,
        rules: Rules | None = None,
        overrides: Iterable[str | PathLike[str]] = (),
        known_at: date | None = None,
    ) -> Tariff:
        """Load a tariff from text.

        Parameters
        ----------
        text : str
            TOML.
        file : str
            What errors call it.
        decks : mapping, optional
            The contents of decks by the names that the tariff calls them; a name that is not here
            is a path from the current folder.
        rules, overrides, known_at
            As in `load`.

        Raises
        ------
        TariffError, RegulationError
            As in `load`.
        InputTypeError
            ``text`` is not text, such as the bytes of a file.

        Source
        ------
        own.

        Examples
        --------
        >>> tariff = Tariff.loads('''
        ... [[facility]]
        ... id = "tx-harris"
        ... kind = "jail"
        ... adp = 8932
        ... state = "TX"
        ... timezone = "America/Chicago"
        ... contract = "c"
        ... [[contract]]
        ... id = "c"
        ... [[contract.rate]]
        ... id = "all"
        ... steps = [{ price = "0.12", per_ms = 60_000, increment_ms = 1_000 }]
        ... ''')
        >>> from securecall import Call
        >>> call = Call("tx-harris", "+17135550123", 1_777_658_400_000, 613_000)
        >>> tariff.rate(call).total
        Decimal('1.021666')
        """
        if not isinstance(text, str):
            raise InputTypeError(f"text must be text, not {type(text).__name__}")
        given = dict(decks or {})

        def read(name: str) -> bytes:
            content = given[name] if name in given else Path(name).read_bytes()
            return content.encode() if isinstance(content, str) else content

        return cls(text, file, read, cls._rules(rules, overrides, known_at))

    @staticmethod
    def _rules(
        rules: Rules | None, overrides: Iterable[str | PathLike[str]], known_at: date | None
    ) -> Rules:
        overrides = tuple(overrides)
        if rules is None:
            rules = Rules.load(overrides, known_at) if overrides else Rules.default()
        elif overrides:
            rules = Rules((*rules.rows, *Rules.load(overrides).rows), known_at)
        return rules if known_at is None else rules.known(known_at)

    def known(self, known_at: date | None) -> Tariff:
        """Return the same tariff under the rules as they were believed on a day.

        Parameters
        ----------
        known_at : date or None
            The day; None is now, with all that is known.

        Source
        ------
        own.
        """
        source = self.source.value
        return type(self)(
            source.text, self.file, source.decks.__getitem__, source.rules.known(known_at)
        )

    def save(self, path: str | PathLike[str]) -> None:
        """Write the compiled tariff to a file, for `securecall.load_compiled`.

        Parameters
        ----------
        path : path
            Such as ``harris.tariff``; written beside and put in place at the end.

        Raises
        ------
        InputError
            The file cannot be written.

        Source
        ------
        own.
        """
        from securecall.rating.compiled_file import save

        save(self, path)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a tariff never changes; {name} cannot be set")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a tariff never changes; {name} cannot be deleted")

    def __reduce__(self) -> tuple[Any, ...]:
        from securecall.rating.compiled_file import dumps, loads

        return loads, (dumps(self),)

    def __copy__(self) -> Tariff:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Tariff:
        return self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tariff) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return (
            f"Tariff({self.file!r}, {len(self.compiled.facilities)} facilities, "
            f"{len(self.compiled.rate_ids)} rates, digest={self.digest[:12]})"
        )

    def rate(self, call: Call) -> RatedCall:
        """Price one call.

        Parameters
        ----------
        call : Call

        Returns
        -------
        RatedCall

        Raises
        ------
        CallRejected
            The call cannot be rated; ``status`` is what a batch would give the row.
        AmountOverflow
            An amount is beyond 999 999 999 999.999999 dollars.
        InputTypeError
            ``call`` is no `Call`.

        Source
        ------
        own; charging law, rules 1 to 3.
        """
        return rate_call(self, call)

    def curve(self, call: Call) -> PriceCurve:
        """Return what a call costs after any time, for a call that is about to begin.

        Parameters
        ----------
        call : Call
            Its duration may be 0; one that is longer than 24 hours lengthens what the curve knows.

        Raises
        ------
        CallRejected, InputTypeError
            As in `rate`.

        Source
        ------
        own; charging law, rules 1 to 6.
        """
        return curve_of(self, call)

    def rate_batch(self, cdrs: Any, *, explain: bool = False, replace: bool = False) -> pa.Table:
        """Rate a table of call records.

        Parameters
        ----------
        cdrs : Arrow table or stream
            Anything with ``__arrow_c_stream__`` or ``__arrow_c_array__``: pyarrow, Polars, DuckDB,
            pandas. Columns ``facility``, ``number``, ``start``, ``duration_ms``, and if wanted
            ``medium``, ``bill_type``, ``relay``, ``authorized_ms``; see ``docs/rating.md``.
        explain : bool
            Add ``lines``, what makes up each total. Costs some 100 microseconds a row.
        replace : bool
            Whether a column of the input that is called like a rated one is dropped; otherwise it
            is an error.

        Returns
        -------
        pyarrow.Table
            The input's columns and rows, in order, and the rated columns. A bad row has a
            ``status`` that says so and null amounts.

        Raises
        ------
        ColumnError
            A column is missing, of a type that is refused, or called like a rated one.
        InputTypeError
            The object is no Arrow table.

        Notes
        -----
        Releases the GIL and starts no threads: a host may split a table and rate the pieces on a
        pool of its own; the results are the same however it is split.

        Source
        ------
        own; charging law.
        """
        from securecall.rating.batch import rate_batch

        return rate_batch(self, cdrs, explain=explain, replace=replace)

    def rate_stream(
        self,
        cdrs: Any,
        *,
        progress: Progress | None = None,
        explain: bool = False,
        replace: bool = False,
    ) -> pa.RecordBatchReader:
        """Rate a stream of call records in bounded memory.

        Parameters
        ----------
        cdrs, explain, replace
            As in `rate_batch`; read as the result is read.
        progress : callable, optional
            Called with (rows done, all rows or None) after each piece of at most 65 536 rows.

        Returns
        -------
        pyarrow.RecordBatchReader

        Raises
        ------
        ColumnError, InputTypeError
            As in `rate_batch`, at once.

        Source
        ------
        own; charging law.
        """
        from securecall.rating.batch import rate_stream

        return rate_stream(self, cdrs, progress=progress, explain=explain, replace=replace)

    def quote_deposit(
        self,
        amount: Money,
        *,
        facility: str,
        method: str = "card",
        channel: str = "web",
        at: datetime | int,
    ) -> FeeQuote:
        """Say what the fees on a deposit are, what is paid and what arrives.

        Parameters
        ----------
        amount : Decimal or str
            The deposit: dollars, whole cents, above 0. Fees of mode ``add`` are paid on top of it.
        facility : str
            Id of a facility of the tariff.
        method, channel : str
            How it is paid; a fee that names methods or channels applies to those only. What the
            rules make of the channel is in ``docs/fees.md``.
        at : datetime or int
            When it is paid: an aware ``datetime``, or UTC epoch milliseconds.

        Returns
        -------
        FeeQuote

        Raises
        ------
        FeesExceedDeposit
            The fees would eat the whole deposit; nothing moves.
        InputError
            The facility is not known (the text names the nearest), the instant has no time zone or
            is not in the years 1970 to 2099, or the amount is not whole cents above 0.
        InputTypeError
            The amount is an int, a bool or a float, or another argument is of a wrong type.
        AmountOverflow
            An amount is beyond 999 999 999 999.999999 dollars.

        Source
        ------
        own; charging law, rule 11; 47 CFR 64.6020.

        Examples
        --------
        >>> tariff = Tariff.loads('''
        ... [[facility]]
        ... id = "f"
        ... kind = "jail"
        ... adp = 80
        ... state = "TX"
        ... timezone = "America/Chicago"
        ... contract = "c"
        ... [[contract]]
        ... id = "c"
        ... [[contract.rate]]
        ... id = "all"
        ... steps = [{ price = "0.12", per_ms = 60_000, increment_ms = 1_000 }]
        ... [[fee]]
        ... id = "card"
        ... kind = "automated_payment"
        ... flat = "3.95"
        ... ''')
        >>> quote = tariff.quote_deposit("25.00", facility="f", at=1_651_428_000_000)
        >>> quote.paid, quote.fees, quote.credited, quote.removed
        (Decimal('25.000000'), Decimal('3.000000'), Decimal('22.000000'), Decimal('0.950000'))
        >>> tariff.quote_credit("25.00", facility="f", at=1_651_428_000_000).paid
        Decimal('28.000000')
        """
        from securecall.rating.fees import quote_deposit

        return quote_deposit(self, amount, facility=facility, method=method, channel=channel, at=at)

    def quote_credit(
        self,
        amount: Money,
        *,
        facility: str,
        method: str = "card",
        channel: str = "web",
        at: datetime | int,
    ) -> FeeQuote:
        """Say what must be paid at least so that exactly an amount arrives.

        Parameters
        ----------
        amount : Decimal or str
            What shall be credited, above 0.
        facility, method, channel, at
            As in `quote_deposit`.

        Returns
        -------
        FeeQuote
            Of the smallest such payment; its ``deposit`` is what `quote_deposit` would take.

        Raises
        ------
        NoSuchAmount
            No payment of whole cents credits it; ``below`` and ``above`` are the nearest credits.
        InputError, InputTypeError, AmountOverflow
            As in `quote_deposit`; also where fees leave so little of every deposit that the search
            is given up, see ``docs/fees.md``.

        Source
        ------
        own; charging law, rule 11.
        """
        from securecall.rating.fees import quote_credit

        return quote_credit(self, amount, facility=facility, method=method, channel=channel, at=at)

    def quote_batch(self, deposits: Any, *, replace: bool = False) -> pa.Table:
        """Quote a table of deposits.

        Parameters
        ----------
        deposits : Arrow table or stream
            Anything with ``__arrow_c_stream__`` or ``__arrow_c_array__``. Columns ``amount``
            (decimal or text), ``facility``, ``at`` (timestamp with a time zone, or int64 UTC epoch
            milliseconds), and if wanted ``method`` and ``channel``.
        replace : bool
            Whether a column of the input that is called like a quoted one is dropped; otherwise it
            is an error.

        Returns
        -------
        pyarrow.Table
            The input's columns and rows, in order, with ``status``, ``paid``, ``fees``,
            ``credited`` and ``removed``. A bad row has a ``status`` that says so and null amounts.

        Raises
        ------
        ColumnError
            A column is missing, of a type that is refused, or called like a quoted one.
        InputTypeError
            The object is no Arrow table.

        Notes
        -----
        Releases the GIL and starts no threads.

        Source
        ------
        own; charging law, rule 11.
        """
        from securecall.rating.fee_table import quote_batch

        return quote_batch(self, deposits, replace=replace)

    def quote_single_call(
        self, call: Call, *, method: str = "card", channel: str = "web"
    ) -> FeeQuote:
        """Say what a call costs that is paid by itself: its total, and the fees of single calls.

        Parameters
        ----------
        call : Call
        method, channel : str
            As in `quote_deposit`.

        Returns
        -------
        FeeQuote
            ``credited`` is the call's total. Fees of kind ``single_call`` come on top, whatever
            their mode; a call that was not answered has none.

        Raises
        ------
        CallRejected
            As in `rate`.
        InputTypeError, AmountOverflow
            As in `quote_deposit`.

        Source
        ------
        own; charging law, rule 11; 47 CFR 64.6020(b).
        """
        from securecall.rating.fees import quote_single_call

        return quote_single_call(self, call, method=method, channel=channel)

    def compare(
        self, cdrs: Any, other: Tariff | date, *, progress: Progress | None = None
    ) -> Comparison:
        """Rate call records twice and return what changes.

        Parameters
        ----------
        cdrs : Arrow table or stream
            As in `rate_batch`.
        other : Tariff or date
            What to compare with; a date is this tariff under the rules as they were then believed
            to be.
        progress : callable, optional
            As in `rate_stream`.

        Returns
        -------
        Comparison
            Only the rows whose status or amounts change, each with a reason, and totals by
            facility and reason. Memory grows with what changes, not with the records.

        Raises
        ------
        InputTypeError, ColumnError
            As in `rate_batch`; ``other`` is neither a tariff nor a date.

        Source
        ------
        own.
        """
        from securecall.rating.compare import compare

        return compare(self, cdrs, other, progress=progress)

    def lint(self, *, since: date | None = None, until: date | None = None) -> list[Finding]:
        """Say what is wrong with the tariff before it bills anyone.

        Holes, rates that no call gets, overlaps, prices and fees that the rules do not allow, local
        times that clocks skip or show twice: each with a call or a payment that shows it.

        Parameters
        ----------
        since : date or aware datetime, optional
            Where the time to look at begins; a date is each facility's own. There is no hidden
            clock: the default is the first day of the newest rules, of those that concern the
            facilities, that begin on or before the latest ``effective_from`` of the tariff; that
            day itself if none do; 2026-04-06 if nothing is dated.
        until : date or aware datetime, optional
            Where it ends, not included. The default is two years after ``since``.

        Returns
        -------
        list of Finding
            Errors first, then by line; the same every time.

        Raises
        ------
        InputError
            A datetime has no time zone, a bound is beyond the years 1970 to 2099, or ``until`` is
            not later than ``since``.
        InputTypeError
            A bound is neither a date nor a datetime.

        Notes
        -----
        Ceilings are looked for up to the facility's ``max_call_ms``, else 24 hours, in calls that
        stay in one rate; relay calls are left out. See ``docs/lint.md`` for every code.

        Source
        ------
        own; charging law, rules 1 to 3; 47 CFR part 64 subpart FF by way of the rules.

        Examples
        --------
        >>> tariff = Tariff.loads('''
        ... [[facility]]
        ... id = "tx-harris"
        ... kind = "jail"
        ... adp = 8932
        ... state = "TX"
        ... timezone = "America/Chicago"
        ... contract = "c"
        ... [[contract]]
        ... id = "c"
        ... [[contract.rate]]
        ... id = "all"
        ... steps = [{ price = "0.12", per_ms = 60_000, increment_ms = 60_000 }]
        ... ''')
        >>> [finding.code for finding in tariff.lint()]
        ['ceiling_broken']
        """
        from securecall.rating.lint import lint_tariff

        return lint_tariff(self, since, until)
