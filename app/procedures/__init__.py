"""Procedures with rules of their own: asking for information, the Wvggz inquiry, a calamity, a joint table."""
