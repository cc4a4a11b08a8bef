"""Desks that have only a mailbox hear of what they are asked, without a word about anybody."""
