"""Boards on the wire, one file a subject."""
