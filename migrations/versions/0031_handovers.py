"""An owned case can be handed over: it is offered, and stays where it is until somebody accepts."""

from migrations.script import carry_out

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE handover (
  id uuid PRIMARY KEY,
  case_id uuid NOT NULL REFERENCES cases,
  what text NOT NULL CHECK (what IN ('handover', 'transfer')),
  organisation_id uuid NOT NULL REFERENCES organisation,
  key_id uuid,
  asked_at timestamptz NOT NULL,
  reason text NOT NULL,
  warm boolean NOT NULL,
  municipality_code text,
  provider text,
  stay_role text,
  stay_purpose text,
  sealed bytea,
  CONSTRAINT a_transfer_has_a_place CHECK ((what = 'transfer') = (municipality_code IS NOT NULL)),
  CONSTRAINT only_routing_finds_a_kind CHECK (what = 'transfer' OR provider IS NULL),
  CONSTRAINT nobody_is_spoken_with_before_routing CHECK (what = 'handover' OR NOT warm),
  CONSTRAINT who_stays_says_as_what CHECK ((stay_role IS NULL) = (stay_purpose IS NULL))
);
CREATE INDEX handover_by_case ON handover (case_id, id);
COMMENT ON TABLE handover IS 'The owner of a case asks another to take it over. What became of it is told by its offers.';
COMMENT ON COLUMN handover.sealed IS 'Conditions, and with whom and when it was spoken about.';

ALTER TABLE offer
  ADD COLUMN what text NOT NULL DEFAULT 'assignment' CHECK (what IN ('assignment', 'handover', 'transfer')),
  ADD COLUMN handover_id uuid REFERENCES handover,
  ADD COLUMN from_organisation_id uuid,
  ALTER COLUMN decision_id DROP NOT NULL,
  ADD CONSTRAINT what_is_handed_over_has_an_owner
    CHECK ((what = 'assignment') = (handover_id IS NULL) AND (handover_id IS NULL) = (from_organisation_id IS NULL)),
  ADD CONSTRAINT only_who_is_named_was_not_decided CHECK ((what = 'handover') = (decision_id IS NULL)),
  ADD CONSTRAINT nobody_hands_over_to_themselves CHECK (from_organisation_id IS DISTINCT FROM organisation_id);
COMMENT ON COLUMN offer.what IS 'assignment: of a case that nobody owns · handover, transfer: its owner keeps it until then.';
-- Who declined a case that was new may be asked to take it over later, and again in another handover.
DROP INDEX nobody_is_asked_twice;
CREATE UNIQUE INDEX nobody_is_asked_twice ON offer (case_id, organisation_id) WHERE state <> 'withdrawn' AND handover_id IS NULL;
CREATE UNIQUE INDEX nobody_is_asked_twice_in_a_handover ON offer (handover_id, organisation_id) WHERE handover_id IS NOT NULL;
CREATE INDEX offer_by_case ON offer (case_id, id);

ALTER TABLE notice ADD COLUMN what text NOT NULL DEFAULT 'assignment';
ALTER TABLE cases DROP CONSTRAINT cases_deadline_kind_check;
ALTER TABLE cases ADD CONSTRAINT cases_deadline_kind_check
  CHECK (deadline_kind IN ('accept', 'first_contact', 'follow_up', 'aftercare', 'take_up'));
"""

FUNCTIONS = """
CREATE FUNCTION owner_of(about uuid) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT owner_organisation_id FROM cases WHERE id = about $$;
CREATE FUNCTION asked_to_take_over(about uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM offer o WHERE o.case_id = about AND o.state = 'pending' AND o.organisation_id = me()
  AND o.handover_id IS NOT NULL) $$;
CREATE FUNCTION asked_in_handover(about uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM offer o WHERE o.handover_id = about AND o.state = 'pending' AND o.organisation_id = me()) $$;
-- The row's own version was written by the transaction that is running: who hands over joins the team in it, or never.
CREATE FUNCTION took_over_from(about uuid, old uuid, as_role text, as_purpose text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM offer o JOIN handover h ON h.id = o.handover_id
  WHERE o.case_id = about AND o.organisation_id = me() AND o.state = 'accepted' AND o.from_organisation_id = old
    AND h.stay_role = as_role AND h.stay_purpose = as_purpose AND o.xmin = pg_current_xact_id()::xid) $$;
-- What the old owner still had to do is the new one's. As whoever asks: it must own the case by now.
CREATE FUNCTION pass_on_duties(about uuid, old uuid, new uuid) RETURNS bigint LANGUAGE sql VOLATILE AS $$
  WITH passed AS (UPDATE case_item SET assigned_to = new, version = version + 1
    WHERE case_id = about AND assigned_to = old AND state = 'open' RETURNING id)
  SELECT count(*) FROM passed
$$;
CREATE FUNCTION owners_of(about uuid)
RETURNS TABLE (organisation_id uuid, since timestamptz, until timestamptz, what text, from_organisation_id uuid,
  reason text, warm boolean, offer_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.organisation_id, o.answered_at, coalesce(lead(o.answered_at) OVER (ORDER BY o.answered_at, o.id), c.closed_at), o.what,
    o.from_organisation_id, h.reason, h.warm, o.id
  FROM offer o JOIN cases c ON c.id = o.case_id LEFT JOIN handover h ON h.id = o.handover_id
  WHERE o.case_id = about AND o.state = 'accepted' AND (me() IS NULL OR c.intake_organisation_id = me()
    OR c.owner_organisation_id = me() OR about IN (SELECT my_teams()) OR about IN (SELECT my_invitations())
    OR EXISTS (SELECT FROM offer p WHERE p.case_id = about AND p.state = 'pending' AND p.organisation_id = me()))
  ORDER BY o.answered_at, o.id
$$;
COMMENT ON FUNCTION owners_of IS 'Who owned a case from when until when, for whoever may see that case.';
REVOKE ALL ON FUNCTION owner_of(uuid), asked_to_take_over(uuid), asked_in_handover(uuid), took_over_from(uuid, uuid, text, text),
  pass_on_duties(uuid, uuid, uuid), owners_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION owner_of(uuid), asked_to_take_over(uuid), asked_in_handover(uuid),
  took_over_from(uuid, uuid, text, text), pass_on_duties(uuid, uuid, uuid), owners_of(uuid)
  TO nodus_app, nodus_worker;
"""

POLICIES = """
ALTER TABLE handover ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON handover TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY read ON handover FOR SELECT TO nodus_app USING (
  organisation_id = me() OR owns_case(case_id) OR asked_in_handover(id));
CREATE POLICY ask ON handover FOR INSERT TO nodus_app WITH CHECK (organisation_id = me() AND owns_case(case_id));
GRANT SELECT, INSERT ON handover TO nodus_app, nodus_worker;

-- A case that is owned is offered by its owner; then by who has just declined it, to the next.
ALTER POLICY make ON offer WITH CHECK (written_by = me() AND CASE WHEN handover_id IS NULL
  THEN intake_organisation_id = me() OR (was_asked(case_id) AND owner_of(case_id) IS NULL)
  ELSE from_organisation_id = owner_of(case_id) AND (owns_case(case_id) OR was_asked(case_id)) END);
ALTER POLICY read ON offer USING (organisation_id = me() OR intake_organisation_id = me() OR from_organisation_id = me()
  OR (handover_id IS NOT NULL AND owns_case(case_id)));
ALTER POLICY answer ON offer
  USING (state = 'pending' AND (organisation_id = me() OR intake_organisation_id = me()
    OR (handover_id IS NOT NULL AND owns_case(case_id))))
  WITH CHECK (organisation_id = me() OR intake_organisation_id = me() OR (handover_id IS NOT NULL AND owns_case(case_id)));
-- The conditions are sealed under the key of the case; everything else under it is closed by its own table.
ALTER POLICY read ON vault_key USING (intake_organisation_id = me() OR owns_case(case_id) OR owns_case_joined(case_id)
  OR case_id IN (SELECT my_teams()) OR asked_to_take_over(case_id));
CREATE POLICY stay ON case_member FOR INSERT TO nodus_app WITH CHECK (
  invited_by = me() AND state = 'member' AND owns_case(case_id) AND took_over_from(case_id, organisation_id, role, purpose));
"""

TASK = """
DROP VIEW task;
-- A join over rooms: what an organisation is asked, or was, in codes. Of a case that it does not own only what its offer told.
CREATE VIEW task AS
  SELECT o.id, o.case_id, o.organisation_id, o.state AS offer_state, o.version AS offer_version, o.reason, o.rung,
    o.offered_at, o.accept_by, o.answered_at, o.municipality_code, o.seen_at, c.reference, m.updated_at,
    {requester}i.name AS intake_name, n.name AS owner_name, n.agb, n.ura, n.oin,
    CASE WHEN own.is THEN c.urgency ELSE o.urgency END AS urgency, CASE WHEN own.is THEN c.flags ELSE o.flags END AS flags,
    CASE WHEN own.is THEN c.opened_at END AS opened_at, CASE WHEN own.is THEN c.closed_at END AS closed_at,
    CASE WHEN o.state = 'accepted' THEN c.version END AS case_version,
    CASE
      WHEN o.state = 'pending' THEN CASE WHEN o.seen_at IS NULL THEN 'pending' ELSE 'seen' END
      WHEN o.state <> 'accepted' THEN o.state
      WHEN NOT own.is THEN {gone}
      WHEN c.state = 'closed' AND EXISTS (SELECT FROM error_agreement a WHERE a.case_id = c.id AND a.withdrawn_at IS NULL)
        THEN 'in_error'
      ELSE c.state
    END AS standing
  FROM task_mark m
  JOIN offer o ON o.id = m.offer_id
  JOIN cases c ON c.id = o.case_id
  {from}
  LEFT JOIN organisation n ON n.id = o.organisation_id
  CROSS JOIN LATERAL (
    SELECT o.state = 'accepted' AND c.owner_organisation_id IS NOT DISTINCT FROM o.organisation_id{last} AS is) own
  WHERE m.organisation_id = me() AND o.organisation_id = me();
COMMENT ON VIEW task IS 'Kept by exchange: what an organisation is asked, for that organisation. No contents.';
GRANT SELECT ON task TO nodus_app, nodus_worker;
"""
BEFORE = {
    "requester": "o.intake_organisation_id, ",
    "from": "LEFT JOIN organisation i ON i.id = o.intake_organisation_id",
    "gone": "'withdrawn'",
    "last": "",
}
# Who has a case for the second time has two offers that it accepted: only the last one stands for the case.
NOW = {
    "requester": "coalesce(o.from_organisation_id, o.intake_organisation_id) AS intake_organisation_id, o.what,\n"
    "    h.reason AS handover_reason, ",
    "from": "LEFT JOIN organisation i ON i.id = coalesce(o.from_organisation_id, o.intake_organisation_id)\n"
    "  LEFT JOIN handover h ON h.id = o.handover_id",
    "gone": "'handed_over'",
    "last": "\n    AND NOT EXISTS (SELECT FROM offer l WHERE l.case_id = o.case_id AND l.state = 'accepted' AND l.id > o.id)",
}

DOWN = """
DROP POLICY stay ON case_member;
ALTER POLICY read ON vault_key USING (
  intake_organisation_id = me() OR owns_case(case_id) OR owns_case_joined(case_id) OR case_id IN (SELECT my_teams()));
ALTER POLICY answer ON offer USING (state = 'pending' AND (organisation_id = me() OR intake_organisation_id = me()))
  WITH CHECK (organisation_id = me() OR intake_organisation_id = me());
ALTER POLICY read ON offer USING (organisation_id = me() OR intake_organisation_id = me());
ALTER POLICY make ON offer WITH CHECK (written_by = me() AND (intake_organisation_id = me() OR was_asked(case_id)));
UPDATE cases SET deadline_kind = 'follow_up' WHERE deadline_kind = 'take_up';
ALTER TABLE cases DROP CONSTRAINT cases_deadline_kind_check;
ALTER TABLE cases ADD CONSTRAINT cases_deadline_kind_check
  CHECK (deadline_kind IN ('accept', 'first_contact', 'follow_up', 'aftercare'));
DELETE FROM notice WHERE what <> 'assignment';
ALTER TABLE notice DROP COLUMN what;
DELETE FROM task_mark m USING offer o WHERE o.id = m.offer_id AND o.handover_id IS NOT NULL;
DELETE FROM offer WHERE handover_id IS NOT NULL;
DROP INDEX offer_by_case, nobody_is_asked_twice_in_a_handover, nobody_is_asked_twice;
CREATE UNIQUE INDEX nobody_is_asked_twice ON offer (case_id, organisation_id) WHERE state <> 'withdrawn';
DROP FUNCTION owners_of(uuid), pass_on_duties(uuid, uuid, uuid), took_over_from(uuid, uuid, text, text);
DROP POLICY read ON handover;
DROP FUNCTION asked_in_handover(uuid), asked_to_take_over(uuid), owner_of(uuid);
ALTER TABLE offer
  DROP CONSTRAINT nobody_hands_over_to_themselves,
  DROP CONSTRAINT only_who_is_named_was_not_decided,
  DROP CONSTRAINT what_is_handed_over_has_an_owner,
  ALTER COLUMN decision_id SET NOT NULL,
  DROP COLUMN from_organisation_id, DROP COLUMN handover_id, DROP COLUMN what;
DROP TABLE handover;
"""


def upgrade() -> None:
    """Every offer that there is asks somebody to take a new case."""
    carry_out(TABLES + FUNCTIONS + POLICIES + TASK.format(**NOW))


def downgrade() -> None:
    """Owners stay who they are; how they became it is lost."""
    carry_out(TASK.format(**BEFORE) + DOWN)
