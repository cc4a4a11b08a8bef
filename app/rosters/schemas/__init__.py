"""How duty is planned, on the wire, one file a subject."""
