"""Faults done to a ledger on purpose: kills, power cuts, failing disks, full disks, clocks, crowds."""
