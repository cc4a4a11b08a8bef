"""Whether a failure is one of TLS: libraries wrap it, each in its own way."""

import ssl


def is_of_tls(failure: BaseException) -> bool:
    """Whether TLS failed underneath; that it wanted to read more is no failure."""
    seen: set[int] = set()
    one: BaseException | None = failure
    while one is not None and id(one) not in seen:
        if isinstance(one, ssl.SSLError) and not isinstance(one, ssl.SSLWantReadError | ssl.SSLWantWriteError):
            return True
        seen.add(id(one))
        one = one.__cause__ or one.__context__
    return False
