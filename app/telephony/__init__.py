"""What the exchange tells of calls: who rings, who answered, who waited, to whom they were put through."""
