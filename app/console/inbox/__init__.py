"""The inbox: what an organisation is asked, what it has, and what is late."""
