"""The case itself: the only thing that routing and follow-up share."""
