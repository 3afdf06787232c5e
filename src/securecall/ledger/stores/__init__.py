"""Where a ledger is kept. A store knows rows, order and durability, and nothing of the law."""
