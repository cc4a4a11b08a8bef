"""How much of each feed is kept, beside its counter: what is older goes by night, and the feed says from where it begins."""

from migrations.script import carry_out

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE recipient_counter
  ADD COLUMN oldest bigint NOT NULL DEFAULT 1,
  ADD COLUMN sweep_at timestamptz NOT NULL DEFAULT now(),
  ADD CONSTRAINT a_feed_begins_within_itself CHECK (oldest BETWEEN 1 AND last + 1);
UPDATE recipient_counter c SET oldest = coalesce((SELECT min(number) FROM event WHERE recipient_id = c.recipient_id), c.last + 1);
COMMENT ON COLUMN recipient_counter.oldest IS 'The oldest event that is kept; all from here to the last are there.';
COMMENT ON COLUMN recipient_counter.sweep_at IS 'When somebody looks next whether old events may go.';
"""

DOWN = "ALTER TABLE recipient_counter DROP COLUMN oldest, DROP COLUMN sweep_at;"


def upgrade() -> None:
    """One row an organisation."""
    carry_out(UP)


def downgrade() -> None:
    """The events themselves tell again which is the oldest."""
    carry_out(DOWN)
