"""What comes otherwise than by phone: police, professionals, another desk, the form on the web."""
