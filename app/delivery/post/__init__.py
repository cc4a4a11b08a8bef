"""One attempt at a receiver: the connection, how we are let in, what became of it."""
