"""Endpoints that are verified, told of when they stop, and looked through by their owners."""

from migrations.script import carry_out

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE webhook_endpoint
  ADD COLUMN verification_started_at timestamptz,
  ADD COLUMN verification_attempts smallint NOT NULL DEFAULT 0,
  ADD COLUMN next_verification_at timestamptz,
  ADD COLUMN verification_error text,
  ADD COLUMN challenge_ends_at timestamptz,
  ADD COLUMN certificate_subject text,
  ADD COLUMN certificate_told_at timestamptz,
  ADD COLUMN disabled_told_at timestamptz,
  ADD CONSTRAINT a_challenge_ends CHECK ((challenge IS NULL) = (challenge_ends_at IS NULL));
UPDATE webhook_endpoint SET verification_started_at = created_at WHERE state = 'unverified';
ALTER TABLE webhook_endpoint
  ADD CONSTRAINT an_unverified_endpoint_waits_since CHECK (state <> 'unverified' OR verification_started_at IS NOT NULL);
COMMENT ON COLUMN webhook_endpoint.next_verification_at IS 'When a worker asks the receiver next; null: nobody does.';
COMMENT ON COLUMN webhook_endpoint.disabled_told_at IS 'People were told that it is disabled; null while it is not.';
CREATE INDEX webhook_endpoint_of_organisation ON webhook_endpoint (organisation_id);

-- What waits and is pressing is looked for every few seconds, however much waits behind a dead endpoint.
CREATE INDEX event_pressing ON event (recipient_id, number) WHERE pressing;
-- Attempts are read by endpoint, newest first, and by event; nobody reads them by number.
DROP INDEX webhook_attempt_by_endpoint;
CREATE INDEX webhook_attempt_newest ON webhook_attempt (endpoint_id, id);
CREATE INDEX webhook_attempt_in_vain ON webhook_attempt (endpoint_id, event_id) WHERE outcome <> 'delivered';

-- Who asks what was meant for an endpoint gets the sender's answer, also for a case that is another organisation's by now.
CREATE OR REPLACE FUNCTION municipality_of(about uuid) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, pg_temp AS $$ SELECT municipality_code FROM cases WHERE id = about $$;
-- The places, from 0, of those codes that are of no municipality on a day: nothing would ever arrive for them.
CREATE FUNCTION unknown_municipalities(codes text[], day date) RETURNS int[] LANGUAGE sql STABLE
  SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(place - 1 ORDER BY place), '{}') FROM unnest(codes) WITH ORDINALITY AS named (code, place)
  WHERE NOT EXISTS (SELECT FROM municipality m WHERE m.code = named.code AND m.valid @> day) $$;
"""

DOWN = """
DROP FUNCTION unknown_municipalities(text[], date);
CREATE OR REPLACE FUNCTION municipality_of(about uuid) RETURNS text LANGUAGE sql STABLE SECURITY INVOKER
  SET search_path = public, pg_temp AS $$ SELECT municipality_code FROM cases WHERE id = about $$;
DROP INDEX webhook_attempt_in_vain;
DROP INDEX webhook_attempt_newest;
CREATE INDEX webhook_attempt_by_endpoint ON webhook_attempt (endpoint_id, number);
DROP INDEX event_pressing;
DROP INDEX webhook_endpoint_of_organisation;
ALTER TABLE webhook_endpoint
  DROP CONSTRAINT an_unverified_endpoint_waits_since, DROP CONSTRAINT a_challenge_ends,
  DROP COLUMN verification_started_at, DROP COLUMN verification_attempts, DROP COLUMN next_verification_at,
  DROP COLUMN verification_error, DROP COLUMN challenge_ends_at, DROP COLUMN certificate_subject,
  DROP COLUMN certificate_told_at, DROP COLUMN disabled_told_at;
"""


def upgrade() -> None:
    """Nothing that worked needs to be verified again."""
    carry_out(UP)


def downgrade() -> None:
    """An endpoint that waits to be verified stays so: the older program leaves it alone."""
    carry_out(DOWN)
