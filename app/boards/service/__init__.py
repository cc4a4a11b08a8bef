"""Boards, calendars and handoffs, one file a subject."""
