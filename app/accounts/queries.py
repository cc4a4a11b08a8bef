"""Statements about accounts and sessions."""

from typing import Final

from sqlalchemy import text

BY_LOGIN: Final = text("""
  SELECT a.*, k.role, k.scopes, o.name AS organisation_name FROM account a JOIN api_key k ON k.id = a.id
  JOIN organisation o ON o.id = a.organisation_id WHERE a.login = :login AND a.ended_at IS NULL AND k.revoked_at IS NULL
""")
ALL: Final = text("""
  SELECT a.id, a.organisation_id, a.login, a.name, a.totp_is_on, a.locked_until, a.created_at, a.ended_at, k.role,
    k.last_used_at, o.name AS organisation_name
  FROM account a JOIN api_key k ON k.id = a.id JOIN organisation o ON o.id = a.organisation_id ORDER BY a.login
""")
ONE: Final = text("SELECT * FROM account WHERE id = :account AND ended_at IS NULL")
SESSION: Final = text("""
  SELECT s.*, a.organisation_id, a.login, a.name, a.totp_is_on, k.role, k.scopes, o.name AS organisation_name, o.kind AS organisation_kind
  FROM sign_in s JOIN account a ON a.id = s.account_id JOIN api_key k ON k.id = a.id JOIN organisation o ON o.id = a.organisation_id
  WHERE s.digest = :digest AND s.expires_at > :at AND s.used_at > :idle_since AND a.ended_at IS NULL AND k.revoked_at IS NULL
""")
OPEN: Final = text("""
  INSERT INTO sign_in (digest, account_id, is_whole, began_at, used_at, expires_at)
  VALUES (:digest, :account, :is_whole, :at, :at, :expires_at)
""")
USED: Final = text("UPDATE sign_in SET used_at = :at WHERE digest = :digest AND used_at < :long_ago")
KEY_USED: Final = text("UPDATE api_key SET last_used_at = :at WHERE id = :account")
END: Final = text("DELETE FROM sign_in WHERE digest = :digest")
END_OTHERS: Final = text("DELETE FROM sign_in WHERE account_id = :account AND digest <> :digest")
FORGET: Final = text("DELETE FROM sign_in WHERE expires_at < :at OR used_at < :idle_since")


def _columns(*, known: bool) -> tuple[str, str]:
    return ("known_failures", "known_locked_until") if known else ("failures", "locked_until")


# Each attempt is counted before it is looked at, and taken back when it was right: guesses at the same moment are as many as
# they are, and none is looked at while the account is locked. By whether the browser is known.
TRIED: Final = {
    known: text(f"""
      UPDATE account SET {failures} = least({failures} + 1, 1000)
      WHERE id = :account AND ({until} IS NULL OR {until} <= :at) RETURNING {failures} AS failures
    """)
    for known in (False, True)
    for failures, until in [_columns(known=known)]
}
LOCK: Final = {
    known: text(f"UPDATE account SET {_columns(known=known)[1]} = :until WHERE id = :account") for known in (False, True)
}
TAKE_BACK: Final = {
    known: text(f"""
      UPDATE account SET {failures} = greatest({failures} - 1, 0), {until} = nullif({until}, CAST(:until AS timestamptz)) WHERE id = :account
    """)
    for known in (False, True)
    for failures, until in [_columns(known=known)]
}
SUCCEEDED: Final = {
    False: text("""
      UPDATE account SET failures = 0, locked_until = NULL, known_failures = 0, known_locked_until = NULL WHERE id = :account
    """),
    True: text("UPDATE account SET known_failures = 0, known_locked_until = NULL WHERE id = :account"),
}
STEP: Final = text("UPDATE account SET totp_step = :step WHERE id = :account AND totp_step < :step")
PASSWORD: Final = text("""
  UPDATE account SET password = :password, failures = 0, locked_until = NULL, known_failures = 0, known_locked_until = NULL
  WHERE id = :account AND ended_at IS NULL
""")
TOTP: Final = text("""
  UPDATE account SET totp = :totp, totp_is_on = :is_on, totp_step = greatest(totp_step, CAST(:step AS bigint))
  WHERE id = :account AND ended_at IS NULL
""")
ORGANISATION: Final = text("SELECT kind FROM organisation WHERE id = :organisation")
ENDED: Final = text("UPDATE account SET ended_at = :at WHERE id = :account AND ended_at IS NULL")
