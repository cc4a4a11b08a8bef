"""How much of each feed is kept, beside its counter; and who waits for several feeds reads them together."""

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

-- Hundreds of long polls that are woken at one moment are read for together. Whoever watches the heads may read the events of
-- those organisations that the transaction names, whose keys wait: row-level security still keeps all others out.
CREATE FUNCTION waiting() RETURNS uuid[] LANGUAGE sql STABLE SET search_path = public, pg_temp AS
$$ SELECT string_to_array(current_setting('nodus.waiting', true), ',')::uuid[] $$;
GRANT SELECT (recipient_id, number, body) ON event TO nodus_gate;
CREATE POLICY waiting ON event FOR SELECT TO nodus_gate USING (recipient_id = ANY ((SELECT waiting())::uuid[]));
"""

DOWN = """
DROP POLICY waiting ON event;
REVOKE SELECT (recipient_id, number, body) ON event FROM nodus_gate;
DROP FUNCTION waiting();
ALTER TABLE recipient_counter DROP COLUMN oldest, DROP COLUMN sweep_at;
"""


def upgrade() -> None:
    """One row an organisation."""
    carry_out(UP)


def downgrade() -> None:
    """The events themselves tell again which is the oldest."""
    carry_out(DOWN)
