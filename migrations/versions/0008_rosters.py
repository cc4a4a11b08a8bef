"""How duty is planned: participants, rotations, overrides, sign-ups, confirmations, calendars; a shift names its participant."""

from alembic import op

from migrations.script import carry_out

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE participant (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL REFERENCES organisation,
  name text NOT NULL,
  phone text,
  email text,
  qualifications text[] NOT NULL DEFAULT '{}',
  ends_on date,
  version int NOT NULL DEFAULT 1
);
COMMENT ON TABLE participant IS 'Who takes shifts: a person or a function of an organisation, and how to reach them.';

ALTER TABLE shift ADD COLUMN participant_id uuid REFERENCES participant;
CREATE INDEX shift_by_participant ON shift (participant_id) WHERE participant_id IS NOT NULL;
CREATE INDEX shift_by_start ON shift (lower(span)) WHERE participant_id IS NOT NULL;

CREATE TABLE roster_plan (
  roster_id uuid PRIMARY KEY REFERENCES roster,
  organisation_id uuid NOT NULL REFERENCES organisation,
  kind text NOT NULL CHECK (kind IN ('rotation', 'sign_up')),
  area text,
  confirms boolean NOT NULL,
  ends_on date,
  generated_at timestamptz,
  generated_until timestamptz,
  generate_at timestamptz,
  version int NOT NULL DEFAULT 1
);
CREATE INDEX roster_plan_due ON roster_plan (generate_at);
COMMENT ON COLUMN roster_plan.generate_at IS 'When shifts are made ahead again; empty when the roster has ended.';

CREATE TABLE rotation (
  id uuid PRIMARY KEY,
  roster_id uuid NOT NULL REFERENCES roster_plan,
  organisation_id uuid NOT NULL,
  layer smallint NOT NULL CHECK (layer BETWEEN 1 AND 100),
  name text NOT NULL,
  unit text NOT NULL CHECK (unit IN ('hour', 'day', 'week')),
  every smallint NOT NULL CHECK (every > 0),
  hand_over time NOT NULL,
  starts_on date NOT NULL,
  ends_on date CHECK (ends_on > starts_on),
  participants uuid[] NOT NULL,
  weekdays smallint[] NOT NULL CHECK (cardinality(weekdays) > 0),
  day_from time,
  day_to time,
  seats smallint NOT NULL DEFAULT 0 CHECK (seats BETWEEN 0 AND 20),
  qualification text,
  version int NOT NULL DEFAULT 1,
  CHECK ((day_from IS NULL) = (day_to IS NULL)),
  CHECK ((seats > 0) = (participants = '{}'))
);
CREATE INDEX rotation_by_roster ON rotation (roster_id);
COMMENT ON COLUMN rotation.seats IS 'How many may sign up for each of its slots; 0: its participants take turns.';

CREATE TABLE roster_override (
  id uuid PRIMARY KEY,
  roster_id uuid NOT NULL REFERENCES roster_plan,
  organisation_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('swap', 'absence', 'extra', 'cover')),
  state text NOT NULL CHECK (state IN ('requested', 'set', 'accepted', 'declined', 'withdrawn')),
  participant_id uuid NOT NULL REFERENCES participant,
  layer smallint,
  span tstzrange NOT NULL CHECK (NOT isempty(span)),
  other_participant_id uuid REFERENCES participant,
  other_layer smallint,
  other_span tstzrange CHECK (NOT isempty(other_span)),
  reason text NOT NULL,
  made_at timestamptz NOT NULL,
  made_by uuid,
  decided_at timestamptz,
  version int NOT NULL DEFAULT 1,
  CHECK (kind = 'absence' OR layer IS NOT NULL),
  CHECK ((kind = 'swap') = (other_span IS NOT NULL))
);
CREATE INDEX roster_override_by_roster ON roster_override (roster_id);

CREATE TABLE sign_up (
  id uuid PRIMARY KEY,
  rotation_id uuid NOT NULL REFERENCES rotation ON DELETE CASCADE,
  roster_id uuid NOT NULL REFERENCES roster_plan,
  organisation_id uuid NOT NULL,
  participant_id uuid NOT NULL REFERENCES participant,
  span tstzrange NOT NULL CHECK (NOT isempty(span)),
  seat smallint NOT NULL,
  made_at timestamptz NOT NULL,
  UNIQUE (rotation_id, span, seat),
  UNIQUE (rotation_id, span, participant_id)
);
CREATE INDEX sign_up_by_roster ON sign_up (roster_id);

CREATE TABLE unavailability (
  id uuid PRIMARY KEY,
  participant_id uuid NOT NULL REFERENCES participant,
  organisation_id uuid NOT NULL,
  span tstzrange NOT NULL CHECK (NOT isempty(span))
);
CREATE INDEX unavailability_by_participant ON unavailability (participant_id);
COMMENT ON TABLE unavailability IS 'When somebody can not be on duty, from a calendar that was imported; what for is not kept.';

CREATE TABLE calendar_feed (
  id uuid PRIMARY KEY,
  organisation_id uuid NOT NULL,
  roster_id uuid REFERENCES roster_plan,
  participant_id uuid REFERENCES participant,
  digest bytea NOT NULL,
  made_at timestamptz NOT NULL,
  withdrawn_at timestamptz,
  CHECK (num_nonnulls(roster_id, participant_id) = 1)
);
COMMENT ON TABLE calendar_feed IS 'A secret address under which a calendar program reads shifts; the secret is kept as a hash.';

CREATE TABLE shift_confirmation (
  id uuid PRIMARY KEY,
  shift_id uuid NOT NULL REFERENCES shift ON DELETE CASCADE,
  roster_id uuid NOT NULL REFERENCES roster_plan,
  organisation_id uuid NOT NULL,
  participant_id uuid NOT NULL REFERENCES participant,
  place smallint NOT NULL,
  asked_at timestamptz NOT NULL,
  pass_on_at timestamptz,
  confirmed_at timestamptz,
  confirmed_by uuid,
  UNIQUE (shift_id, participant_id)
);
CREATE INDEX shift_confirmation_due ON shift_confirmation (pass_on_at) WHERE pass_on_at IS NOT NULL;
COMMENT ON COLUMN shift_confirmation.place IS '1: who has the shift; 2 and on: who was asked after that.';

GRANT SELECT ON calendar_feed TO nodus_gate;
CREATE POLICY gate ON calendar_feed TO nodus_gate USING (true);
"""
OWNED = (
    "participant",
    "roster_plan",
    "rotation",
    "roster_override",
    "sign_up",
    "unavailability",
    "calendar_feed",
    "shift_confirmation",
)
OWN = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON {table} TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON {table} TO nodus_app
  USING (everywhere() OR organisation_id = me()) WITH CHECK (everywhere() OR organisation_id = me());
GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO nodus_app, nodus_worker;
"""


def upgrade() -> None:
    """New tables, and an empty column of `shift`: no row is rewritten."""
    carry_out(TABLES + "".join(OWN.format(table=table) for table in OWNED))


def downgrade() -> None:
    """Plans go; the shifts that came of them stay, with the names of who has them."""
    op.execute("DROP INDEX shift_by_start")
    op.execute("ALTER TABLE shift DROP COLUMN participant_id")
    for table in reversed(OWNED):
        op.execute(f"DROP TABLE {table}")
