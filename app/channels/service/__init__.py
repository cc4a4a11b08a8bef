"""What comes in by other ways than the phone, one file a way."""
