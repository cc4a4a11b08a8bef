"""Procedures, one file each."""
