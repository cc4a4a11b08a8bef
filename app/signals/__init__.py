"""Earlier calls about the same person or place, and what they tell together: repeats and early signals."""
