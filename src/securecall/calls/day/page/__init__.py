"""A page (HTML) that shows a simulated day: one file, no script, no network, no date of its own."""

from securecall.calls.day.page.page import day_page

__all__ = ["day_page"]
