"""A case that was split off has owners too; and what is due next in a case is known to whoever takes it over."""

from migrations.script import carry_out

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

OWNERS = """
CREATE OR REPLACE FUNCTION owners_of(about uuid)
RETURNS TABLE (organisation_id uuid, since timestamptz, until timestamptz, what text, from_organisation_id uuid,
  reason text, warm boolean, offer_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT a.organisation_id, a.since, coalesce(lead(a.since) OVER (ORDER BY a.since, a.id), c.closed_at), a.what,
    a.from_organisation_id, h.reason, h.warm, a.id
  FROM cases c CROSS JOIN LATERAL (
    SELECT o.organisation_id, o.answered_at AS since, o.what, o.from_organisation_id, o.handover_id, o.id
      FROM offer o WHERE o.case_id = c.id AND o.state = 'accepted'{split}) AS a
  LEFT JOIN handover h ON h.id = a.handover_id
  WHERE c.id = about AND (me() IS NULL OR c.intake_organisation_id = me()
    OR c.owner_organisation_id = me() OR about IN (SELECT my_teams()) OR about IN (SELECT my_invitations())
    OR EXISTS (SELECT FROM offer p WHERE p.case_id = about AND p.state = 'pending' AND p.organisation_id = me()))
  ORDER BY a.since, a.id
$$;
"""
SPLIT = """
    UNION ALL SELECT c.intake_organisation_id, c.opened_at, 'assignment', NULL, NULL, NULL WHERE c.split_from IS NOT NULL"""

# What was overdue at a handover waits for the new owner; what is due after it does not.
DUE = """
CREATE FUNCTION next_due(about uuid, after timestamptz) RETURNS TABLE (at timestamptz, kind text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.due_at, d.kind FROM cases c CROSS JOIN LATERAL (
    SELECT i.due_at, 'follow_up' AS kind FROM case_item i WHERE i.case_id = c.id AND i.state = 'open'
    UNION ALL SELECT k.due_at, 'aftercare' FROM aftercare_check k
      WHERE k.case_id = c.id AND k.state = 'planned' AND c.state = 'aftercare'
    UNION ALL SELECT o.due_at, 'follow_up' FROM obligation o
      WHERE o.case_id = c.id AND o.state = 'open' AND c.state <> 'accepted') AS d
  WHERE c.id = about AND d.due_at > after AND (me() IS NULL OR owns_case(about) OR asked_to_take_over(about))
  ORDER BY d.due_at LIMIT 1
$$;
COMMENT ON FUNCTION next_due IS 'What must be done next in a case after a moment, for its owner and whoever is asked to take it.';
REVOKE ALL ON FUNCTION next_due(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION next_due(uuid, timestamptz) TO nodus_app, nodus_worker;
"""


def upgrade() -> None:
    """Who split a case off is its first owner."""
    carry_out(OWNERS.format(split=SPLIT) + DUE)


def downgrade() -> None:
    """Only offers tell of owners."""
    carry_out(OWNERS.format(split="") + "DROP FUNCTION next_due(uuid, timestamptz);")
