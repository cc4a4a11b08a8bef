"""Follow-up on the wire, one file a subject."""
