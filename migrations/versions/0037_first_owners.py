"""A case that was split off has owners too: the first is who split it off."""

from migrations.script import carry_out

revision = "0037"
down_revision = "0036"
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


def upgrade() -> None:
    """Who split a case off is its first owner."""
    carry_out(OWNERS.format(split=SPLIT))


def downgrade() -> None:
    """Only offers tell of owners."""
    carry_out(OWNERS.format(split=""))
