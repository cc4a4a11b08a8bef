"""Statements about verifying that an address is its organisation's."""

from typing import Final

from sqlalchemy import text

FORGET_CODE: Final = text("DELETE FROM webhook_message WHERE endpoint_id = :endpoint_id AND trigger = 'verification'")
# Claimed by moving the moment on: a worker that is killed meanwhile is missed that long.
TO_ASK: Final = text("""
  UPDATE webhook_endpoint SET next_verification_at = :lease
  WHERE id IN (
    SELECT id FROM webhook_endpoint
    WHERE state = 'unverified' AND verification = 'handshake' AND next_verification_at <= :at
    ORDER BY next_verification_at LIMIT :most FOR UPDATE SKIP LOCKED)
  RETURNING id, organisation_id, url, per_minute, verification_started_at, verification_attempts
""")
STILL: Final = """id = :endpoint_id AND state = 'unverified' AND verification = 'handshake' AND url = :url
  AND verification_started_at = :since"""
CONSENTED: Final = text(f"""
  UPDATE webhook_endpoint SET state = 'active', verified_at = :at, granted_per_minute = :granted, verification_started_at = NULL,
    next_verification_at = NULL, verification_error = NULL, verification_attempts = 0, attempts = 0, next_attempt_at = :at
  WHERE {STILL}
""")
REFUSED: Final = text(f"""
  UPDATE webhook_endpoint SET next_verification_at = :again, verification_error = :error,
    verification_attempts = verification_attempts + 1
  WHERE {STILL}
""")
