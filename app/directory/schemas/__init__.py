"""The directory on the wire, one file a subject."""
