"""Drafts are saved field by field with their history, change hands, and can be taken up again after they were abandoned."""

from migrations.script import carry_out

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE call ALTER COLUMN key_id DROP NOT NULL;
ALTER TABLE call ADD COLUMN held_since timestamptz, ADD COLUMN saved_at timestamptz, ADD COLUMN left_alone_at timestamptz,
  ADD COLUMN destroy_at timestamptz, ADD COLUMN marks bytea;
UPDATE call SET held_since = registered_at, saved_at = registered_at, left_alone_at = registered_at + interval '15 minutes'
  WHERE state IN ('ringing', 'active');
-- An open call is looked for by the index call_open. No column that a save changes is in an index: saves stay cheap (HOT).
CREATE INDEX call_to_destroy ON call (organisation_id, id) WHERE destroy_at IS NOT NULL;
COMMENT ON COLUMN call.key_id IS
  'Who has it while it is open, and who ended it; none when it rings, or the exchange does not say who answered.';
COMMENT ON COLUMN call.left_alone_at IS
  'When an open call counts as left alone; none once that was announced, until it is saved again.';
COMMENT ON COLUMN call.destroy_at IS
  'Abandoned: when its key is destroyed. Ended without a case: when the history of its draft goes.';
COMMENT ON COLUMN call.marks IS 'Sealed: who saved which field of a draft last, and how far each screen has come.';

CREATE TABLE draft_save (
  call_id uuid NOT NULL,
  version int NOT NULL CHECK (version > 0),
  organisation_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN
    ('opened', 'saved', 'saved_whole', 'taken_over', 'answered', 'completed', 'abandoned', 'resumed')),
  key_id uuid,
  screen text CHECK (length(screen) <= 64),
  sequence bigint CHECK (sequence > 0),
  at timestamptz NOT NULL,
  sealed bytea,
  PRIMARY KEY (call_id, version)
);
CREATE UNIQUE INDEX a_save_counts_once ON draft_save (call_id, screen, sequence) WHERE sequence IS NOT NULL;
COMMENT ON TABLE draft_save IS
  'The history of drafts, one row a version, sealed under the key of the call. Nobody changes a row.';
ALTER TABLE draft_save ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON draft_save TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON draft_save TO nodus_app USING (organisation_id = me()) WITH CHECK (organisation_id = me());
GRANT SELECT, INSERT ON draft_save TO nodus_app, nodus_worker;
GRANT DELETE ON draft_save TO nodus_worker;
"""

DOWN = """
DROP TABLE draft_save;
DROP INDEX call_to_destroy;
UPDATE call SET sealed = NULL WHERE state = 'abandoned';
ALTER TABLE call DROP COLUMN held_since, DROP COLUMN saved_at, DROP COLUMN left_alone_at,
  DROP COLUMN destroy_at, DROP COLUMN marks;
UPDATE call SET key_id = '00000000-0000-0000-0000-000000000000' WHERE key_id IS NULL;
ALTER TABLE call ALTER COLUMN key_id SET NOT NULL;
COMMENT ON COLUMN call.key_id IS NULL;
"""


def upgrade() -> None:
    """Whatever is open counts as saved when it was opened."""
    carry_out(UP)


def downgrade() -> None:
    """The history goes, and what was abandoned can't be taken up again."""
    carry_out(DOWN)
