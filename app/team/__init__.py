"""Who is on a case besides its owner: organisations with a role and a purpose, and who of them sees what."""
