"""A desk with only a mailbox: mailboxes, the notices that go to them, and each mail."""

from alembic import op

from migrations.script import carry_out

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE mailbox (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  address bytea NOT NULL,
  language text NOT NULL CHECK (language IN ('nl', 'en')),
  state text NOT NULL CHECK (state IN ('unconfirmed', 'active', 'paused')),
  code bytea,
  code_made_at timestamptz,
  mailed_at timestamptz,
  confirmed_at timestamptz,
  told_through bigint NOT NULL DEFAULT 0,
  failing_since timestamptz,
  last_error text,
  silent_told_at timestamptz,
  created_at timestamptz NOT NULL,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT a_mailbox_is_confirmed_or_not CHECK ((state = 'unconfirmed') = (confirmed_at IS NULL)),
  CONSTRAINT a_code_has_its_moment CHECK ((code IS NULL) = (code_made_at IS NULL))
);
CREATE INDEX mailbox_of_organisation ON mailbox (organisation_id, id);
COMMENT ON COLUMN mailbox.address IS 'Wrapped under the master key and bound to the mailbox, as its code.';
COMMENT ON COLUMN mailbox.told_through IS
  'Notices were made of every event of its organisation up to this number: a mailbox reads its organisation''s feed in order.';
COMMENT ON COLUMN mailbox.mailed_at IS 'When a code or a test was last asked for.';

CREATE TABLE notice (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL,
  mailbox_id uuid NOT NULL REFERENCES mailbox ON DELETE CASCADE,
  offer_id uuid NOT NULL REFERENCES offer,
  case_id uuid NOT NULL,
  reference text NOT NULL,
  urgency text NOT NULL,
  municipality_code text NOT NULL,
  municipality_name text NOT NULL,
  digest bytea NOT NULL CHECK (length(digest) = 32),
  state text NOT NULL CHECK (state IN ('waiting', 'sent', 'opened', 'bounced', 'ended')),
  made_at timestamptz NOT NULL,
  counted_from timestamptz NOT NULL,
  accept_by timestamptz NOT NULL,
  remind_at timestamptz,
  alarm_at timestamptz,
  sent_at timestamptz,
  opened_at timestamptz,
  bounced_at timestamptz,
  ended_at timestamptz,
  outcome text CHECK (outcome IN ('accepted', 'declined', 'expired', 'withdrawn')),
  UNIQUE (mailbox_id, offer_id),
  CONSTRAINT an_ended_notice_says_how
    CHECK ((state = 'ended') = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (outcome IS NULL)),
  CONSTRAINT nothing_is_planned_for_what_ended CHECK (state <> 'ended' OR (remind_at IS NULL AND alarm_at IS NULL))
);
CREATE INDEX notice_of_mailbox ON notice (mailbox_id, id);
CREATE INDEX notice_of_offer ON notice (offer_id);
CREATE INDEX notice_to_remind ON notice (remind_at) WHERE remind_at IS NOT NULL;
CREATE INDEX notice_unopened ON notice (alarm_at) WHERE alarm_at IS NOT NULL;
COMMENT ON COLUMN notice.digest IS 'SHA-256 of the secret in its address.';
COMMENT ON COLUMN notice.alarm_at IS 'Not opened by then, somebody is told to ring; null: not pressing, or told.';

CREATE TABLE notice_mail (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL,
  mailbox_id uuid NOT NULL REFERENCES mailbox ON DELETE CASCADE,
  notice_id uuid REFERENCES notice ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('code', 'test', 'offer', 'reminder', 'hastened', 'end')),
  state text NOT NULL CHECK (state IN ('waiting', 'sent', 'bounced', 'dropped')),
  attempts smallint NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  leased_until timestamptz,
  made_at timestamptz NOT NULL,
  sent_at timestamptz,
  error text,
  CONSTRAINT a_notice_for_what_is_asked CHECK ((kind IN ('code', 'test')) = (notice_id IS NULL))
);
CREATE INDEX notice_mail_due ON notice_mail (next_attempt_at) WHERE state = 'waiting';
CREATE INDEX notice_mail_of_mailbox ON notice_mail (mailbox_id, id);
CREATE INDEX notice_mail_of_notice ON notice_mail (notice_id, id);
CREATE UNIQUE INDEX one_mail_of_a_notice_waits ON notice_mail (notice_id) WHERE state = 'waiting';
COMMENT ON TABLE notice_mail IS
  'What is to be mailed and was; it is worded when it is sent, so that it tells the time that is left then.';
"""
OWN = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON {table} TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON {table} TO nodus_app USING (organisation_id = me());
GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO nodus_app, nodus_worker;
"""
# Before its secret is looked at nobody knows whose notice it is.
GATE = """
CREATE POLICY gate ON notice FOR SELECT TO nodus_gate USING (true);
GRANT SELECT (id, organisation_id, digest, ended_at) ON notice TO nodus_gate;
"""
ROOM = ("mailbox", "notice", "notice_mail")


def upgrade() -> None:
    """Three tables, empty."""
    carry_out(TABLES + "".join(OWN.format(table=table) for table in ROOM) + GATE)


def downgrade() -> None:
    """Mailboxes must be registered anew; offers stay."""
    for table in reversed(ROOM):
        op.execute(f"DROP TABLE {table}")
