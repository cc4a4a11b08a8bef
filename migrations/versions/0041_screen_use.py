"""How the call screen is used: sums for each day and version of it, and nothing of a call or of anybody."""

from migrations.script import carry_out

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

COUNTED = """
CREATE TABLE call_screen_use (
  organisation_id uuid NOT NULL REFERENCES organisation (id),
  day date NOT NULL,
  version text NOT NULL CHECK (version ~ '^[0-9a-f]{12}$'),
  calls int NOT NULL DEFAULT 0,
  abandoned int NOT NULL DEFAULT 0,
  reports int NOT NULL DEFAULT 0,
  routes_chosen int NOT NULL DEFAULT 0,
  urgencies_chosen int NOT NULL DEFAULT 0,
  corrections bigint NOT NULL DEFAULT 0,
  keystrokes bigint NOT NULL DEFAULT 0,
  seconds bigint NOT NULL DEFAULT 0,
  keystrokes_by int[] NOT NULL,
  seconds_by int[] NOT NULL,
  PRIMARY KEY (organisation_id, day, version)
);
COMMENT ON TABLE call_screen_use IS
  'Of calls that ended on the call screen: sums of a day and a version of it. No call and no person is in it.';
COMMENT ON COLUMN call_screen_use.version IS 'Hash of the files of the screen.';
COMMENT ON COLUMN call_screen_use.keystrokes_by IS 'How many calls took up to so many: intake/screen_use.py.';
ALTER TABLE call_screen_use ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON call_screen_use TO nodus_app USING (organisation_id = me()) WITH CHECK (organisation_id = me());
CREATE POLICY worker ON call_screen_use TO nodus_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE ON call_screen_use TO nodus_app, nodus_worker;
"""
DOWN = "DROP TABLE call_screen_use;"


def upgrade() -> None:
    """Something to count in."""
    carry_out(COUNTED)


def downgrade() -> None:
    """What was counted is lost."""
    carry_out(DOWN)
