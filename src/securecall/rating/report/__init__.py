"""A page (HTML) that shows what a file of call records came to.

One file with everything in it: no script, no network, pictures as inline SVG that follow the
reader's light or dark setting and print on paper. Every picture says in words what it shows and has
its figures beside it as a table. Needs matplotlib, which comes with ``securecall[report]``.
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from securecall.errors import InputError

if TYPE_CHECKING:
    from securecall.rating.summary import Summary
    from securecall.rating.tariff import Tariff

__all__ = ["need_matplotlib", "report_page", "write_report"]


def need_matplotlib() -> None:
    """Say so at once if a report cannot be made here.

    Raises
    ------
    InputError
        matplotlib is not installed.

    Source
    ------
    own.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise InputError(
            "a report needs matplotlib, which is not installed: pip install 'securecall[report]'"
        ) from None


def report_page(
    summary: Summary,
    tariff: Tariff,
    *,
    source: str = "",
    title: str = "Call records, rated",
    facts: Mapping[str, str] | None = None,
) -> str:
    """Return the page as text; see `write_report`.

    Source
    ------
    own.
    """
    need_matplotlib()
    from securecall.rating.report.page import page

    return page(summary, tariff, source=source, title=title, facts=facts or {})


def write_report(
    path: str | PathLike[str],
    summary: Summary,
    tariff: Tariff,
    *,
    source: str = "",
    title: str = "Call records, rated",
    facts: Mapping[str, str] | None = None,
) -> None:
    """Write a page about rated call records.

    Parameters
    ----------
    path : path
        Where to; written beside its name and put in place at the end.
    summary : Summary
        Of the records; see `securecall.rating.summarizer.Summarizer`.
    tariff : Tariff
        That rated them. The page shows how the price of one or two calls came about, so it must be
        the same one.
    source : str
        What the records are called on the page.
    title : str
    facts : mapping of str to str, optional
        Further lines for the head of the page, such as how long it took.

    Raises
    ------
    InputError
        matplotlib is not installed, or the file cannot be written.

    Notes
    -----
    The same input gives the same bytes: the page holds no date of its own making.

    Source
    ------
    own; ``docs/month.md`` says how to read it.
    """
    text = report_page(summary, tariff, source=source, title=title, facts=facts)
    draft = Path(path).with_name(Path(path).name + ".part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)
