"""Figures for policy, of a period beside another; never anything of a person, and no number that nobody counted."""
