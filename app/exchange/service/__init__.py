"""What the façade does: `tasks` finds and moves tasks, `contents` opens what an accepted one is about."""
