"""Leave traces, look for earlier calls, raise early signals and say what became of them."""
