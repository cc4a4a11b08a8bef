"""Directory, endpoints, access log and accounts, as pages."""
