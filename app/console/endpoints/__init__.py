"""Where events are delivered, as pages."""
