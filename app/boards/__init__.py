"""What people work from: boards of cases, a calendar of deadlines, and what a shift hands to the next."""
