"""The telephone exchange: what it tells of calls, by a signed webhook."""
