"""What the ledger answers: frozen values that count in whole micro-dollars and milliseconds.

Fields end in their unit; properties without one give ``Decimal`` dollars and aware UTC instants.
"""
