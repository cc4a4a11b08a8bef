"""Procedures on the wire, one file each."""
