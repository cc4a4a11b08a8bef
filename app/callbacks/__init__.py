"""Somebody rings back: a queue with attempts and a deadline."""
