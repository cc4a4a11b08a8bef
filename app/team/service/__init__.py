"""Teams, one file a subject."""
