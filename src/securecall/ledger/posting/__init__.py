"""Calls that were rated elsewhere, put into the books many at a time."""
