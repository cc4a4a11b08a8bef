"""Nothing is left lying: invariants that are looked at all the time, and a heartbeat of whoever looks."""
