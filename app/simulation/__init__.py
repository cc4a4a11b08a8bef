"""What would have happened: calls played through a directory and its rosters by the live decision."""
