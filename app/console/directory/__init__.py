"""Who is where, when, as pages."""
