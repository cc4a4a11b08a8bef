"""Promises to ring somebody back: a queue with deadlines, and every attempt."""

from alembic import op

from migrations.script import carry_out

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE callback (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  call_id uuid NOT NULL,
  case_id uuid NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'given_up')),
  why text NOT NULL CHECK (why IN ('promised', 'unanswered')),
  promised_at timestamptz NOT NULL,
  due_at timestamptz NOT NULL,
  attempts smallint NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  claimed_by uuid,
  claimed_until timestamptz,
  reminders smallint NOT NULL DEFAULT 0,
  next_at timestamptz,
  ended_at timestamptz,
  reason text,
  sealed bytea,
  version int NOT NULL DEFAULT 1,
  CONSTRAINT an_open_callback_is_looked_at CHECK (state <> 'open' OR (next_at IS NOT NULL AND sealed IS NOT NULL)),
  CONSTRAINT an_ended_callback_says_why CHECK ((state = 'open') = (ended_at IS NULL) AND (state = 'open') = (reason IS NULL)),
  CHECK ((claimed_by IS NULL) = (claimed_until IS NULL))
);
CREATE INDEX callback_queue ON callback (organisation_id, state, due_at, id);
CREATE INDEX callback_due ON callback (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX callback_by_call ON callback (call_id);
COMMENT ON COLUMN callback.case_id IS 'The name of the key under which its contents are sealed: the call''s own.';
COMMENT ON COLUMN callback.next_at IS 'When the worker looks at it: the next reminder, or when its contents are erased.';

CREATE TABLE callback_attempt (
  id uuid PRIMARY KEY,
  callback_id uuid NOT NULL REFERENCES callback,
  organisation_id uuid NOT NULL,
  key_id uuid,
  at timestamptz NOT NULL,
  result text NOT NULL CHECK (result IN ('reached', 'no_answer', 'wrong_number', 'refused')),
  call_id uuid
);
CREATE INDEX callback_attempt_by_callback ON callback_attempt (callback_id, id);

ALTER TABLE callback ENABLE ROW LEVEL SECURITY;
ALTER TABLE callback_attempt ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON callback TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY worker ON callback_attempt TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON callback TO nodus_app USING (organisation_id = me());
CREATE POLICY own ON callback_attempt TO nodus_app USING (organisation_id = me());
GRANT SELECT, INSERT, UPDATE ON callback TO nodus_app, nodus_worker;
GRANT SELECT, INSERT ON callback_attempt TO nodus_app, nodus_worker;
"""


def upgrade() -> None:
    """Two tables, empty."""
    carry_out(TABLES)


def downgrade() -> None:
    """Whoever was promised to be rung back is forgotten: empty the queue first."""
    op.execute("DROP TABLE callback_attempt")
    op.execute("DROP TABLE callback")
