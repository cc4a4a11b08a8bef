"""Guesses of strangers lock out strangers only; and who took a case in may read who looked at it."""

from migrations.script import carry_out

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

# A browser that signed in before is counted apart: nobody can be kept from his work by somebody who types wrong passwords.
KNOWN = """
ALTER TABLE account ADD COLUMN known_failures smallint NOT NULL DEFAULT 0, ADD COLUMN known_locked_until timestamptz;
COMMENT ON COLUMN account.known_failures IS 'As failures, by browsers that signed in to this account before.';
GRANT UPDATE (known_failures, known_locked_until) ON account TO nodus_gate;
"""

# The log of a look belongs to who looked, and to who took the case in.
READERS = """
CREATE FUNCTION took_case_in(about uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM vault_key WHERE case_id = about AND intake_organisation_id = me()) $$;
REVOKE ALL ON FUNCTION took_case_in(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION took_case_in(uuid) TO nodus_app, nodus_worker;
CREATE POLICY of_our_cases ON access_log FOR SELECT TO nodus_app USING (took_case_in(case_id));
CREATE INDEX access_log_by_organisation ON access_log (organisation_id, id);
"""

DOWN = """
DROP INDEX access_log_by_organisation;
DROP POLICY of_our_cases ON access_log;
DROP FUNCTION took_case_in;
ALTER TABLE account DROP COLUMN known_failures, DROP COLUMN known_locked_until;
"""


def upgrade() -> None:
    """Strangers and acquaintances apart."""
    carry_out(KNOWN + READERS)


def downgrade() -> None:
    """One count for all."""
    carry_out(DOWN)
