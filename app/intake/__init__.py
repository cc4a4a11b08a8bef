"""Somebody rings: protocol, triage, drafts, calls."""
