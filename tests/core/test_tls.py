"""A failure of TLS is known as one, however a library wraps it."""

import ssl
from itertools import pairwise

from app.core.tls import is_of_tls


def wrapped(*failures: Exception) -> Exception:
    """The first, which the second caused, and so on."""
    for failure, cause in pairwise(failures):
        failure.__cause__ = cause
    return failures[0]


def test_a_failure_of_tls_is_found_underneath() -> None:
    """At any depth, in a circle too; not when it only wanted to read more, nor when nothing of TLS is there."""
    broken = ssl.SSLCertVerificationError("not trusted")
    assert is_of_tls(broken)
    assert is_of_tls(wrapped(ConnectionError(), OSError(), ValueError(), broken))
    assert not is_of_tls(wrapped(TimeoutError(), ssl.SSLWantReadError()))
    one, other = OSError(), OSError()
    one.__cause__, other.__cause__ = other, one
    assert not is_of_tls(one)
