"""What a call costs: tariffs, single calls, tables of them, fees, and records of other switches."""
