"""Open Badges 2.0 (IMS Global, final 1.0 of 2018): Assertion, BadgeClass, Profile."""
