"""Endpoints, what was sent to them, and the feed, one file a subject."""
