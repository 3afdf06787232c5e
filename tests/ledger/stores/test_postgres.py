"""Books in PostgreSQL: several processes, what fails for now, and what nobody saw the end of."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from tests.ledger.crowd import lanes_of, start
from tests.ledger.postgres_server import Server, server
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.errors import RequestConflict, StoreError, StoreUnsure, Unknown
from securecall.ledger.ledger import Ledger
from securecall.ledger.stores import postgres
from securecall.ledger.stores.postgres import PostgresStore
from securecall.ledger.stores.postgres_change import Change
from securecall.ledger.torture.judge import Judge
from securecall.ledger.torture.workload import LOADERS

FLAT = {"flat/1": Flat.loads}


@pytest.fixture
def url() -> str:
    return server().new_url()


def store_of(ledger: Ledger) -> PostgresStore:
    assert isinstance(ledger._store, PostgresStore)
    return ledger._store


def administer(sql: str, url: str) -> None:
    """Do something to the server behind a ledger's back, in its schema."""
    schema = url.rpartition("schema=")[2]
    with psycopg.connect(server().conninfo(), autocommit=True) as connection:
        connection.execute(f'SET search_path TO "{schema}"')
        connection.execute(sql.encode())


def cut(ledger: Ledger) -> None:
    """End the connection that writes, on the server's side."""
    link = store_of(ledger)._writer
    assert link is not None
    with psycopg.connect(server().conninfo(), autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (link.info.backend_pid,))


@pytest.mark.parametrize("seed", range(3))
def test_what_three_processes_do_is_what_one_machine_would_have_done(seed: int, url: str) -> None:
    """Every answer, hash and row is that of the same requests one after another in memory."""
    processes = [start(url, seed, 3) for _ in range(3)]
    acked: dict[str, str] = {}
    for process in processes:
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        for name, answer in json.loads(out).items():
            assert acked.setdefault(name, answer) == answer, f"{name} was answered in two ways"
    judge = Judge(step for steps in lanes_of(seed, 3) for step in steps)
    with Ledger.open(url, curves=LOADERS) as ledger:
        assert judge.check(ledger, acked) == []
    assert judge.known > 100


def test_every_process_solves_the_cutoffs_that_others_moved(url: str) -> None:
    one, two, three = (Ledger.open(url, curves=FLAT) for _ in range(3))
    one.open_account("a", at=T0, opening="1")
    assert one.start_call("c", ["a"], Flat(), at=T0).cutoff_ms == T0 + 240_000
    assert two.start_call("d", ["a"], Flat(), at=T0 + 1).cutoff_ms == T0 + 120_001
    assert three.call("c").cutoff_ms == T0 + 120_000
    three.deposit("a", "0.42", at=T0 + 2)
    assert (one.call("c").cutoff_ms, two.call("d").cutoff_ms) == (T0 + 180_000, T0 + 180_001)
    two.end_call("d", at=T0 + 60_000)
    assert three.call("c").cutoff_ms == T0 + 300_000
    assert [each.call_id for each in three.settle_due(at=T0 + 300_000)] == ["c"]
    assert one.end_call("c", at=T0 + 400_000).reason == "balance"


def test_one_request_sent_by_all_counts_once(url: str) -> None:
    ledgers = [Ledger.open(url) for _ in range(4)]
    ledgers[0].open_account("a", at=T0)
    answers: list[Any] = []
    threads = [
        threading.Thread(
            target=lambda ledger=ledger: answers.append(
                ledger.deposit("a", "1.00", at=T0, request_id="same")
            )
        )
        for ledger in ledgers
        for _ in range(5)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20
    assert len(set(answers)) == 1
    assert ledgers[0].balance("a").posted == 1


def test_a_connection_that_is_lost_between_operations_is_made_anew(url: str) -> None:
    with Ledger.open(url) as ledger:
        ledger.open_account("a", at=T0)
        for number in range(3):
            cut(ledger)
            ledger.deposit("a", "1.00", at=T0 + number, request_id=f"d{number}")
        assert ledger.balance("a").posted == 3
        assert ledger.verify().ops == 4


def failing(
    monkeypatch: pytest.MonkeyPatch, method: str, error: Callable[[], Exception], *, after: bool
) -> list[int]:
    """Have a step of the next transaction fail, before it reaches the server or after."""
    left = [1]
    real = getattr(Change, method)

    def fails(self: Change, *args: Any, **options: Any) -> Any:
        if left[0]:
            left[0] -= 1
            if after:
                real(self, *args, **options)
            raise error()
        return real(self, *args, **options)

    monkeypatch.setattr(Change, method, fails)
    return left


ERRORS = {
    "40001": lambda: psycopg.errors.SerializationFailure("injected"),
    "40P01": lambda: psycopg.errors.DeadlockDetected("injected"),
    "lost": lambda: psycopg.OperationalError("the connection is lost"),
}


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("other", [False, True], ids=["alone", "others write"])
@pytest.mark.parametrize("where", ["after take_head", "before commit", "after commit"])
def test_what_fails_for_now_is_tried_again_and_counts_once(
    error: str, other: bool, where: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COMMIT that was answered by an error may have been kept all the same."""
    when, method = where.split()
    with Ledger.open(url) as ledger, Ledger.open(url) as another:
        ledger.open_account("a", at=T0)
        ledger.deposit("a", "1.00", at=T0)
        if other:
            another.deposit("a", "1.00", at=T0)
        elif method == "take_head":
            ledger._store._alone = False  # type: ignore[attr-defined]
        left = failing(monkeypatch, method, ERRORS[error], after=when == "after")
        answer = ledger.deposit("a", "5.00", at=T0, request_id="d")
        assert left == [0]
        assert answer.ok
        assert ledger.deposit("a", "5.00", at=T0, request_id="d") == answer
        assert another.balance("a").posted == 6 + other
        assert another.verify().ops == 3 + other


def test_without_a_request_id_an_unseen_end_counts_once_too(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.open(url) as ledger:
        ledger.open_account("a", at=T0)
        failing(monkeypatch, "commit", ERRORS["lost"], after=True)
        assert ledger.deposit("a", "5.00", at=T0).ok
        assert ledger.balance("a").posted == 5


def test_what_comes_late_over_a_slow_wire_is_void(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that was given up, and that the server gets only afterwards, keeps nothing."""
    with Ledger.open(url) as ledger:
        ledger.open_account("a", at=T0)
        ledger.deposit("a", "1.00", at=T0)
        slow: list[Change] = []
        real = Change.commit

        def stuck(self: Change, key: bytes | None) -> None:
            if not slow:
                slow.append(self)
                slow_link.append(self._connection)
                raise psycopg.OperationalError("no answer")
            real(self, key)

        slow_link: list[Any] = []
        with monkeypatch.context() as patch:
            patch.setattr(Change, "commit", stuck)
            # The connection must live on, as behind a proxy that has not noticed.
            patch.setattr(PostgresStore, "_discard", _forget_without_closing)
            assert ledger.deposit("a", "5.00", at=T0, request_id="d").ok
        assert not slow[0].held
        with pytest.raises(psycopg.errors.DivisionByZero):
            real(slow[0], None)
        assert ledger.balance("a").posted == 6
        assert ledger.verify().ok
        slow_link[0].close()


def _forget_without_closing(self: PostgresStore) -> None:
    self._writer = None
    self._cache.drop()
    self._curves.clear()
    self._alone = False


def test_what_cannot_be_known_is_said_and_asked_again(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.open(url) as ledger:
        ledger.open_account("a", at=T0)
        failing(monkeypatch, "commit", ERRORS["lost"], after=True)
        with monkeypatch.context() as patch:

            def unreachable(*_: Any) -> Any:
                raise psycopg.OperationalError("no route")

            patch.setattr(postgres, "connect", unreachable)
            patch.setattr(ledger._store, "_patience_ms", 300)
            with pytest.raises(StoreUnsure, match="no route") as caught:
                ledger.deposit("a", "5.00", at=T0, request_id="d")
            with pytest.raises(StoreError, match="nothing was kept: no route"):
                ledger.deposit("a", "5.00", at=T0, request_id="e")
        assert caught.value.request_id == "d"
        assert ledger.deposit("a", "5.00", at=T0, request_id="d").ok
        assert ledger.balance("a").posted == 5


def test_what_the_server_refuses_for_good_keeps_nothing_and_others_stand(url: str) -> None:
    with Ledger.open(url) as ledger:
        for name in ("a", "b"):
            ledger.open_account(name, at=T0)
        administer("ALTER TABLE account ADD CHECK (id <> 'b' OR posted < 2000000)", url)
        answers: dict[str, Any] = {}

        def pay(name: str, number: int) -> None:
            try:
                answers[f"{name}{number}"] = ledger.deposit(
                    name, "1.00", at=T0, request_id=f"{name}{number}"
                )
            except StoreError as error:
                answers[f"{name}{number}"] = error

        threads = [
            threading.Thread(target=pay, args=(name, number))
            for name in ("a", "b")
            for number in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        refused = [each for each in answers.values() if isinstance(each, StoreError)]
        assert len(refused) == 3
        assert all("nothing was kept" in str(each) for each in refused)
        assert (ledger.balance("a").posted, ledger.balance("b").posted) == (4, 1)


def test_refusals_by_what_is_cached_are_looked_at_again(url: str) -> None:
    """What another process did a moment ago decides, not what this one remembers."""
    with Ledger.open(url) as one, Ledger.open(url) as two:
        one.open_account("a", at=T0)
        one.deposit("a", "1.00", at=T0)  # nobody else wrote: it goes without the head from here on
        with pytest.raises(Unknown):
            one.deposit("b", "1.00", at=T0)
        two.open_account("b", at=T0)
        assert one.deposit("b", "1.00", at=T0).ok
        two.withdraw("a", "0.60", at=T0)
        assert one.withdraw("a", "0.60", at=T0).code == "insufficient_funds"
        two.deposit("a", "7.00", at=T0, request_id="x")
        with pytest.raises(RequestConflict):
            one.deposit("a", "8.00", at=T0, request_id="x")
        assert one.balance("a").posted_micros == 7_400_000


def test_the_server_dies_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    mortal = Server()
    try:
        with Ledger.open(mortal.new_url(), patience_ms=30_000) as ledger:
            ledger.open_account("a", at=T0)
            for number in range(2):
                mortal.kill()
                threading.Timer(0.3, mortal.start).start()
                assert ledger.deposit("a", "1.00", at=T0, request_id=f"d{number}").ok
                assert ledger.balance("a").posted == number + 1
            assert ledger.verify().ops == 3
    finally:
        mortal.close()


def test_whoever_stops_while_holding_the_head_is_put_out(url: str) -> None:
    """A process that is stopped in mid-transaction delays others, and not for ever."""
    with Ledger.open(url) as stopped, Ledger.open(url) as ledger:
        stopped.open_account("a", at=T0)
        link = store_of(stopped)._writer
        assert link is not None
        shown = link.execute("SHOW idle_in_transaction_session_timeout").fetchone()
        assert shown == ("10s",)  # the patience
        link.execute("SET idle_in_transaction_session_timeout = 500")
        link.execute("BEGIN")
        link.execute("SELECT 1 FROM head FOR UPDATE")
        assert ledger.deposit("a", "1.00", at=T0).ok
        assert stopped.deposit("a", "1.00", at=T0).ok
        assert ledger.balance("a").posted == 2


def test_readers_share_few_connections(url: str) -> None:
    with Ledger.open(url) as ledger:
        ledger.open_account("a", at=T0, opening="1")
        threads = [threading.Thread(target=lambda: ledger.balance("a")) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 1 <= len(store_of(ledger)._idle) <= postgres.READERS_MAX


def test_a_reader_whose_connection_is_lost_asks_again(url: str) -> None:
    with Ledger.open(url) as ledger:
        ledger.open_account("a", at=T0, opening="1")
        ledger.balance("a")
        for link in store_of(ledger)._idle:
            with psycopg.connect(server().conninfo(), autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(%s, 5000)", (link.info.backend_pid,)
                )
        assert ledger.balance("a").posted == 1


def test_checkpoints_are_signed_and_a_chain_that_was_changed_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "CHECKPOINT_EVERY", 4)
    with Ledger.open(url, key=b"k") as ledger:
        ledger.open_account("a", at=T0)
        for number in range(9):
            ledger.deposit("a", "1.00", at=T0 + number)
    Ledger.open(url, key=b"k").close()
    with pytest.raises(StoreError, match="has another key's signature"):
        Ledger.open(url, key=b"other")
    with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
        administer("UPDATE entry SET amount = 9 WHERE seq = 1", url)
    with pytest.raises(psycopg.errors.RaiseException, match="never changed"):
        administer("TRUNCATE op", url)
    administer("ALTER TABLE op DISABLE TRIGGER USER", url)
    administer("UPDATE op SET answer = 'x' WHERE seq = 10", url)
    with pytest.raises(StoreError, match="the chain is broken at operation 10"):
        Ledger.open(url, key=b"k")
    administer("UPDATE op SET hash = '\\x00' WHERE seq = 8", url)
    with pytest.raises(StoreError, match="operation 8 is not what was signed"):
        Ledger.open(url, key=b"k")


def test_an_entry_without_its_operation_is_refused(url: str) -> None:
    with Ledger.open(url) as ledger:
        ledger.open_account("a", at=T0)
    administer("INSERT INTO entry VALUES (1, 99, 0, 'a', 'cash', 1, 'deposit', 'x')", url)
    with pytest.raises(StoreError, match="entry 1 belongs to no operation"):
        Ledger.open(url)


def test_it_belongs_to_the_process_that_opened_it(url: str) -> None:
    ledger = Ledger.open(url)
    store_of(ledger)._pid = os.getpid() + 1
    for ask in (lambda: ledger.open_account("a", at=T0), ledger.running_calls):
        with pytest.raises(StoreError, match="before a fork"):
            ask()
    store_of(ledger)._pid = os.getpid()
    ledger.close()
    with pytest.raises(StoreError, match="was closed"):
        ledger.running_calls()


def test_an_interrupt_of_the_leader_keeps_nothing(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.open(url) as ledger:
        ledger.open_account("a", at=T0)
        failing(monkeypatch, "commit", KeyboardInterrupt, after=False)  # type: ignore[arg-type]
        with pytest.raises(KeyboardInterrupt):
            ledger.deposit("a", "1.00", at=T0, request_id="d")
        assert ledger.balance("a").posted == 0
        assert ledger.deposit("a", "1.00", at=T0, request_id="d").ok
