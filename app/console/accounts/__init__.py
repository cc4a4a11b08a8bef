"""Accounts of the own organisation, as pages."""
