"""Somebody rings back: a promise with a deadline, attempts, and nobody forgotten."""
