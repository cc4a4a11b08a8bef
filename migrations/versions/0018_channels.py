"""Reports that come in otherwise than by phone: of professionals, of the police, from other desks, by the form on the web."""

from migrations.script import carry_out

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE call ALTER COLUMN key_id DROP NOT NULL;
COMMENT ON COLUMN call.key_id IS 'The API key of whoever stored it; null for the form on the web, which nobody needs a key for.';
ALTER TABLE earlier_look ALTER COLUMN key_id DROP NOT NULL;  -- null: mail that the command line brought

CREATE TABLE report (
  id uuid PRIMARY KEY,
  channel text NOT NULL CHECK (channel IN ('professional', 'transfer', 'web')),
  organisation_id uuid NOT NULL REFERENCES organisation,
  sender_organisation_id uuid REFERENCES organisation,
  call_id uuid NOT NULL,
  sent_at timestamptz NOT NULL,
  consent text CHECK (consent IN ('given', 'refused', 'not_asked')),
  way text CHECK (way IN ('warm', 'cold')),
  told_at timestamptz,
  form_key bytea CHECK (length(form_key) = 32),
  CONSTRAINT the_web_has_no_sender CHECK ((channel = 'web') = (sender_organisation_id IS NULL)),
  CONSTRAINT the_web_has_a_key CHECK ((channel = 'web') = (form_key IS NOT NULL))
);
CREATE INDEX report_of_sender ON report (sender_organisation_id, channel, id);
CREATE INDEX report_by_call ON report (call_id);
CREATE INDEX transfer_untold ON report (id) WHERE channel = 'transfer' AND told_at IS NULL;
CREATE UNIQUE INDEX a_form_is_sent_once ON report (organisation_id, form_key);
COMMENT ON TABLE report IS 'Who sent a call that came otherwise than by phone, and which call it became.';
COMMENT ON COLUMN report.organisation_id IS 'Who took it in, and is responsible for it.';
COMMENT ON COLUMN report.told_at IS
  'Of a transfer: when the sender was told that somebody else has accepted it; until then it answers for it.';
COMMENT ON COLUMN report.form_key IS 'SHA-256 of the number in the form that was sent, so that two clicks make one call.';

CREATE TABLE police_report (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  sender_organisation_id uuid NOT NULL REFERENCES organisation,
  state text NOT NULL CHECK (state IN ('taken_in', 'unread', 'entered', 'set_aside')),
  purpose text NOT NULL CHECK (purpose IN ('a', 'b', 'c')),
  parser text NOT NULL,
  media_type text NOT NULL,
  received_at timestamptz NOT NULL,
  sha256 bytea NOT NULL CHECK (length(sha256) = 32),
  message bytea NOT NULL CHECK (length(message) = 32),
  fault text,
  call_id uuid,
  sealed_under uuid NOT NULL,
  sealed bytea NOT NULL,
  ended_at timestamptz,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT read_or_it_says_why_not CHECK ((state = 'taken_in') = (fault IS NULL)),
  CONSTRAINT taken_in_is_a_call CHECK ((state IN ('taken_in', 'entered')) = (call_id IS NOT NULL))
);
CREATE UNIQUE INDEX a_police_report_comes_once ON police_report (organisation_id, message);
CREATE INDEX police_report_of_organisation ON police_report (organisation_id, id);
CREATE INDEX police_report_unread ON police_report (organisation_id, id) WHERE state = 'unread';
CREATE INDEX police_report_by_call ON police_report (call_id) WHERE call_id IS NOT NULL;
COMMENT ON TABLE police_report IS
  'A report of the police as it came, sealed; and which call it became, or why nobody could read it yet.';
COMMENT ON COLUMN police_report.purpose IS 'Of decree BWBR0045999: a to report, b to answer the desk, c to enable support.';
COMMENT ON COLUMN police_report.message IS
  'SHA-256 of the Message-ID of its mail, else of its bytes: the same mail twice is one report.';
COMMENT ON COLUMN police_report.sealed_under IS
  'Whose key the original is sealed with: the call''s (its case_id), or for what could not be read its own.';

GRANT SELECT, INSERT, UPDATE ON report, police_report TO nodus_app, nodus_worker;
ALTER TABLE report ENABLE ROW LEVEL SECURITY;
ALTER TABLE police_report ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON report TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY worker ON police_report TO nodus_worker USING (true) WITH CHECK (true);
-- The work of taking in is done for who takes in; whoever sent sees its own rows, and of the call what report_told tells.
CREATE POLICY read ON report FOR SELECT TO nodus_app USING (organisation_id = me() OR sender_organisation_id = me());
CREATE POLICY take ON report FOR INSERT TO nodus_app WITH CHECK (organisation_id = me());
CREATE POLICY read ON police_report FOR SELECT TO nodus_app USING (organisation_id = me() OR sender_organisation_id = me());
CREATE POLICY take ON police_report FOR INSERT TO nodus_app WITH CHECK (organisation_id = me());
CREATE POLICY change ON police_report FOR UPDATE TO nodus_app USING (organisation_id = me());

-- A join over rooms: of a call only what may be told to who sent it, and to who took it in. Nothing of a person.
CREATE VIEW report_told WITH (security_barrier) AS
  SELECT c.id AS call_id, c.organisation_id, c.reference, c.state AS call_state, c.urgency, k.id AS case_id,
    k.state AS case_state, k.accepted_at, k.owner_organisation_id, o.name AS owner_name
  FROM call c
  LEFT JOIN cases k ON k.id = coalesce(c.joined_case_id, c.case_id)
  LEFT JOIN organisation o ON o.id = k.owner_organisation_id
  WHERE c.organisation_id = me() OR current_user = 'nodus_worker'
    OR EXISTS (SELECT FROM report r WHERE r.call_id = c.id AND r.sender_organisation_id = me())
    OR EXISTS (SELECT FROM police_report p WHERE p.call_id = c.id AND p.sender_organisation_id = me());
COMMENT ON VIEW report_told IS 'Kept by channels: how far a call is, for who sent it and who took it in.';
GRANT SELECT ON report_told TO nodus_app, nodus_worker;
"""

DOWN = """
DROP VIEW report_told;
DROP TABLE police_report, report;
DELETE FROM earlier_look WHERE key_id IS NULL;
ALTER TABLE earlier_look ALTER COLUMN key_id SET NOT NULL;
UPDATE call SET key_id = '00000000-0000-0000-0000-000000000000' WHERE key_id IS NULL;
ALTER TABLE call ALTER COLUMN key_id SET NOT NULL;
"""


def upgrade() -> None:
    """Calls may come without a key."""
    carry_out(UP)


def downgrade() -> None:
    """Calls of the web get the key that nobody has; the originals of police reports go."""
    carry_out(DOWN)
