"""Statements about API keys."""

from typing import Final

from sqlalchemy import bindparam, select, text, update

from app.identity.tables import api_key

THESE: Final = text("SELECT * FROM api_key WHERE id = ANY(CAST(:keys AS uuid[]))")
KEYS: Final = select(api_key).order_by(api_key.c.id)
# Once a minute is enough to see that a key is in use, and spares a write with every request.
# Whoever notes the same ones at this moment has noted them: nobody waits.
USED: Final = text("""
  UPDATE api_key SET last_used_at = :at WHERE id IN (
    SELECT id FROM api_key WHERE id = ANY(CAST(:keys AS uuid[])) AND (last_used_at IS NULL OR last_used_at < :long_ago)
    FOR UPDATE SKIP LOCKED)
""")
REVOKE: Final = (
    update(api_key).where(api_key.c.id == bindparam("key"), api_key.c.revoked_at.is_(None)).values(revoked_at=bindparam("at"))
)
WHOSE: Final = text("SELECT * FROM keys_told(:keys)")
LIVE: Final = text("SELECT id FROM api_key WHERE id = ANY(:keys) AND revoked_at IS NULL AND expires_at > :at")
