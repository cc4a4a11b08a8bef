"""What notices do: keep mailboxes, follow offers, answer on a page, tell what came of mails, and forget."""
