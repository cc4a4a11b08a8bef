"""Where nobody is, before it happens: what must be covered, what is, and who hears of the gap."""
