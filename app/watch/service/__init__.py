"""The watch, one file a subject."""
