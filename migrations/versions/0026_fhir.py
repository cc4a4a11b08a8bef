"""FHIR tasks: an offer that was seen says so, and every task has a moment that follows the order of its reader's feed."""

from migrations.script import carry_out

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE offer ADD COLUMN seen_at timestamptz;
COMMENT ON COLUMN offer.seen_at IS 'When whoever is asked said that it has seen the offer; its time runs on all the same.';

CREATE TABLE task_reader (
  organisation_id uuid PRIMARY KEY,
  through bigint NOT NULL,
  latest timestamptz NOT NULL
);
COMMENT ON TABLE task_reader IS 'The tasks of this organisation have their moments for all events of its feed up to this number.';
CREATE TABLE task_mark (
  offer_id uuid PRIMARY KEY REFERENCES offer,
  organisation_id uuid NOT NULL,
  number bigint NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX task_mark_in_order ON task_mark (organisation_id, updated_at, offer_id);
COMMENT ON TABLE task_mark IS 'The last event of the feed about a task, and the moment that its number gives it.';

GRANT SELECT, INSERT, UPDATE ON task_reader, task_mark TO nodus_app, nodus_worker;
ALTER TABLE task_reader ENABLE ROW LEVEL SECURITY;
ALTER TABLE task_mark ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON task_reader TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY worker ON task_mark TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON task_reader TO nodus_app USING (organisation_id = me());
CREATE POLICY own ON task_mark TO nodus_app USING (organisation_id = me());

-- A join over rooms: what an organisation is asked, or was, in codes. Of a case that it does not own only what its offer told.
CREATE VIEW task AS
  SELECT o.id, o.case_id, o.organisation_id, o.state AS offer_state, o.version AS offer_version, o.reason, o.rung,
    o.offered_at, o.accept_by, o.answered_at, o.municipality_code, o.seen_at, c.reference, m.updated_at,
    o.intake_organisation_id, i.name AS intake_name, n.name AS owner_name, n.agb, n.ura, n.oin,
    CASE WHEN own.is THEN c.urgency ELSE o.urgency END AS urgency, CASE WHEN own.is THEN c.flags ELSE o.flags END AS flags,
    CASE WHEN own.is THEN c.opened_at END AS opened_at, CASE WHEN own.is THEN c.closed_at END AS closed_at,
    CASE WHEN o.state = 'accepted' THEN c.version END AS case_version,
    CASE
      WHEN o.state = 'pending' THEN CASE WHEN o.seen_at IS NULL THEN 'pending' ELSE 'seen' END
      WHEN o.state <> 'accepted' THEN o.state
      WHEN NOT own.is THEN 'withdrawn'
      WHEN c.state = 'closed' AND EXISTS (SELECT FROM error_agreement a WHERE a.case_id = c.id AND a.withdrawn_at IS NULL)
        THEN 'in_error'
      ELSE c.state
    END AS standing
  FROM task_mark m
  JOIN offer o ON o.id = m.offer_id
  JOIN cases c ON c.id = o.case_id
  LEFT JOIN organisation i ON i.id = o.intake_organisation_id
  LEFT JOIN organisation n ON n.id = o.organisation_id
  CROSS JOIN LATERAL (SELECT o.state = 'accepted' AND c.owner_organisation_id IS NOT DISTINCT FROM o.organisation_id AS is) own
  WHERE m.organisation_id = me() AND o.organisation_id = me();
COMMENT ON VIEW task IS 'Kept by exchange: what an organisation is asked, for that organisation. No contents.';
GRANT SELECT ON task TO nodus_app, nodus_worker;
"""

DOWN = """
DROP VIEW task;
DROP TABLE task_mark, task_reader;
ALTER TABLE offer DROP COLUMN seen_at;
"""


def upgrade() -> None:
    """Nothing that there is changes; marks are made when somebody first reads tasks."""
    carry_out(UP)


def downgrade() -> None:
    """What was seen is forgotten."""
    carry_out(DOWN)
