"""Sockets are files, and a process may have 1,024 of them unless it asks for more."""

import resource
from contextlib import suppress
from typing import Final

WISHED: Final = 8192


def may_open_many() -> None:
    """Raise this process's own limit, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wished = WISHED if hard == resource.RLIM_INFINITY else min(WISHED, hard)
    if soft != resource.RLIM_INFINITY and soft < wished:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wished, hard))
