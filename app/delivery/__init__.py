"""It arrives: webhooks out, a feed to poll. Knows envelopes, no domain."""
