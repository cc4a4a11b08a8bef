"""Other systems' languages: FHIR for care providers."""
