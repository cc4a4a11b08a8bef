"""Policies of calls and keys ask a function who owns a case, so that reading one row is planned as one row."""

from migrations.script import carry_out

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

UP = """
-- Written out in a policy, these plan every month of calls, and the policies of those and of cases, for each key that is read.
CREATE FUNCTION owns_case(about uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM cases c WHERE c.id = about AND c.owner_organisation_id = me()) $$;
CREATE FUNCTION owns_case_joined(key_of uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM call l JOIN cases c ON c.id = l.joined_case_id
  WHERE l.case_id = key_of AND c.owner_organisation_id = me()) $$;
COMMENT ON FUNCTION owns_case IS 'Whether the organisation of this transaction owns a case.';
COMMENT ON FUNCTION owns_case_joined IS 'Whether it owns the case that a call joined. `key_of`: its own `case_id`.';
REVOKE ALL ON FUNCTION owns_case(uuid), owns_case_joined(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION owns_case(uuid), owns_case_joined(uuid) TO nodus_app;

ALTER POLICY read ON call USING (organisation_id = me() OR owns_case(case_id) OR owns_case(joined_case_id));
ALTER POLICY read ON vault_key USING (intake_organisation_id = me() OR owns_case(case_id) OR owns_case_joined(case_id));
-- Always the same plan: hashes are looked up by the primary key.
ALTER FUNCTION earlier_calls(bytea[], text[], boolean[], timestamptz, timestamptz, interval, interval)
  SET plan_cache_mode = force_generic_plan;
"""

DOWN = """
ALTER FUNCTION earlier_calls(bytea[], text[], boolean[], timestamptz, timestamptz, interval, interval) RESET plan_cache_mode;
ALTER POLICY read ON vault_key USING (
  intake_organisation_id = me() OR EXISTS (
  SELECT FROM cases c WHERE c.id = case_id AND c.owner_organisation_id = me())
  OR EXISTS (SELECT FROM call l JOIN cases c ON c.id = l.joined_case_id
    WHERE l.case_id = vault_key.case_id AND c.owner_organisation_id = me()));
ALTER POLICY read ON call USING (organisation_id = me() OR EXISTS (
  SELECT FROM cases c WHERE c.id IN (case_id, joined_case_id) AND c.owner_organisation_id = me()));
DROP FUNCTION owns_case_joined(uuid);
DROP FUNCTION owns_case(uuid);
"""


def upgrade() -> None:
    """Nobody sees more or less than before."""
    carry_out(UP)


def downgrade() -> None:
    """The policies say it themselves again."""
    carry_out(DOWN)
