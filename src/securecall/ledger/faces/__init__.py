"""The methods of `securecall.ledger.ledger.Ledger`, a part a file."""
