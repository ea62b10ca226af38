"""``python -m stackmark``."""

from stackmark.cli import main

main()
