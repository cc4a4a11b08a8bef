"""The page of a case: what happened, what must happen next, and every command on it."""
