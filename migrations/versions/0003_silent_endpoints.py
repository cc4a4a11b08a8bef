"""When people were last told that a webhook endpoint takes nothing."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that starts empty: whoever fails now is told of at once."""
    op.execute("ALTER TABLE webhook_endpoint ADD COLUMN told_at timestamptz")


def downgrade() -> None:
    """Nobody is told any more."""
    op.execute("ALTER TABLE webhook_endpoint DROP COLUMN told_at")
