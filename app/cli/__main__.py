"""`python -m app.cli` is `nodus`."""

from app.cli import main

main()
