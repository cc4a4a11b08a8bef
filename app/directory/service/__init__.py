"""What the directory does: `look_up` tells who is where at a moment."""
