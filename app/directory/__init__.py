"""Who is where, and when: municipalities, postcodes, organisations, hours, rosters."""
