"""Who may issue what: local registers, time-bounded."""
