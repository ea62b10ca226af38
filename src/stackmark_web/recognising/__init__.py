"""What another body's credential is worth here: request, comparison, signed decision, appeal."""
