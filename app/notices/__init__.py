"""A desk that has only a mailbox: what it is told by e-mail, and whether it was."""
