"""Nodus: a call about somebody's confused behaviour, from intake to aftercare. See README.md in this folder for the map."""
