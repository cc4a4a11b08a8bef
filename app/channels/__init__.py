"""Other ways into the same intake: police, professionals, the public form, another desk."""
