"""What only the owner of a case does with it is the owner's in the database too; who answers an offer or a tie forges none."""

from migrations.script import carry_out

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

# Columns that nobody changes once they are written.
COLUMNS = """
REVOKE UPDATE ON cases, case_item, case_member, case_tie FROM nodus_app;
GRANT UPDATE (owner_organisation_id, coordinator, deputy, state, urgency, flags, municipality_code, accepted_at, closed_at,
  deadline_at, deadline_kind, climbed, next_climb_at, promised_at, withdrawn_at, last_act_at, version) ON cases TO nodus_app;
GRANT UPDATE (state, assigned_to, due_at, audience, ended_at, ended_by, ended_facts, ended_sealed, snoozed, version)
  ON case_item TO nodus_app;
GRANT UPDATE (state, answered_at, ended_at, reason, version) ON case_member TO nodus_app;
GRANT UPDATE (state, answered_at, moved, version) ON case_tie TO nodus_app;
"""

# Whoever has a part in a case may move its clock: a policy of rows can't say which columns. Functions of the database's owner
# and the worker are past this.
GUARD = """
CREATE FUNCTION guard_case() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF current_user <> 'nodus_app' THEN
    RETURN NEW;
  END IF;
  IF NEW.owner_organisation_id IS DISTINCT FROM OLD.owner_organisation_id THEN
    IF NEW.owner_organisation_id = me() AND EXISTS (SELECT FROM offer o WHERE o.case_id = OLD.id AND o.organisation_id = me()
      AND o.state = 'pending' AND o.from_organisation_id IS NOT DISTINCT FROM OLD.owner_organisation_id) THEN
      RETURN NEW;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'Only who is asked to take a case becomes its owner.';
  END IF;
  IF OLD.owner_organisation_id = me() THEN
    RETURN NEW;
  END IF;
  IF (NEW.coordinator, NEW.deputy, NEW.accepted_at) IS DISTINCT FROM (OLD.coordinator, OLD.deputy, OLD.accepted_at)
    OR ((NEW.state = 'closed') <> (OLD.state = 'closed') AND NOT (OLD.intake_organisation_id = me() AND (
      OLD.owner_organisation_id IS NULL OR EXISTS (SELECT FROM error_agreement a
        WHERE a.case_id = OLD.id AND a.withdrawn_at IS NOT NULL AND a.xmin = pg_current_xact_id()::xid)))) THEN
    RAISE insufficient_privilege USING MESSAGE = 'That is for the owner of the case.';
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION guard_case IS 'Who owns a case, who coordinates it there and that it ends: not for its team or who is asked.';
REVOKE ALL ON FUNCTION guard_case() FROM PUBLIC;
CREATE TRIGGER guard BEFORE UPDATE ON cases FOR EACH ROW EXECUTE FUNCTION guard_case();
"""

# A case, a handover and their first offer are written by one statement, which sees none of them yet: what is not there is
# new, and its own policy says whose it is.
OFFERS = """
CREATE FUNCTION took_in(about uuid, by uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT coalesce((SELECT intake_organisation_id = by FROM cases WHERE id = about), true) $$;
COMMENT ON FUNCTION took_in IS 'Whether an organisation took a case in; so it is of a case that is being written.';
CREATE FUNCTION hands_over(asked uuid, about uuid, by uuid) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT (SELECT (case_id, organisation_id) = (about, by) FROM handover WHERE id = asked) $$;
COMMENT ON FUNCTION hands_over IS 'Whether a handover is of this case, asked by this organisation; NULL: it is being written.';
REVOKE ALL ON FUNCTION took_in(uuid, uuid), hands_over(uuid, uuid, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION took_in(uuid, uuid), hands_over(uuid, uuid, uuid) TO nodus_app, nodus_worker;

-- Who writes an offer of somebody else's case to itself would have been asked, and read what whoever is asked reads.
ALTER POLICY make ON offer WITH CHECK (written_by = me() AND took_in(case_id, intake_organisation_id) AND CASE
  WHEN handover_id IS NULL THEN owner_of(case_id) IS NULL AND (intake_organisation_id = me() OR was_asked(case_id))
  ELSE from_organisation_id = owner_of(case_id) AND (
    (owns_case(case_id) AND coalesce(hands_over(handover_id, case_id, from_organisation_id), true))
    OR (was_asked(case_id) AND coalesce(hands_over(handover_id, case_id, from_organisation_id), false))) END);
"""
OFFERS_BEFORE = """
ALTER POLICY make ON offer WITH CHECK (written_by = me() AND CASE WHEN handover_id IS NULL
  THEN intake_organisation_id = me() OR (was_asked(case_id) AND owner_of(case_id) IS NULL)
  ELSE from_organisation_id = owner_of(case_id) AND (owns_case(case_id) OR was_asked(case_id)) END);
DROP FUNCTION hands_over(uuid, uuid, uuid), took_in(uuid, uuid);
"""

POLICIES = """
-- A case begins with nobody, or beside one that its owner splits.
ALTER POLICY open ON cases WITH CHECK (intake_organisation_id = me() AND joined_into IS NULL
  AND (owner_organisation_id IS NULL OR owner_organisation_id = me()) AND (split_from IS NULL OR owns_case(split_from)));
-- Nobody is a member who did not accept.
ALTER POLICY change ON case_member WITH CHECK (
  (state <> 'member' AND (owner_organisation_id = me() OR owns_case(case_id)))
  OR (organisation_id = me() AND (state IN ('declined', 'left') OR (state = 'member' AND case_id IN (SELECT my_invitations())))));
-- Nor is a case joined that its owner did not propose.
ALTER POLICY write ON case_tie WITH CHECK (organisation_id = me() AND owns_case(case_id)
  AND (state = 'proposed' OR (kind = 'split' AND owns_case(other_case_id))));
ALTER POLICY change ON case_tie WITH CHECK (state <> 'proposed' AND (owns_case(case_id) OR owns_case(other_case_id)));
-- A member hastens what is owed; that it was done, or is not going to be, the owner says.
ALTER POLICY write ON obligation WITH CHECK (organisation_id = me()
  AND (owns_case(case_id) OR (state = 'open' AND is_on_team(case_id))));
ALTER POLICY change ON obligation WITH CHECK (owns_case(case_id) OR (state = 'open' AND is_on_team(case_id)));
"""
POLICIES_BEFORE = """
ALTER POLICY open ON cases WITH CHECK (intake_organisation_id = me());
DROP POLICY change ON obligation;
CREATE POLICY change ON obligation FOR UPDATE TO nodus_app USING (owns_case(case_id) OR is_on_team(case_id));
ALTER POLICY write ON obligation WITH CHECK (organisation_id = me() AND (owns_case(case_id) OR is_on_team(case_id)));
DROP POLICY change ON case_tie;
CREATE POLICY change ON case_tie FOR UPDATE TO nodus_app USING (owns_case(case_id) OR owns_case(other_case_id));
ALTER POLICY write ON case_tie WITH CHECK (organisation_id = me() AND owns_case(case_id));
ALTER POLICY change ON case_member WITH CHECK ((owner_organisation_id = me() OR owns_case(case_id))
  OR (organisation_id = me() AND (state IN ('declined', 'left') OR (state = 'member' AND case_id IN (SELECT my_invitations())))));
"""
DOWN = """
DROP TRIGGER guard ON cases;
DROP FUNCTION guard_case();
REVOKE UPDATE ON cases, case_item, case_member, case_tie FROM nodus_app;
GRANT UPDATE ON cases, case_item, case_member, case_tie TO nodus_app;
"""


def upgrade() -> None:
    """No row is touched."""
    carry_out(COLUMNS + GUARD + OFFERS + POLICIES)


def downgrade() -> None:
    """What the program does not do is possible again."""
    carry_out(POLICIES_BEFORE + OFFERS_BEFORE + DOWN)
