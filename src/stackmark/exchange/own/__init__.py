"""Our own form: the JSON of a `Record`, or of an `Achievement` alone."""
