"""What routing does: `offer` decides and asks, `answer` accepts and declines, `explain` shows why."""
