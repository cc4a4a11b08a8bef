"""Statements about API keys."""

from typing import Final

from sqlalchemy import bindparam, or_, select, text, update

from app.identity.tables import api_key

KEY: Final = select(api_key).where(api_key.c.id == bindparam("key"))
KEYS: Final = select(api_key).order_by(api_key.c.id)
# Once a minute is enough to see that a key is in use, and spares a write with every request.
USED: Final = (
    update(api_key)
    .where(
        api_key.c.id == bindparam("key"),
        or_(api_key.c.last_used_at.is_(None), api_key.c.last_used_at < bindparam("long_ago")),
    )
    .values(last_used_at=bindparam("at"))
)
REVOKE: Final = (
    update(api_key).where(api_key.c.id == bindparam("key"), api_key.c.revoked_at.is_(None)).values(revoked_at=bindparam("at"))
)
WHOSE: Final = text("SELECT * FROM keys_told(:keys)")
LIVE: Final = text("SELECT id FROM api_key WHERE id = ANY(:keys) AND revoked_at IS NULL AND expires_at > :at")
