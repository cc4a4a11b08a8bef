"""What notices do: `mailboxes` keeps them, `telling` follows offers, `answering` is the page, `outcome` what came of mails."""
