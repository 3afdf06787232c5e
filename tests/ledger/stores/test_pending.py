"""What a group has put is seen by those after it, in every database, before it is laid down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.ledger.pricing import Flat
from tests.ledger.table import T0

from securecall.errors import Unknown
from securecall.ledger.chain import link
from securecall.ledger.ledger import Ledger
from securecall.ledger.stores import pending
from securecall.ledger.stores.door import Paper, Writing
from securecall.ledger.stores.group import Item


def run_together(ledger: Ledger, jobs: list[Callable[[Writing], Any]]) -> list[Item]:
    """Run jobs in one transaction, as a group that came together would be."""
    items = [Item(job, f"job-{place}") for place, job in enumerate(jobs)]
    ledger._store._run(items)  # type: ignore[attr-defined]
    return items


def noting(name: str, papers: list[Paper]) -> Callable[[Writing], None]:
    def job(tx: Writing) -> None:
        head = tx.head()
        for paper in papers:
            tx.put_paper(paper)
        tx.put_note(name, name)
        op = (head.seq + 1, f"job-{name}", b"", "test", T0, "ok", "")
        tx.append(op, link(head.hash, op, ()), (), (), ())

    return job


DATABASES = pytest.mark.parametrize("make", ["sqlite", "postgres"], indirect=True)


@DATABASES
def test_an_operation_sees_what_those_before_it_in_the_group_put(
    make: Callable[[], Ledger],
) -> None:
    ledger = make()
    ledger.open_account("a", at=T0, opening="1")
    seen: list[Any] = []

    def look(tx: Writing) -> None:
        seen.append((tx.paper("p", "1"), tx.note("x"), tx.head().seq))
        seen.append([paper.id for paper in tx.papers("p", "a")])  # this lays down

    paper = Paper("p", "1", "a", "new", {"a": [1]})
    items = run_together(
        ledger,
        [
            noting("x", [paper]),
            look,
            noting("y", [paper._replace(id="2"), paper._replace(state="old")]),
            look,
        ],
    )
    assert [item.error for item in items] == [None] * 4
    assert seen[0] == (paper, "x", 2)
    assert seen[1] == ["1"]
    assert seen[2] == (paper._replace(state="old"), "x", 3)
    assert seen[3] == ["1", "2"]
    assert ledger._store.read(lambda view: view.note("y")) == "y"


@DATABASES
def test_an_operation_that_raises_leaves_nothing_and_the_others_stand(
    make: Callable[[], Ledger],
) -> None:
    ledger = make()
    ledger.open_account("a", at=T0)

    def fail(tx: Writing) -> None:
        tx.put_note("x", "wrong")
        raise Unknown("account", "nobody")

    items = run_together(ledger, [noting("x", []), fail, noting("y", [])])
    assert [type(item.error) for item in items] == [type(None), Unknown, type(None)]
    assert ledger._store.read(lambda view: (view.note("x"), view.note("y"))) == ("x", "y")
    assert ledger.verify().ops == 3


@DATABASES
def test_many_accounts_and_calls_are_asked_for_at_once(make: Callable[[], Ledger]) -> None:
    ledger = make()
    for name in ("a", "b"):
        ledger.open_account(name, at=T0, opening="1")
        ledger.start_call(f"c-{name}", [name], Flat(), at=T0)
    ledger.end_call("c-a", at=T0 + 1_000)

    def job(tx: Writing) -> Any:
        return sorted(tx.accounts_of(["a", "b", "x"])), sorted(tx.calls_of(["c-a", "c-b", "x"]))

    assert ledger._store.write(job, None) == (["a", "b"], ["c-a", "c-b"])


@DATABASES
def test_a_full_cache_is_emptied_and_nothing_is_lost(
    make: Callable[[], Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pending, "CACHED_MAX", 3)
    ledger = make()
    for number in range(8):
        ledger.open_account(f"a{number}", at=T0, opening="1")
        ledger.start_call(f"c{number}", [f"a{number}"], Flat(), at=T0)
    for number in range(8):
        assert ledger.end_call(f"c{number}", at=T0 + 61_000).charged_micros == 420_000
