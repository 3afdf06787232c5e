"""Whose money, how much is left, and when it ends: `securecall.ledger.ledger.Ledger`."""
