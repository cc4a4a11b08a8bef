"""Judgements of a joint table are each organisation's own until all have judged; a case with a calamity is frozen."""

from migrations.script import carry_out

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

JUDGEMENTS = """
CREATE UNIQUE INDEX one_judgement_each ON case_item (parent_id, organisation_id)
  WHERE kind = 'judgement' AND corrects_id IS NULL;

-- Told when everybody at the table has judged, or the moment has passed; never when it was called off before.
CREATE FUNCTION judgements_told(about uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT t.state <> 'cancelled' AND ((t.facts ->> 'judge_by')::timestamptz <= current_setting('nodus.at')::timestamptz
    OR NOT EXISTS (SELECT FROM jsonb_array_elements_text(t.facts -> 'invited') AS asked (id) WHERE NOT EXISTS (
      SELECT FROM case_item j WHERE j.parent_id = t.id AND j.kind = 'judgement' AND j.organisation_id = asked.id::uuid)))
  FROM case_item t WHERE t.id = about AND t.kind = 'joint_table'
$$;
COMMENT ON FUNCTION judgements_told IS 'Whether the judgements of a joint table may be seen by others than their writers.';

ALTER POLICY read ON case_item USING ((owns_case(case_id)
  OR (case_id IN (SELECT my_teams()) AND (audience IS NULL OR organisation_id = me() OR me() = ANY (audience))))
  AND (kind <> 'judgement' OR organisation_id = me() OR judgements_told(parent_id)));
ALTER POLICY change ON case_item USING (kind <> 'judgement' AND (owns_case(case_id)
  OR (case_id IN (SELECT my_teams()) AND (organisation_id = me() OR assigned_to = me()))));
"""

FROZEN = """
CREATE INDEX case_item_freezes ON case_item (case_id) WHERE kind = 'calamity' AND state = 'open';
CREATE FUNCTION is_frozen(about uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM case_item WHERE case_id = about AND kind = 'calamity' AND state = 'open')
  AND (me() IS NULL OR owns_case(about) OR about IN (SELECT my_teams())) $$;
COMMENT ON FUNCTION is_frozen IS 'Whether a calamity forbids that anything of the case is destroyed. Retention must ask.';

CREATE FUNCTION keep_frozen_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM case_item WHERE case_id = OLD.case_id AND kind = 'calamity' AND state = 'open') THEN
    RAISE EXCEPTION 'The case is frozen: a calamity has not ended.' USING ERRCODE = 'check_violation';
  END IF;
  RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER keep_frozen BEFORE UPDATE OF destroyed_at OR DELETE ON vault_key
  FOR EACH ROW EXECUTE FUNCTION keep_frozen_keys();
"""
RIGHTS = """
REVOKE ALL ON FUNCTION judgements_told(uuid), is_frozen(uuid), keep_frozen_keys() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION judgements_told(uuid), is_frozen(uuid) TO nodus_app, nodus_worker;
"""
DOWN = """
DROP TRIGGER keep_frozen ON vault_key;
DROP FUNCTION keep_frozen_keys();
DROP FUNCTION is_frozen(uuid);
DROP INDEX case_item_freezes;
ALTER POLICY change ON case_item USING (owns_case(case_id)
  OR (case_id IN (SELECT my_teams()) AND (organisation_id = me() OR assigned_to = me())));
ALTER POLICY read ON case_item USING (owns_case(case_id)
  OR (case_id IN (SELECT my_teams()) AND (audience IS NULL OR organisation_id = me() OR me() = ANY (audience))));
DROP FUNCTION judgements_told(uuid);
DROP INDEX one_judgement_each;
"""


def upgrade() -> None:
    """There is no joint table and no calamity yet."""
    carry_out(JUDGEMENTS + FROZEN + RIGHTS)


def downgrade() -> None:
    """Judgements become visible to the owner of the case, and nothing is frozen."""
    carry_out(DOWN)
