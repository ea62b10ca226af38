#!/usr/bin/env python
"""Django's command line for this project; ``stackmark-web`` is the same."""

from stackmark_web.__main__ import main

if __name__ == "__main__":
    main()
