"""Everything that changes something here; one module a part of the work."""
