"""Open Badges 3.0 (1EdTech, final 1.0 and its context 3.0.3)."""
