"""A night and a day of calls, played through the public API by operators, meldpunten and care providers of our making."""
