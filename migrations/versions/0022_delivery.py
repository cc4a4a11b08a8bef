"""Delivery that nobody has to trust: secrets that rotate, what is sent beside the order, and what an event is about."""

from migrations.script import carry_out

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

UP = """
ALTER TABLE event
  ADD COLUMN pressing boolean NOT NULL DEFAULT false,
  ADD COLUMN municipality_codes text[];
COMMENT ON COLUMN event.pressing IS 'Somebody must act within minutes: not delivered for two of them, people are told.';
COMMENT ON COLUMN event.municipality_codes IS
  'The municipalities it names; null: none, then those of its case count (municipality_of).';

CREATE FUNCTION municipality_of(about uuid) RETURNS text LANGUAGE sql STABLE SET search_path = public, pg_temp AS
$$ SELECT municipality_code FROM cases WHERE id = about $$;

CREATE TABLE webhook_secret (
  id uuid PRIMARY KEY,
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoint ON DELETE CASCADE,
  organisation_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('hmac', 'ed25519')),
  secret bytea NOT NULL,
  created_at timestamptz NOT NULL,
  ends_at timestamptz CHECK (ends_at > created_at)
);
CREATE INDEX webhook_secret_of_endpoint ON webhook_secret (endpoint_id);
COMMENT ON TABLE webhook_secret IS
  'What deliveries are signed with, wrapped under the master key and bound to the endpoint. While two overlap, both sign.';
INSERT INTO webhook_secret (id, endpoint_id, organisation_id, kind, secret, created_at)
  SELECT id, id, organisation_id, 'hmac', secret, created_at FROM webhook_endpoint;

ALTER TABLE webhook_endpoint
  DROP COLUMN secret,
  ADD COLUMN label text,
  ADD COLUMN preset text CHECK (preset IN ('open_notificaties')),
  ADD COLUMN verification text NOT NULL DEFAULT 'agreed' CHECK (verification IN ('handshake', 'confirmation', 'agreed')),
  ADD COLUMN verified_at timestamptz,
  ADD COLUMN challenge bytea CHECK (length(challenge) = 32),
  ADD COLUMN municipality_codes text[] NOT NULL DEFAULT '{}',
  ADD COLUMN ordering text NOT NULL DEFAULT 'strict' CHECK (ordering IN ('strict', 'loose')),
  ADD COLUMN per_minute int CHECK (per_minute BETWEEN 1 AND 60000),
  ADD COLUMN granted_per_minute int CHECK (granted_per_minute >= 1),
  ADD COLUMN auth_kind text NOT NULL DEFAULT 'none' CHECK (auth_kind IN ('none', 'bearer', 'oauth', 'zgw_jwt')),
  ADD COLUMN access bytea,
  ADD COLUMN header_names text[] NOT NULL DEFAULT '{}',
  ADD COLUMN certificate_ends_at timestamptz,
  ADD COLUMN disabled_reason text CHECK (disabled_reason IN ('gone', 'failing')),
  ADD COLUMN disabled_at timestamptz,
  ADD COLUMN pressing_told_through bigint NOT NULL DEFAULT 0,
  DROP CONSTRAINT webhook_endpoint_state_check,
  ADD CONSTRAINT webhook_endpoint_state_check CHECK (state IN ('unverified', 'active', 'paused', 'disabled'));
UPDATE webhook_endpoint SET verified_at = created_at,
  disabled_reason = CASE WHEN state = 'disabled' THEN 'gone' END, disabled_at = CASE WHEN state = 'disabled' THEN now() END;
ALTER TABLE webhook_endpoint
  ADD CONSTRAINT a_disabled_endpoint_says_why CHECK ((state = 'disabled') = (disabled_reason IS NOT NULL)),
  ADD CONSTRAINT an_unverified_endpoint_is_not_verified CHECK (state <> 'unverified' OR verified_at IS NULL);
COMMENT ON COLUMN webhook_endpoint.challenge IS 'SHA-256 of the code that proves that who reads there is who asked.';
COMMENT ON COLUMN webhook_endpoint.access IS
  'Own headers, credentials and client certificate as JSON, wrapped under the master key and bound to the endpoint.';
COMMENT ON COLUMN webhook_endpoint.granted_per_minute IS 'What the receiver allowed in the handshake (WebHook-Allowed-Rate).';
COMMENT ON COLUMN webhook_endpoint.pressing_told_through IS 'People were told of late pressing events up to this number.';

CREATE TABLE webhook_message (
  id uuid PRIMARY KEY,
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoint ON DELETE CASCADE,
  organisation_id uuid NOT NULL,
  event_id uuid NOT NULL,
  number bigint,
  type text NOT NULL,
  body bytea,
  trigger text NOT NULL CHECK (trigger IN ('scheduled', 'manual', 'recovery', 'test', 'verification')),
  attempts smallint NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT in_the_feed_or_carried CHECK ((number IS NULL) = (body IS NOT NULL))
);
CREATE INDEX webhook_message_due ON webhook_message (next_attempt_at);
CREATE UNIQUE INDEX a_message_waits_once ON webhook_message (endpoint_id, event_id);
COMMENT ON TABLE webhook_message IS
  'Sent beside the order: tried again while later ones go on (loose), asked for again, tests; gone when it arrived.';

ALTER TABLE webhook_attempt
  ALTER COLUMN number DROP NOT NULL,
  ADD COLUMN trigger text NOT NULL DEFAULT 'scheduled'
    CHECK (trigger IN ('scheduled', 'manual', 'recovery', 'test', 'verification'));
CREATE INDEX webhook_attempt_by_event ON webhook_attempt (endpoint_id, event_id);

GRANT SELECT, INSERT, UPDATE, DELETE ON webhook_secret, webhook_message TO nodus_app, nodus_worker;
ALTER TABLE webhook_secret ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_message ENABLE ROW LEVEL SECURITY;
CREATE POLICY worker ON webhook_secret TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY worker ON webhook_message TO nodus_worker USING (true) WITH CHECK (true);
CREATE POLICY own ON webhook_secret TO nodus_app USING (organisation_id = me());
CREATE POLICY own ON webhook_message TO nodus_app USING (organisation_id = me());
"""

DOWN = """
DROP INDEX webhook_attempt_by_event;
DELETE FROM webhook_attempt WHERE number IS NULL;
ALTER TABLE webhook_attempt DROP COLUMN trigger, ALTER COLUMN number SET NOT NULL;
DROP TABLE webhook_message;
ALTER TABLE webhook_endpoint ADD COLUMN secret bytea;
UPDATE webhook_endpoint e SET secret = (
  SELECT s.secret FROM webhook_secret s WHERE s.endpoint_id = e.id AND s.kind = 'hmac' ORDER BY s.created_at DESC LIMIT 1);
DELETE FROM webhook_endpoint WHERE secret IS NULL OR state = 'unverified' OR auth_kind <> 'none';
DROP TABLE webhook_secret;
ALTER TABLE webhook_endpoint
  DROP CONSTRAINT a_disabled_endpoint_says_why,
  DROP CONSTRAINT an_unverified_endpoint_is_not_verified,
  DROP CONSTRAINT webhook_endpoint_state_check,
  ADD CONSTRAINT webhook_endpoint_state_check CHECK (state IN ('active', 'paused', 'disabled')),
  ALTER COLUMN secret SET NOT NULL,
  DROP COLUMN label, DROP COLUMN preset, DROP COLUMN verification, DROP COLUMN verified_at, DROP COLUMN challenge,
  DROP COLUMN municipality_codes, DROP COLUMN ordering, DROP COLUMN per_minute, DROP COLUMN granted_per_minute,
  DROP COLUMN auth_kind, DROP COLUMN access, DROP COLUMN header_names, DROP COLUMN certificate_ends_at,
  DROP COLUMN disabled_reason, DROP COLUMN disabled_at, DROP COLUMN pressing_told_through;
DROP FUNCTION municipality_of(uuid);
ALTER TABLE event DROP COLUMN pressing, DROP COLUMN municipality_codes;
"""


def upgrade() -> None:
    """The secret of each endpoint moves to a table of its own; nothing that worked needs to be verified again."""
    carry_out(UP)


def downgrade() -> None:
    """Endpoints that can't be called without what is lost here are removed: their events stay in the feed."""
    carry_out(DOWN)
