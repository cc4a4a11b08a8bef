"""Personal data: sealed, opened only with a purpose, every opening logged."""
