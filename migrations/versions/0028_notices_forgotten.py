"""Old notices go, by night."""

from migrations.script import carry_out

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE mailbox ADD COLUMN sweep_at timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN mailbox.sweep_at IS 'When somebody looks next whether old notices and mails may go.';
"""
DOWN = """
ALTER TABLE mailbox DROP COLUMN sweep_at;
"""


def upgrade() -> None:
    """Nothing is gone before the first night."""
    carry_out(UP)


def downgrade() -> None:
    """What is gone stays gone."""
    carry_out(DOWN)
