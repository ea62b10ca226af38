"""What changes requests, decisions, appeals, portfolios and the ledger; one module for each."""
