"""The secret in a notice's address: made from the master key and the notice's id, so that a reminder can name it again.

256 bits; the database holds its hash only, and who steals that can make none.
"""

import base64
import hmac
from uuid import UUID

from app.core.settings import Settings
from app.vault.keys import master_key


def secret_of(settings: Settings, notice_id: UUID) -> str:
    """The secret of a notice, as its address has it."""
    made = hmac.digest(master_key(settings).derive("notice address"), notice_id.bytes, "sha256")
    return base64.urlsafe_b64encode(made).rstrip(b"=").decode()


def address_of(settings: Settings, notice_id: UUID, language: str) -> str:
    """Where a notice is read and answered."""
    return f"{settings.base_url}/notices/{notice_id}/{secret_of(settings, notice_id)}?lang={language}"
