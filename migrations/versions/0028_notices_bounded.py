"""Old notices go, by night; and a day has few confirmation mails."""

from migrations.script import carry_out

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE mailbox ADD COLUMN sweep_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN mailbox.sweep_at IS 'When somebody looks next whether old notices and mails may go.';

CREATE TABLE code_mailed (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX code_mailed_of_organisation ON code_mailed (organisation_id, at);
COMMENT ON TABLE code_mailed IS
  'The confirmation codes that an organisation had mailed in the last 24 hours, also to mailboxes that it has removed since.';
ALTER TABLE code_mailed ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON code_mailed TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON code_mailed TO nodus_app USING (organisation_id = me());
GRANT SELECT, INSERT, DELETE ON code_mailed TO nodus_app, nodus_worker;
"""
DOWN = """
DROP TABLE code_mailed;
ALTER TABLE mailbox DROP COLUMN sweep_at;
"""


def upgrade() -> None:
    """Nothing is gone before the first night; a day of codes begins."""
    carry_out(UP)


def downgrade() -> None:
    """What is gone stays gone."""
    carry_out(DOWN)
