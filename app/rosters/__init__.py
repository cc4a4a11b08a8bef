"""How duty is planned: layers, rotations, overrides, calendars; what comes of it are the shifts of the directory."""
