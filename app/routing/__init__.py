"""Who takes a case: the decision, the offer, the answer, and the next one when there is none."""
