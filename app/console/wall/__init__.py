"""The wall: what a supervisor watches, the biggest trouble first. Never anything personal."""
