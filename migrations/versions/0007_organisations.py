"""Identifiers and contact ways; services for hand-offs; channels; areas that are parts of municipalities."""

from migrations.script import carry_out

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE organisation
  ADD COLUMN oin text UNIQUE CHECK (oin ~ '^[0-9]{20}$'),
  ADD COLUMN kvk text UNIQUE CHECK (kvk ~ '^[0-9]{8}$'),
  ADD COLUMN agb text UNIQUE CHECK (agb ~ '^[0-9]{8}$'),
  ADD COLUMN ura text UNIQUE CHECK (ura ~ '^[0-9]{8}$'),
  ADD COLUMN contact_ways jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN languages text[] NOT NULL DEFAULT '{nl}';
ALTER TABLE service
  ADD COLUMN contact_ways jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN languages text[] NOT NULL DEFAULT '{nl}',
  ADD COLUMN channels jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN ends_on date,
  DROP CONSTRAINT service_kind_check,
  ADD CONSTRAINT service_kind_check CHECK (kind IN
    ('meldpunt', 'crisis', 'outreach', 'national_desk', 'veilig_thuis', 'ggd', 'police', 'housing', 'youth'));
COMMENT ON COLUMN service.kind IS 'meldpunt: the desk of municipalities · crisis, outreach: the lines of a care provider'
  ' · national_desk: the last rung · the others are told to callers, never asked to take a case.';
COMMENT ON COLUMN service.hours IS 'The hours that count for accepting cases.';
COMMENT ON COLUMN service.channels IS 'When who can reach it by what: for people, not for routing.';
CREATE INDEX service_by_organisation ON service (organisation_id);
CREATE INDEX service_national_desk ON service (id) WHERE kind = 'national_desk';  -- asked for with every call
CREATE INDEX service_by_stand_in ON service (out_of_hours_organisation_id) WHERE out_of_hours_organisation_id IS NOT NULL;

-- A range over ids lets an exclusion constraint compare them; the constraint needs no extension.
CREATE TYPE uuidrange AS RANGE (subtype = uuid);
ALTER TABLE service_area
  ADD COLUMN pc4s text[] CHECK (cardinality(pc4s) > 0),
  ADD CONSTRAINT service_area_once EXCLUDE USING gist (
    uuidrange(service_id, service_id, '[]') WITH =,
    int4range(substr(municipality_code, 3)::int, substr(municipality_code, 3)::int, '[]') WITH =,
    valid WITH &&);
COMMENT ON COLUMN service_area.pc4s IS 'The part of the municipality that is served, as four-digit postcodes; null: all of it.';
CREATE INDEX directory_history_by_service ON directory_history ((told ->> 'service_id')) WHERE entity = 'service_area';

-- Who serves what is an administrator's; how it is reached is the organisation's own as well.
DROP POLICY own ON organisation;
CREATE POLICY own ON organisation FOR UPDATE TO nodus_app
  USING (everywhere() OR id = me()) WITH CHECK (everywhere() OR id = me());
CREATE POLICY make ON organisation FOR INSERT TO nodus_app WITH CHECK (everywhere());
DROP POLICY own ON service;
CREATE POLICY own ON service FOR UPDATE TO nodus_app
  USING (everywhere() OR organisation_id = me()) WITH CHECK (everywhere() OR organisation_id = me());
CREATE POLICY make ON service FOR INSERT TO nodus_app WITH CHECK (everywhere());
DROP POLICY own ON service_area;
CREATE POLICY own ON service_area TO nodus_app USING (everywhere()) WITH CHECK (everywhere());

CREATE FUNCTION keys_told(keys uuid[]) RETURNS TABLE (id uuid, label text, organisation_id uuid, organisation_name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT k.id, k.label, k.organisation_id, o.name
  FROM api_key k JOIN organisation o ON o.id = k.organisation_id WHERE k.id = ANY(keys)
$$;
COMMENT ON FUNCTION keys_told(uuid[]) IS 'Whose keys these are, for a history of changes; nothing else of them.';
"""
DOWN = """
DROP FUNCTION keys_told(uuid[]);
DROP POLICY own ON service_area;
CREATE POLICY own ON service_area TO nodus_app
  USING (everywhere() OR EXISTS (SELECT FROM service s WHERE s.id = service_id AND s.organisation_id = me()))
  WITH CHECK (everywhere() OR EXISTS (SELECT FROM service s WHERE s.id = service_id AND s.organisation_id = me()));
DROP POLICY make ON service;
DROP POLICY own ON service;
CREATE POLICY own ON service TO nodus_app
  USING (everywhere() OR organisation_id = me()) WITH CHECK (everywhere() OR organisation_id = me());
DROP POLICY make ON organisation;
DROP POLICY own ON organisation;
CREATE POLICY own ON organisation TO nodus_app USING (everywhere() OR id = me()) WITH CHECK (everywhere() OR id = me());

DROP INDEX directory_history_by_service;
CREATE TEMPORARY TABLE leaving ON COMMIT DROP AS
  SELECT id FROM service WHERE kind NOT IN ('meldpunt', 'crisis', 'outreach', 'national_desk');
DELETE FROM service_area WHERE pc4s IS NOT NULL OR service_id IN (SELECT id FROM leaving);
DELETE FROM shift WHERE roster_number IN (SELECT number FROM roster WHERE service_id IN (SELECT id FROM leaving));
DELETE FROM roster WHERE service_id IN (SELECT id FROM leaving);
DELETE FROM service WHERE id IN (SELECT id FROM leaving);
ALTER TABLE service_area DROP CONSTRAINT service_area_once, DROP COLUMN pc4s;
DROP TYPE uuidrange;
DROP INDEX service_by_stand_in;
DROP INDEX service_national_desk;
DROP INDEX service_by_organisation;
ALTER TABLE service
  DROP COLUMN contact_ways, DROP COLUMN languages, DROP COLUMN channels, DROP COLUMN ends_on,
  DROP CONSTRAINT service_kind_check,
  ADD CONSTRAINT service_kind_check CHECK (kind IN ('meldpunt', 'crisis', 'outreach', 'national_desk'));
COMMENT ON COLUMN service.kind IS 'meldpunt: the desk of municipalities · crisis, outreach: the lines of a care provider'
  ' · national_desk: the last rung.';
COMMENT ON COLUMN service.hours IS NULL;
ALTER TABLE organisation DROP COLUMN oin, DROP COLUMN kvk, DROP COLUMN agb, DROP COLUMN ura,
  DROP COLUMN contact_ways, DROP COLUMN languages;
"""


def upgrade() -> None:
    """More to tell of organisations and services; short locks on small tables."""
    carry_out(UP)


def downgrade() -> None:
    """Services for hand-offs and parts of municipalities go: the structure before has no place for them."""
    carry_out(DOWN)
