"""``python -m securecall``."""

from securecall.cli import main

main()
