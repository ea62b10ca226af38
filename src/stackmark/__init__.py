"""Stackmark."""
