"""Who holds an endpoint, when it was last tried, and messages found by endpoint."""

from migrations.script import carry_out

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE webhook_endpoint ADD COLUMN leased_by uuid, ADD COLUMN attempted_at timestamptz;
COMMENT ON COLUMN webhook_endpoint.leased_by IS
  'The worker that serves it: what another one still has to say of it counts as attempts, and moves nothing.';
COMMENT ON COLUMN webhook_endpoint.attempted_at IS
  'When it was last tried. In the future: the clock was set back, and what was planned by the old one no longer counts.';
DROP INDEX webhook_message_due;
CREATE INDEX webhook_message_due ON webhook_message (endpoint_id, next_attempt_at);
CREATE INDEX webhook_message_in_order ON webhook_message (endpoint_id, number NULLS FIRST);
"""

DOWN = """
DROP INDEX webhook_message_in_order, webhook_message_due;
CREATE INDEX webhook_message_due ON webhook_message (next_attempt_at);
ALTER TABLE webhook_endpoint DROP COLUMN leased_by, DROP COLUMN attempted_at;
"""


def upgrade() -> None:
    """Columns without a default: the table is not written again."""
    carry_out(UP)


def downgrade() -> None:
    """Leases end by themselves."""
    carry_out(DOWN)
