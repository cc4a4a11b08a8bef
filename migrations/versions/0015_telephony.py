"""What exchanges tell of calls: who rings, who answered, how long people waited, to whom they were put through."""

from alembic import op

from migrations.script import carry_out

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE phone_system (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  label text NOT NULL,
  link text NOT NULL,
  secret bytea NOT NULL,
  previous_secret bytea,
  previous_until timestamptz,
  created_at timestamptz NOT NULL,
  removed_at timestamptz,
  last_event_at timestamptz,
  skew jsonb NOT NULL DEFAULT '{}',
  version int NOT NULL DEFAULT 1,
  CHECK ((previous_secret IS NULL) = (previous_until IS NULL))
);
CREATE INDEX phone_system_of_organisation ON phone_system (organisation_id);
COMMENT ON COLUMN phone_system.skew IS 'How far its clock seems to be from ours, by the smallest delay of late.';

CREATE TABLE phone_agent (
  system_id uuid NOT NULL REFERENCES phone_system,
  extension text NOT NULL,
  organisation_id uuid NOT NULL,
  key_id uuid NOT NULL,
  since timestamptz NOT NULL,
  PRIMARY KEY (system_id, extension)
);

CREATE TABLE phone_call (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL,
  system_id uuid NOT NULL REFERENCES phone_system,
  external text NOT NULL,
  case_id uuid NOT NULL,
  call_id uuid,
  state text NOT NULL CHECK (state IN ('unknown', 'ringing', 'answered', 'held', 'ended', 'abandoned')),
  queue text,
  extension text,
  answered_by uuid,
  offered_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,
  rang_at timestamptz,
  waited_ms bigint CHECK (waited_ms >= 0),
  talked_ms bigint CHECK (talked_ms >= 0),
  held_ms bigint CHECK (held_ms >= 0),
  reason text,
  sealed bytea,
  next_at timestamptz,
  CONSTRAINT a_call_that_rang_has_a_draft
    CHECK ((state = 'unknown') = (call_id IS NULL) AND (call_id IS NULL) = (rang_at IS NULL)),
  UNIQUE (system_id, external)
);
CREATE INDEX phone_call_rang ON phone_call (organisation_id, rang_at) WHERE rang_at IS NOT NULL;
CREATE INDEX phone_call_live ON phone_call (organisation_id, system_id, extension) WHERE state IN ('ringing', 'answered', 'held');
CREATE INDEX phone_call_unknown ON phone_call (system_id, id) WHERE state = 'unknown';
CREATE INDEX phone_call_by_call ON phone_call (call_id) WHERE call_id IS NOT NULL;
CREATE INDEX phone_call_due ON phone_call (next_at) WHERE next_at IS NOT NULL;
COMMENT ON COLUMN phone_call.case_id IS 'The name of the key under which its number is sealed: that of its draft too.';
COMMENT ON COLUMN phone_call.offered_at IS 'By the clock of the exchange, as answered_at and ended_at; rang_at is by ours.';
COMMENT ON COLUMN phone_call.next_at IS 'When the worker looks at it: nothing was heard any more, or its number must go.';

CREATE TABLE phone_event (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL,
  system_id uuid NOT NULL,
  phone_call_id uuid NOT NULL REFERENCES phone_call,
  message text NOT NULL,
  kind text NOT NULL,
  at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  facts jsonb NOT NULL DEFAULT '{}',
  UNIQUE (system_id, message)
);
CREATE INDEX phone_event_by_call ON phone_event (phone_call_id, id);
COMMENT ON TABLE phone_event IS 'What an exchange told, in codes: no number stands here.';

CREATE TABLE phone_transfer (
  phone_call_id uuid NOT NULL REFERENCES phone_call,
  reference text NOT NULL,
  organisation_id uuid NOT NULL,
  way text NOT NULL CHECK (way IN ('warm', 'cold')),
  result text NOT NULL CHECK (result IN ('calling', 'speaking', 'accepted', 'not_reached')),
  extension text,
  calling_at timestamptz,
  speaking_at timestamptz,
  accepted_at timestamptz,
  not_reached_at timestamptz,
  sealed_to bytea,
  sealed_by bytea,
  PRIMARY KEY (phone_call_id, reference)
);
COMMENT ON COLUMN phone_transfer.sealed_by IS 'By whom it was accepted, sealed as the number that was rung.';
"""
OWN = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON {table} TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON {table} TO nodus_app USING (organisation_id = me());
GRANT SELECT, INSERT, UPDATE ON {table} TO nodus_app, nodus_worker;
"""
# Before its signature is looked at nobody knows whose exchange it is.
GATE = """
CREATE POLICY gate ON phone_system FOR SELECT TO nodus_gate USING (true);
GRANT SELECT ON phone_system TO nodus_gate;
GRANT DELETE ON phone_agent TO nodus_app;
"""
ROOM = ("phone_system", "phone_agent", "phone_call", "phone_event", "phone_transfer")


def upgrade() -> None:
    """Five tables, empty."""
    carry_out(TABLES + "".join(OWN.format(table=table) for table in ROOM) + GATE)


def downgrade() -> None:
    """Exchanges must be registered anew; calls and drafts stay."""
    for table in reversed(ROOM):
        op.execute(f"DROP TABLE {table}")
