"""What hangs on a call counts only when who took the call wrote it; functions with more rights read no temporary tables."""

from migrations.script import carry_out

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

GUARDED = ("hand_off", "call_amendment", "entered_in_error")
# A row may be written beside its call in one statement, so that its insert can't be checked against the call: its reading is.
OWN = "organisation_id = me() OR EXISTS (SELECT FROM call l WHERE l.id = call_id AND l.organisation_id = {table}.organisation_id)"
ANYBODYS = "organisation_id = me() OR EXISTS (SELECT FROM call l WHERE l.id = call_id)"
# Temporary tables go before all others unless they are named last: anybody could put one in the place of ours.
PATH = """
DO $$
DECLARE
  named regprocedure;
BEGIN
  FOR named IN SELECT oid FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = {path}', named);
  END LOOP;
END $$;
"""
KEY = "COMMENT ON COLUMN report.form_key IS 'SHA-256 of the number in the form{and_more}, so that two clicks make one call.';"
# Without it, who says that it sent somebody else's call would be told how far that is.
TOLD = """
CREATE OR REPLACE VIEW report_told WITH (security_barrier) AS
  SELECT c.id AS call_id, c.organisation_id, c.reference, c.state AS call_state, c.urgency, k.id AS case_id,
    k.state AS case_state, k.accepted_at, k.owner_organisation_id, o.name AS owner_name, c.in_error_at
  FROM call c
  LEFT JOIN cases k ON k.id = coalesce(c.joined_case_id, c.case_id)
  LEFT JOIN organisation o ON o.id = k.owner_organisation_id
  WHERE c.organisation_id = me() OR current_user = 'nodus_worker'
    OR EXISTS (SELECT FROM report r WHERE r.call_id = c.id AND r.sender_organisation_id = me(){report})
    OR EXISTS (SELECT FROM police_report p WHERE p.call_id = c.id AND p.sender_organisation_id = me(){police});
"""


def upgrade() -> None:
    """Nothing that there is changes."""
    policies = "".join(f"ALTER POLICY read ON {table} USING ({OWN.format(table=table)});" for table in GUARDED)
    told = {"report": " AND r.organisation_id = c.organisation_id", "police": " AND p.organisation_id = c.organisation_id"}
    carry_out(
        policies
        + TOLD.format(**told)
        + PATH.replace("{path}", "public, pg_temp")
        + KEY.format(and_more=" and of what was filled in")
    )


def downgrade() -> None:
    """As it was."""
    policies = "".join(f"ALTER POLICY read ON {table} USING ({ANYBODYS});" for table in GUARDED)
    carry_out(
        policies + TOLD.format(report="", police="") + PATH.replace("{path}", "public") + KEY.format(and_more=" that was sent")
    )
