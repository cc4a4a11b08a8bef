"""What intake does: `protocols` loads them, `register` stores a call and has it offered, `draft` keeps what is being typed."""
