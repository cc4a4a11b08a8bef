"""Reports on the wire, one file a subject."""
