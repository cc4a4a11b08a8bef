"""The marks of a call as keyed hashes; the marks themselves go no further than this."""

from app.core.work import Work
from app.signals.marks import About, Mark, marks
from app.vault.blind_index import BlindIndex
from app.vault.keys import master_key


def kept_under(work: Work, about: About) -> list[tuple[bytes, Mark]]:
    """Every mark with the hash under which it is stored."""
    index = _index(work)
    return [(index.newest(one.kind, one.text), one) for one in marks(about)]


def looked_for(work: Work, about: About) -> list[tuple[bytes, Mark]]:
    """Every mark with each hash under which it may have been stored."""
    index = _index(work)
    return [(hashed, one) for one in marks(about) for hashed in index.all(one.kind, one.text)]


def _index(work: Work) -> BlindIndex:
    return BlindIndex(master_key(work.database.settings).derive("blind index"))
