"""Free text of follow-up: personal data, so it is only stored sealed and only read with a purpose."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.core.work import Work
from app.vault import open as vault
from app.vault.purpose import Purpose


async def sealed_note(work: Work, case_id: UUID, note: str | None = None, **others: str | None) -> bytes | None:
    """The words under the key of the case; None when nothing was said."""
    said = {name: words for name, words in {"note": note, **others}.items() if words}
    if not said:
        return None
    await vault.load_key(work, case_id)
    return vault.seal(work, case_id, said)


async def opened(
    work: Work, case_id: UUID, parts: Sequence[bytes | None], *, what: str, purpose: Purpose | None
) -> list[dict[str, Any]]:
    """The words of each part, in order, empty where there are none; the look is logged once.

    Without a purpose nothing is opened: no words, and no look.

    Raises:
        Gone: the retention of the case has ended.
    """
    if purpose is None:
        return [{} for _ in parts]
    sealed = [part for part in parts if part]
    told = iter(await vault.unseal(work, case_id, sealed, what=what, purpose=purpose))
    return [next(told) if part else {} for part in parts]
