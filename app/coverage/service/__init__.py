"""What coverage does: `find` gaps, `look` for them by itself, `demands`, `gaps` as people see them, `summary` of duty."""
