"""The structure of the database: one linear history."""
