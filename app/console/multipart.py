"""A form with a file in it (RFC 7578), read as far as ours need it: each field's name, and what it holds as text."""

import re
from itertools import islice
from typing import Final

NAME: Final = re.compile(rb'^content-disposition:[^\r\n]*?[; ]name="([^"\r\n]{1,100})"', re.IGNORECASE | re.MULTILINE)
BOUNDARY: Final = re.compile(r'boundary="?([^";]{1,70})"?', re.IGNORECASE)


def pairs_of(media_type: str, body: bytes, most: int) -> list[tuple[str, str]]:
    """Names and values, in order, at most so many; what is no part of such a form is left out."""
    told = BOUNDARY.search(media_type)
    if not told:
        return []
    mark = b"\r\n--" + told[1].encode("utf-8", "replace")
    found = []
    for part in islice((b"\r\n" + body).split(mark, most + 1)[1:], most):
        head, between, content = part.partition(b"\r\n\r\n")
        if between and (name := NAME.search(head.lstrip())):
            found.append((name[1].decode("utf-8", "replace"), content.decode("utf-8", "replace")))
    return found
