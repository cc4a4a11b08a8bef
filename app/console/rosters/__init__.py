"""The planner's pages: rosters by the week, what is missing in them, and changes that are tried before they are made."""
