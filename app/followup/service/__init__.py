"""What an organisation does with a case that it owns: one file a verb."""
