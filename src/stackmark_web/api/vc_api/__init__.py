"""The VC API: issue, verify, derive and resolve, as conformance suites ask for it."""
