"""Follow-up: who stays with the person until things are really better."""
