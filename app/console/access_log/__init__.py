"""Who looked at what, as pages."""
