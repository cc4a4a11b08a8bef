"""Files of others as they really are, read whole and checked before anything is changed."""
