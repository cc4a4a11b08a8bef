"""A directory of ten thousand organisations is as quick to ask as a small one, and its past too."""

from alembic import op

from migrations.script import carry_out

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# The history of shifts is the longest: rosters are made again and again. A function of the roster finds its shifts by an index,
# and everything else is found without reading them.
UP = """
CREATE INDEX roster_by_service ON roster (service_id);
CREATE INDEX service_national ON service (id) WHERE kind = 'national_desk';
CREATE INDEX directory_history_of_roster ON directory_history ((told ->> 'roster_number')) WHERE entity = 'shift';
CREATE INDEX directory_history_but_shifts ON directory_history (entity) WHERE entity <> 'shift';
CREATE FUNCTION shift_of_roster_as_known(roster int, known timestamptz) RETURNS SETOF shift LANGUAGE sql STABLE AS $$
  SELECT * FROM shift t
  WHERE t.recorded_at <= known AND int4range(t.roster_number, t.roster_number, '[]') && int4range(roster, roster, '[]')
  UNION ALL
  SELECT (jsonb_populate_record(NULL::shift, h.told)).* FROM directory_history h
  WHERE h.entity = 'shift' AND h.told ->> 'roster_number' = roster::text AND h.recorded @> known
$$;
"""


def upgrade() -> None:
    """Indexes, and a function that uses them."""
    carry_out(UP)


def downgrade() -> None:
    """Without them everything works, only slower."""
    op.execute("DROP FUNCTION shift_of_roster_as_known(int, timestamptz)")
    for index in ("directory_history_but_shifts", "directory_history_of_roster", "service_national", "roster_by_service"):
        op.execute(f"DROP INDEX {index}")
