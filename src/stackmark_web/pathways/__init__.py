"""Credentials combined into larger ones: rules, progress, conferral, and plans to get there."""
