"""Call records through engines that spread work: how fast, how exact, and after a death."""
