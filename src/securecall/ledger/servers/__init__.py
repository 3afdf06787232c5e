"""Several media servers on one ledger: what they plan, what they may do without asking."""
