"""What planners do, one file a subject."""
