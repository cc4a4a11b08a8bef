"""The shapes of coverage on the wire."""
