"""The call screen: an operator takes a call, and knows while it goes on who will take it from there."""
