"""Statements about the directory, one file a subject."""
