"""Who signs in to the console: accounts with a password, perhaps a code, and the sessions that they have open."""

from migrations.script import carry_out

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

ROLES = "'operator', 'supervisor', 'desk', 'planner', 'professional', 'administrator'"

TABLES = f"""
ALTER TABLE api_key DROP CONSTRAINT api_key_role_check;
ALTER TABLE api_key ADD CONSTRAINT api_key_role_check CHECK (role IN ({ROLES}, 'privacy_officer'));

CREATE TABLE account (
  id uuid PRIMARY KEY REFERENCES api_key,
  organisation_id uuid NOT NULL REFERENCES organisation,
  login text NOT NULL UNIQUE CHECK (login = lower(login) AND login ~ '^[a-z0-9._@+-]{{2,100}}$'),
  name text NOT NULL CHECK (name <> '' AND length(name) <= 100),
  password text NOT NULL,
  totp bytea,
  totp_is_on boolean NOT NULL DEFAULT false CHECK (NOT totp_is_on OR totp IS NOT NULL),
  totp_step bigint NOT NULL DEFAULT 0,
  failures smallint NOT NULL DEFAULT 0,
  locked_until timestamptz,
  created_at timestamptz NOT NULL,
  ended_at timestamptz
);
COMMENT ON TABLE account IS 'Somebody who signs in. The id is that of the API key as which he acts, whose token nobody has.';
CREATE INDEX account_by_organisation ON account (organisation_id);

CREATE TABLE sign_in (
  digest bytea PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account,
  is_whole boolean NOT NULL,
  began_at timestamptz NOT NULL,
  used_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
COMMENT ON TABLE sign_in IS 'A session that is open. is_whole: false while the code is still to be given.';
CREATE INDEX sign_in_by_account ON sign_in (account_id);
CREATE INDEX sign_in_by_end ON sign_in (expires_at);

ALTER TABLE account ENABLE ROW LEVEL SECURITY;
CREATE POLICY gate ON account TO nodus_gate USING (true);
CREATE POLICY own ON account TO nodus_app USING (organisation_id = me()) WITH CHECK (organisation_id = me());
CREATE POLICY worker ON account TO nodus_worker USING (true) WITH CHECK (true);
GRANT SELECT ON account TO nodus_gate;
GRANT UPDATE (failures, locked_until, totp_step, password) ON account TO nodus_gate;
GRANT SELECT, INSERT, UPDATE ON account TO nodus_app, nodus_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON sign_in TO nodus_gate;
GRANT SELECT, DELETE ON sign_in TO nodus_worker;
"""

DOWN = f"""
DROP TABLE sign_in;
DROP TABLE account;
DELETE FROM api_key WHERE role = 'privacy_officer';
ALTER TABLE api_key DROP CONSTRAINT api_key_role_check;
ALTER TABLE api_key ADD CONSTRAINT api_key_role_check CHECK (role IN ({ROLES}));
"""  # noqa: S608  our own names


def upgrade() -> None:
    """People, beside keys."""
    carry_out(TABLES)


def downgrade() -> None:
    """Programs only."""
    carry_out(DOWN)
