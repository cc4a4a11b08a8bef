"""What people work from: boards of cases, deadlines in a calendar, the handoff between shifts."""
