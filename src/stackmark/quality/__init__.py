"""Quality of designs and credentials: profiles, classes, lints and duplicates."""
